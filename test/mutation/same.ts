// same.ts — mutants that change no answer, sorted by hand, each group with its reason: they are tried all the same, and stand
// on the page by name. One of them that a test notices, or that is no longer there, is reported: then it has no place here

import type { Mutant } from "./mutate.ts";

/** How a mutant is named: by its file, the line it stands in, and the change. */
export const nameOf = ({ file, text, from, to }: Pick<Mutant, "file" | "text" | "from" | "to">): string =>
  `${file.replace(/^.*\//, "")}: ${text.slice(0, 80)} :: ${flat(from)} → ${flat(to)}`;

const flat = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
};

export const SAME: Readonly<Record<string, readonly string[]>> = {
  "of a comparison only the sign counts, or what is compared is never equal, or equal things are the same": [
    "conclude.ts: (a.document === b.document ? a.id < b.id : a.document.name < b.document.name) ?  :: a.id < b.id → (a.id) <= (b.id)",
    "conclude.ts: (a.document === b.document ? a.id < b.id : a.document.name < b.document.name) ?  :: 1 → 2",
    "conclude.ts: a === undefined || (a !== b && ORDER.indexOf(b) < ORDER.indexOf(a)) ? b : a; :: ORDER.indexOf(b) < ORDER.indexOf(a) → (ORDER.indexOf(b)) <= (ORDER.indexOf(a))",
    "conclude.ts: .sort((a, b) => (a.role < b.role ? -1 : 1)), :: 1 → 2",
    "counts.ts: return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each); :: 1 → 2",
    "glob.ts: return -1; :: 1 → 2",
    "survey.ts: const times = Math.max(Number(count[1] ?? 0), Number(count[2] ?? 0), 1); :: 0 → 1",
  ],
  "cannot happen: an earlier check, a schema or the place itself rules it out": [
    "compile.ts: if (!compiled || problems.length > 0) return refusePolicy(problems); :: 0 → 1",
    "compile.ts: if (!compiled || problems.length > 0) return refusePolicy(problems); :: problems.length > 0 → (problems.length) <= (0)",
    'hosts.ts: condition.every((one) => typeof one === "string") ? [{ any: condition as string[ :: condition.every((one) => typeof one === "string") → condition.some((one) => typeof one === "string")',
    'paths.ts: condition.every((one) => typeof one === "string") ? [{ any: condition as string[ :: condition.every((one) => typeof one === "string") → condition.some((one) => typeof one === "string")',
    'glob.ts: const close = pattern.indexOf("}", open); :: "}" → ""',
    "glob.ts: for (let at = from; at < text.length; at += 1) { :: at < text.length → (at) <= (text.length)",
    "glob.ts: for (let at = from; at + piece.chars.length <= text.length; at += 1) if (standsA :: at + piece.chars.length → (at) - (piece.chars.length)",
    'regex.ts: const cut = end?.[1]?.startsWith(".*") ? rest.slice(0, rest.length - end[1].leng :: ".*" → ""',
  ],
  "words for people, and letters that nobody reads": [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a line
    'scalars.ts: error: `expected an id like \\`${prefix}_018f…\\``, :: `expected an id like \\`${prefix}_018f…\\`` → ""',
  ],
  "a short cut: the long way comes to the same answer": [
    "path-list.ts: tried ??= []; :: tried ??= [] → tried = []",
    "path-list.ts: tried.push(patterns); :: tried.push(patterns); → ",
    'path-list.ts: else if (second === "" || /[*?]/.test(second)) sorted.rest.push(pattern); :: second === "" → (second) !== ("")',
    "survey.ts: all.length * (1 + 1_000 * 20 ** -Math.min(...all.map(({ length }) => length))); :: 1 → 2",
    "survey.ts: all.length * (1 + 1_000 * 20 ** -Math.min(...all.map(({ length }) => length))); :: 1_000 → 1001",
    "survey.ts: all.length * (1 + 1_000 * 20 ** -Math.min(...all.map(({ length }) => length))); :: 20 → 21",
    "conclude.ts: if (first && atoms.length === 1) return entries(0, first); :: return entries(0, first); → ",
    "compile.ts: const triesExamples = (source: PolicySource): boolean => source !== alwaysSource :: source !== alwaysSource && !isPack(source) → (source !== alwaysSource) || (!isPack(source))",
    "call.ts: if (words.negatives.length === 0) return either(normalized) || (meaning !== unde :: return either(normalized) || (meaning !== undefined && ei… → ",
    'commands.ts: first: first === null || first === undefined || isWild(first) || first.includes( :: "\\\\" → ""',
    'glob-meet.ts: if (x === "*") return y !== undefined && y !== "*" && meet(i, j + 1, false); :: "*" → ""',
    "glob.ts: if (!/[*?\\\\]/.test(pattern)) return { source: pattern, literal: pattern, test: ( :: return { source: pattern, literal: pattern, test: (text) … → ",
    'glob.ts: while (pattern[at + 1] === "*") at += 1; :: "*" → ""',
    'glob.ts: if (pattern === "**") return { source: pattern, test: () => true }; :: return { source: pattern, test: () => true }; → ',
    "glob.ts: const prefix = whole.slice(0, -1); :: 1 → 2",
    "glob.ts: return runs.reduce((longest, run) => (run.length > longest.length ? run : longes :: run.length > longest.length → (run.length) >= (longest.length)",
    "path-list.ts: if (only && patterns.length === 1) :: 1 → 2",
    "path-list.ts: return { holds: (seen) => isInside(only, seen), mayReach: (seen, below) => mayRe :: return { holds: (seen) => isInside(only, seen), mayReach:… → ",
    "path-list.ts: if (to > from && mayPass(sieve, path, from, to)) { :: to > from && mayPass(sieve, path, from, to) → (to > from) || (mayPass(sieve, path, from, to))",
    'path-list.ts: else if (segments.length === 2 && second !== "**") sortName(second, sorted); :: "**" → ""',
    'path-pattern.ts: if (below && wanted[0] === "**") return true; :: "**" → ""',
    "regex.ts: return { source, test: (text) => text.includes(literal) && searched(text) }; :: return { source, test: (text) => text.includes(literal) &… → ",
    "rule-index.ts: return; :: return; → ",
    "word-set.ts: if (globs.length <= FEW) return (text) => globs.some((glob) => glob.test(text)); :: globs.length <= FEW → (globs.length) < (FEW)",
    "word-set.ts: if (globs.length <= FEW) return (text) => globs.some((glob) => glob.test(text)); :: return (text) => globs.some((glob) => glob.test(text)); → ",
    "word-set.ts: else if (!glob.shape || glob.shape.text.length < EDGE) rest.push(glob); :: glob.shape.text.length < EDGE → (glob.shape.text.length) <= (EDGE)",
  ],
  "a guard: what follows does nothing where there is nothing": [
    "conclude.ts: return deciding && deciding.length > 1 ? deciding.sort(byWeight) : (deciding ??  :: deciding.length > 1 → (deciding.length) >= (1)",
    "conclude.ts: return obliging && obliging.length > 1 ? obliging.sort(byName) : (obliging ?? NO :: obliging.length > 1 → (obliging.length) >= (1)",
    "conclude.ts: return all.length > limits.listItemsMax ? all.slice(0, limits.listItemsMax) : al :: all.length > limits.listItemsMax → (all.length) >= (limits.listItemsMax)",
    "evaluate.ts: if (effect === undefined && set.uncovered.length > 0) { :: set.uncovered.length > 0 → (set.uncovered.length) >= (0)",
    "path-list.ts: if (folders.size + below.size > 0 && holdsFolder(folders, below, sieve, seen.pat :: folders.size + below.size > 0 → (folders.size + below.size) >= (0)",
    "path-list.ts: if (homes.length > 0) { :: homes.length > 0 → (homes.length) >= (0)",
    "rule-index.ts: if (index.tool.size > 0) { :: index.tool.size > 0 → (index.tool.size) >= (0)",
    "rule-index.ts: if (index.segment.size > 0 || index.word.size > 0) :: index.segment.size > 0 → (index.segment.size) >= (0)",
    "rule-index.ts: if (index.segment.size > 0 || index.word.size > 0) :: index.word.size > 0 → (index.word.size) >= (0)",
    "rule-index.ts: else if (unknown.length > 0) add(found, unknown); :: unknown.length > 0 → (unknown.length) >= (0)",
    "word-set.ts: const ending = ends.size > 0 ? ends.get(edgeAt(text, last)) : undefined; :: ends.size > 0 → (ends.size) >= (0)",
  ],
  "what was found out is kept: found out again it is the same": [
    "call.ts: test: regex || globs ? onceForCall(test) : test, :: regex || globs → (regex) && (globs)",
    "view.ts: if (known !== undefined) return known; :: return known; → ",
    "view.ts: view.atom = atom; :: view.atom = atom; → ",
    "glob-meet.ts: const key = (i * 256 + j) * 2 + Number(start); :: i * 256 → (i) / (256)",
    "glob-meet.ts: const key = (i * 256 + j) * 2 + Number(start); :: 2 → 3",
    "glob-meet.ts: memo.set(key, answer); :: memo.set(key, answer); → ",
    "seen-path.ts: if (known) return known; :: return known; → ",
    "seen-path.ts: if (tighten) view.foldedFrom = found; :: view.foldedFrom = found; → ",
  ],
  "cannot happen: the engine's own rules stand in every index, so that no bucket is the only one": [
    "rule-index.ts: for (let at = 0; word.size > 0 && at <= name.length; at += 1) { :: 0 → 1",
  ],
  "runs while the module loads, before a mutant can wake": [
    "features.ts: Object.fromEntries(names.map((name, index) => [name, 1 << (first + index)])) as  :: [name, 1 << (first + index)] → []",
  ],
  "where a rule stands in the index, and which tokens are looked up: what is found too often is tried and fails": [
    "evaluate.ts: for (let at = 0; at < count; at += 1) { :: at < count → (at) <= (count)",
    "rule-index.ts: index.facts.sort((a, b) => FACT_NAMES.indexOf(a.fact) - FACT_NAMES.indexOf(b.fac :: index.facts.sort((a, b) => FACT_NAMES.indexOf(a.fact) - F… → index.facts",
    "rule-index.ts: if (to > from && mayPass(sieve, path, from, to)) open(segment, path.slice(from,  :: to > from && mayPass(sieve, path, from, to) → (to > from) || (mayPass(sieve, path, from, to))",
    "rule-index.ts: if (at > from && mayPass(sieve, name, from, at)) open(word, name.slice(from, at) :: at > from → (at) >= (from)",
    "rule-index.ts: if (at > from && mayPass(sieve, name, from, at)) open(word, name.slice(from, at) :: at > from && mayPass(sieve, name, from, at) → (at > from) || (mayPass(sieve, name, from, at))",
    "sieve.ts: export const newSieve = (): Sieve => new Uint8Array(2_048); :: 2_048 → 2049",
  ],
};
