// rule-index.ts — which rules are worth trying for an atom: cost follows the rules that may match, not the rules that exist

import type { Atom } from "@holdpoint/wire/facts.ts";
import type { Buckets, CompiledRule, RuleIndex } from "./compiled.ts";
import { type Anchor, FACT_NAMES, type FactName } from "./criteria/anchors.ts";
import { knownField } from "./criteria/context.ts";
import { ATOM, CALL } from "./criteria/features.ts";
import type { SeenPath } from "./criteria/surroundings.ts";
import { featuresOf, type View } from "./criteria/view.ts";
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

const keysOf = (anchor: Anchor): readonly (readonly string[])[] =>
  anchor.kind === "fact" ? [[anchor.fact]] : anchor.kind === "path" ? anchor.tokens : [anchor.keys];

function sizesOf(sizes: Sizes, anchor: Anchor): Map<string, number> {
  const of =
    anchor.kind === "arg" ? `arg ${anchor.name}` : anchor.kind === "field" ? `field ${anchor.field}` : anchor.kind;
  let found = sizes.get(of);
  if (!found) {
    found = new Map();
    sizes.set(of, found);
  }
  return found;
}

/** The signs by which each rule is found; a rule without any is tried always. */
export type Anchors = Map<CompiledRule, readonly Anchor[]>;

/** Each rule goes where the fewest others are: one anchor of its criteria, in every bucket that this anchor names. */
export function buildIndex(rules: readonly CompiledRule[], anchors: Anchors): RuleIndex {
  const sizes: Sizes = new Map();
  for (const rule of rules)
    for (const anchor of anchors.get(rule) ?? []) {
      const counts = sizesOf(sizes, anchor);
      for (const keys of keysOf(anchor)) for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
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
  for (const rule of rules) {
    let best: Anchor | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const anchor of anchors.get(rule) ?? []) {
      const cost = WEIGHTS[anchor.kind] * fullest(anchor, sizesOf(sizes, anchor));
      if (cost >= least) continue;
      best = anchor;
      least = cost;
    }
    if (best) place(index, rule, best, sizesOf(sizes, best));
    else index.rest.push(rule);
  }
  return index;
}

/** The fullest bucket that the anchor would put a rule in; of a pattern's tokens the rarest is taken. */
function fullest(anchor: Anchor, sizes: ReadonlyMap<string, number>): number {
  let most = 1;
  for (const keys of keysOf(anchor))
    if (anchor.kind === "path") most = Math.max(most, sizes.get(rarest(keys, sizes)) ?? 1);
    else for (const key of keys) most = Math.max(most, sizes.get(key) ?? 1);
  return most;
}

const rarest = (tokens: readonly string[], sizes: ReadonlyMap<string, number>): string =>
  tokens.reduce((best, token) => ((sizes.get(token) ?? 0) < (sizes.get(best) ?? 0) ? token : best), tokens[0] ?? "");

const push = (buckets: Buckets, key: string, rule: CompiledRule): void => {
  const bucket = buckets.get(key);
  if (!bucket) buckets.set(key, [rule]);
  else if (bucket.at(-1) !== rule) bucket.push(rule);
};

function place(index: RuleIndex, rule: CompiledRule, anchor: Anchor, sizes: ReadonlyMap<string, number>): void {
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
      for (const tokens of anchor.tokens) {
        const token = rarest(tokens, sizes);
        const name = token.slice(2);
        push(token.startsWith("s:") ? index.segment : index.word, name, rule);
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

/** Every bucket that may hold a rule for this atom, once; a rule may stand in several. */
export function candidates(index: RuleIndex, view: View, atom: Atom): CompiledRule[][] {
  const found: CompiledRule[][] = [];
  if (index.rest.length > 0) found.push(index.rest);
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
    for (let at = 0; at < atom.paths.length; at += 1) openPath(index, seenPath(view, atom, at, true), found);
  for (const { field, known, unknown } of index.fields) {
    const value = knownField(field, view);
    if (value !== undefined) open(known, value, found);
    else if (unknown.length > 0) found.push(unknown);
  }
  const features = featuresOf(view, atom);
  for (const { needs, rules } of index.facts) if ((features & needs) !== 0) found.push(rules);
  return found;
}

function open(buckets: Buckets, key: string, found: CompiledRule[][]): void {
  const bucket = buckets.get(key);
  if (bucket && !found.includes(bucket)) found.push(bucket);
}

function openInAnyCase(buckets: Buckets, name: string, found: CompiledRule[][]): void {
  open(buckets, name, found);
  const lower = name.toLowerCase();
  if (lower !== name) open(buckets, lower, found);
}

function openArguments(args: RuleIndex["args"], view: View, found: CompiledRule[][]): void {
  for (const [name, byValue] of args) {
    const value = name.startsWith("/") ? undefined : view.action.args[name];
    if (typeof value === "string") open(byValue, value, found);
    else if (name.startsWith("/")) found.push(...byValue.values());
  }
}

/** The tokens of `sureTokens`, which are in lower case, and so are paths that are seen to tighten. */
function openPath({ segment, word, sieve }: RuleIndex, { path, name }: SeenPath, found: CompiledRule[][]): void {
  for (let from = 0; segment.size > 0 && from < path.length; ) {
    let to = path.indexOf("/", from);
    if (to < 0) to = path.length;
    if (to > from && mayPass(sieve, path, from, to)) open(segment, path.slice(from, to), found);
    from = to + 1;
  }
  let from = 0;
  for (let at = 0; word.size > 0 && at <= name.length; at += 1) {
    const char = name.charCodeAt(at);
    // `-`, `_`, `.`, or the end
    if (char !== 45 && char !== 95 && char !== 46 && at < name.length) continue;
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
