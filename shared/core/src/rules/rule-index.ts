// rule-index.ts — which rules are worth trying for an atom: cost follows the rules that may match, not the rules that exist

import type { Atom } from "@holdpoint/wire/facts.ts";
import type { Buckets, CompiledRule, Opened, RuleIndex } from "./compiled.ts";
import { type Anchor, FACT_NAMES, type FactName, type SureWords } from "./criteria/anchors.ts";
import { knownField } from "./criteria/context.ts";
import { ATOM, CALL } from "./criteria/features.ts";
import { featuresOf, type SeenPath, type View } from "./criteria/view.ts";
import { seenPath } from "./seen-path.ts";
import { admit, mayPass, newSieve } from "./sieve.ts";

/** How often a bucket of this kind is opened in vain, compared with others. */
const WEIGHTS: Readonly<Record<Anchor["kind"], number>> = {
  arg: 1,
  program: 1,
  host: 1,
  path: 1,
  field: 2,
  tool: 2,
  fact: 3,
};

/** How many rules name each key, by what the key is of. */
type Sizes = Map<string, Map<string, number>>;

function sizesOf(sizes: Sizes, of: string): Map<string, number> {
  let found = sizes.get(of);
  if (!found) {
    found = new Map();
    sizes.set(of, found);
  }
  return found;
}

/** What the keys of an anchor are of; a path's are of segments or of words, pattern by pattern. */
const keysAreOf = (anchor: Exclude<Anchor, { kind: "path" }>): string =>
  anchor.kind === "arg" ? `arg ${anchor.name}` : anchor.kind === "field" ? `field ${anchor.field}` : anchor.kind;

/** A rule with the signs by which it is found; one without any is tried always. */
export interface Found {
  rule: CompiledRule;
  anchors: readonly Anchor[];
}

/** Each rule goes where the fewest others are: one anchor of its criteria, in every bucket that this anchor names. */
export function buildIndex(all: readonly Found[]): RuleIndex {
  const sizes: Sizes = new Map();
  for (const { anchors } of all) for (const anchor of anchors) count(anchor, sizes);
  const index: RuleIndex = {
    rest: [],
    tool: new Map(),
    program: new Map(),
    host: new Map(),
    args: new Map(),
    segment: new Map(),
    word: new Map(),
    sieve: newSieve(),
    fields: [],
    facts: [],
  };
  for (const { rule, anchors } of all) {
    let best: Anchor | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const anchor of anchors) {
      const cost = WEIGHTS[anchor.kind] * fullest(anchor, sizes);
      if (cost >= least) continue;
      best = anchor;
      least = cost;
    }
    if (best) place(index, rule, best, sizes);
    else index.rest.push(rule);
  }
  return index;
}

function count(anchor: Anchor, sizes: Sizes): void {
  if (anchor.kind === "path") for (const { of, names } of anchor.words) addAll(sizesOf(sizes, of), names);
  else addAll(sizesOf(sizes, keysAreOf(anchor)), anchor.kind === "fact" ? [anchor.fact] : anchor.keys);
}

function addAll(sizes: Map<string, number>, keys: readonly string[]): void {
  for (const key of keys) sizes.set(key, (sizes.get(key) ?? 0) + 1);
}

/** The fullest bucket that the anchor would put a rule in; of a pattern's words the rarest is taken. */
function fullest(anchor: Anchor, sizes: Sizes): number {
  let most = 1;
  if (anchor.kind === "path")
    for (const words of anchor.words) most = Math.max(most, sizesOf(sizes, words.of).get(rarest(words, sizes)) ?? 1);
  else {
    const counts = sizesOf(sizes, keysAreOf(anchor));
    for (const key of anchor.kind === "fact" ? [anchor.fact] : anchor.keys) most = Math.max(most, counts.get(key) ?? 1);
  }
  return most;
}

function rarest({ of, names }: SureWords, sizes: Sizes): string {
  let [best = ""] = names;
  if (names.length === 1) return best;
  const counts = sizesOf(sizes, of);
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const size = counts.get(name) ?? 0;
    if (size >= least) continue;
    best = name;
    least = size;
  }
  return best;
}

const push = (buckets: Buckets, key: string, rule: CompiledRule): void => {
  const bucket = buckets.get(key);
  if (!bucket) buckets.set(key, [rule]);
  else if (bucket.at(-1) !== rule) bucket.push(rule);
};

function place(index: RuleIndex, rule: CompiledRule, anchor: Anchor, sizes: Sizes): void {
  switch (anchor.kind) {
    case "tool":
    case "program":
    case "host":
      for (const key of anchor.keys) push(index[anchor.kind], key, rule);
      return;
    case "arg": {
      const byValue = index.args.get(anchor.name) ?? new Map<string, CompiledRule[]>();
      index.args.set(anchor.name, byValue);
      for (const key of anchor.keys) push(byValue, key, rule);
      return;
    }
    case "path":
      for (const words of anchor.words) {
        const name = rarest(words, sizes);
        push(index[words.of], name, rule);
        admit(index.sieve, name);
      }
      if (anchor.reaches) placeFact(index, "reaches", rule);
      return;
    case "field": {
      let entry = index.fields.find(({ field }) => field === anchor.field);
      if (!entry) {
        entry = { field: anchor.field, known: new Map(), unknown: [] };
        index.fields.push(entry);
      }
      for (const key of anchor.keys) push(entry.known, key, rule);
      // An allow never rests on what is not known; every other rule counts there.
      if (rule.effect !== "allow") entry.unknown.push(rule);
      return;
    }
    case "fact":
      placeFact(index, anchor.fact, rule);
      return;
  }
}

function placeFact(index: RuleIndex, fact: FactName, rule: CompiledRule): void {
  const bucket = index.facts.find((one) => one.fact === fact);
  if (bucket) bucket.rules.push(rule);
  else {
    index.facts.push({ fact, needs: PRESENT[fact], rules: [rule] });
    index.facts.sort((a, b) => FACT_NAMES.indexOf(a.fact) - FACT_NAMES.indexOf(b.fact));
  }
}

/** Fills `found` anew: every bucket that may hold a rule for this atom, once; a rule may stand in several. */
export function candidates(index: RuleIndex, view: View, atom: Atom, found: Opened): void {
  found.count = 0;
  if (index.rest.length > 0) add(found, index.rest);
  if (index.tool.size > 0) {
    const { normalized, meaning } = view.facts.tool;
    open(index.tool, normalized, found);
    if (meaning !== undefined && meaning !== normalized) open(index.tool, meaning, found);
  }
  if (index.program.size > 0) {
    if (atom.program !== undefined) openInAnyCase(index.program, atom.program, found);
    for (const wrapper of atom.wrappers) openInAnyCase(index.program, wrapper, found);
  }
  if (index.args.size > 0) openArguments(index.args, view, found);
  if (index.host.size > 0) for (const { host } of atom.hosts) open(index.host, host, found);
  if (index.segment.size > 0 || index.word.size > 0)
    for (let at = 0, before = ""; at < atom.paths.length; at += 1) {
      const seen = seenPath(view, atom, at, true);
      openPath(index, seen, before, found);
      before = seen.path;
    }
  for (const { field, known, unknown } of index.fields) {
    const value = knownField(field, view);
    if (value !== undefined) open(known, value, found);
    else if (unknown.length > 0) add(found, unknown);
  }
  const features = featuresOf(view, atom);
  for (const { needs, rules } of index.facts) if ((features & needs) !== 0) add(found, rules);
}

function add(found: Opened, bucket: CompiledRule[]): void {
  found.buckets[found.count] = bucket;
  found.count += 1;
}

function open(buckets: Buckets, key: string, found: Opened): void {
  const bucket = buckets.get(key);
  if (!bucket) return;
  for (let at = 0; at < found.count; at += 1) if (found.buckets[at] === bucket) return;
  add(found, bucket);
}

function openInAnyCase(buckets: Buckets, name: string, found: Opened): void {
  open(buckets, name, found);
  const lower = name.toLowerCase();
  if (lower !== name) open(buckets, lower, found);
}

function openArguments(args: RuleIndex["args"], view: View, found: Opened): void {
  for (const [name, byValue] of args) {
    const value = name.startsWith("/") ? undefined : view.action.args[name];
    if (typeof value === "string") open(byValue, value, found);
    else if (name.startsWith("/")) for (const one of byValue.values()) add(found, one);
  }
}

/** Where the segments of `path` begin that `before` does not begin with. */
function afterShared(path: string, before: string): number {
  const shorter = Math.min(path.length, before.length);
  let from = 0;
  for (let at = 0; at < shorter && path.charCodeAt(at) === before.charCodeAt(at); at += 1)
    if (path.charCodeAt(at) === 47) from = at + 1;
  return from;
}

/**
 * The words of `sureWords`, which are in lower case, and so are paths that are seen to tighten. `before`: the path that
 * came before it, whose segments are found already; many lie in one folder.
 */
function openPath({ segment, word, sieve }: RuleIndex, { path, name }: SeenPath, before: string, found: Opened): void {
  for (let from = afterShared(path, before); segment.size > 0 && from < path.length; ) {
    let to = path.indexOf("/", from);
    if (to < 0) to = path.length;
    if (to > from && mayPass(sieve, path, from, to)) open(segment, path.slice(from, to), found);
    from = to + 1;
  }
  let from = 0;
  for (let at = 0; word.size > 0 && at <= name.length; at += 1) {
    const char = at < name.length ? name.charCodeAt(at) : 46;
    // `-`, `_`, `.`, or the end
    if (char !== 45 && char !== 95 && char !== 46) continue;
    if (at > from && mayPass(sieve, name, from, at)) open(word, name.slice(from, at), found);
    from = at + 1;
  }
}

const PRESENT: Readonly<Record<FactName, number>> = {
  secrets: CALL.secrets,
  hosts: ATOM.hosts,
  databases: ATOM.databases,
  runsCode: ATOM.runsCode,
  opaque: ATOM.opaque,
  variables: ATOM.variables,
  oddCharacters: CALL.oddCharacters,
  writes: ATOM.writes,
  paths: ATOM.paths,
  reaches: ATOM.reaches,
};
