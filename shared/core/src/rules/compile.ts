// compile.ts — sources in, one policy set out; or every error of every document at once

import { createHash } from "node:crypto";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import type { OwnTools } from "../facts/tools/own-tools.ts";
import { alwaysSource } from "./always.ts";
import { compileRule, type Scope } from "./compile-rule.ts";
import type { CompiledDocument, CompiledRule, PolicySet } from "./compiled.ts";
import { compileWhen, type Refuse } from "./conditions.ts";
import { distinctCounters } from "./criteria/counts.ts";
import { describedTools } from "./described-tools.ts";
import type { Draft, LogRedaction } from "./dialects/draft.ts";
import { type DraftedSet, type DraftedSource, draftOf, draftSet, packed } from "./drafted.ts";
import { checkExamples } from "./examples.ts";
import { isPack } from "./packs.ts";
import { type Problem, refusePolicy } from "./problems.ts";
import { buildIndex, type Found } from "./rule-index.ts";
import type { Document, When } from "./schema.ts";

export type { CompiledDocument, CompiledRule, PolicySet } from "./compiled.ts";

/** `sha256:<hex>` over the canonical JSON of the sources, in any order: what a decision cites. */
export function setDigest(sources: readonly PolicySource[]): string {
  const each = sources.map(({ name, dialect, text, shadow, version }) =>
    canonicalJson({ name, dialect, text, shadow: shadow ?? false, ...(version === undefined ? {} : { version }) }),
  );
  return `sha256:${createHash("sha256")
    .update(`[${each.sort().join(",")}]`)
    .digest("hex")}`;
}

/** Work that may be interrupted after each step. */
type Steps<T> = Generator<undefined, T, undefined>;
/** So many rules are compiled without an interruption: some milliseconds' work at most. */
const RULES_A_STEP = 50;

function drained<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/**
 * Compiles sources to a set, with the engine's own always-on denies (rulings §D2) in front, which no document removes.
 * Throws `Fault("policy_invalid")` whose place holds `errors: { file, line, column, message }[]`, all of them.
 */
export const compileSet = (sources: readonly PolicySource[]): PolicySet => drained(compiling(sources));

/** The same, with a turn for others every few rules. `read`: the sources as they were read and checked elsewhere. */
export async function compileInTurns(
  sources: readonly PolicySource[],
  turn: () => Promise<void>,
  read?: DraftedSet,
): Promise<PolicySet> {
  const steps = compiling(sources, read);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await turn();
  }
}

/** Reads sources and makes sure that they compile; what comes back may go to another thread. Throws as `compileSet` does. */
export function readSet(sources: readonly PolicySource[]): DraftedSet {
  const problems: Problem[] = [];
  const read = draftSet(sources, problems);
  drained(compiling(sources, read, problems));
  return packed(read);
}

function* compiling(sources: readonly PolicySource[], read?: DraftedSet, problems: Problem[] = []): Steps<PolicySet> {
  const drafted = read ?? draftSet(sources, problems);
  const live = yield* compileAll(drafted.live, drafted.checked, problems);
  const compiled = [alwaysOn(), ...live.compiled];
  const shadows = yield* compileAll(drafted.shadow, drafted.checked, problems);
  const shadow = shadows.compiled;
  sameNames(sources, problems);
  const ruleCount = [...compiled, ...shadow].reduce((sum, { rules }) => sum + rules.length, 0);
  if (ruleCount > limits.policyRulesMax)
    problems.push({ file: "policy", line: 1, column: 1, message: `more than ${limits.policyRulesMax} rules` });
  if (problems.length > 0) refusePolicy(problems);
  const digest = setDigest(sources);
  return {
    ...assemble(compiled, digest, live.tools),
    shadow: shadow.length > 0 ? assemble(shadow, digest, shadows.tools) : undefined,
  };
}

/** The engine's own rules are the same for every set: compiled once, refused like any other when they are wrong. */
let always: CompiledSource | undefined;
function alwaysOn(): CompiledSource {
  if (always) return always;
  const problems: Problem[] = [];
  const compiled = compileSource(alwaysSource, problems);
  if (!compiled || problems.length > 0) return refusePolicy(problems);
  always = compiled;
  return compiled;
}

interface CompiledSources {
  compiled: CompiledSource[];
  tools: OwnTools | undefined;
}

function* compileAll(drafted: readonly DraftedSource[], checked: boolean, problems: Problem[]): Steps<CompiledSources> {
  const tools = describedTools(drafted, problems);
  const compiled: CompiledSource[] = [];
  const triable = !checked && !drafted.some(({ draft }) => draft.broken?.lostTools);
  for (const { source, draft } of drafted) {
    const examples = triable && !draft.broken && triesExamples(source);
    compiled.push(yield* compileDraft(source, draft, problems, examples, tools));
  }
  return { compiled, tools };
}

export interface CompiledSource {
  document: CompiledDocument;
  rules: CompiledRule[];
  /** the rules with that by which each is found; kept no longer than until the index is built */
  found: Found[];
  logRedactions: LogRedaction[];
  audit: string | undefined;
}

function assemble(compiled: readonly CompiledSource[], digest: string, tools: OwnTools | undefined): PolicySet {
  const rules = compiled.flatMap((one) => one.rules);
  return {
    digest,
    documents: compiled.map(({ document }) => document).filter(({ name }) => name !== alwaysSource.name),
    ruleCount: rules.filter(({ document }) => document.name !== alwaysSource.name).length,
    rules,
    index: buildIndex(compiled.flatMap(({ found }) => found).filter(({ rule }) => !rule.uncovered)),
    uncovered: rules.filter(({ uncovered }) => uncovered),
    defaults: compiled.filter(({ document }) => document.default !== undefined).map(({ document }) => document),
    counters: distinctCounters(rules.flatMap(({ counters }) => counters)),
    hasFirstMatch: compiled.some(({ document }) => document.firstMatch),
    audits: [...new Set(compiled.flatMap(({ audit }) => (audit === undefined ? [] : [audit])))],
    logRedactions: compiled.flatMap((one) => one.logRedactions),
    tools,
    shadow: undefined,
  };
}

function sameNames(sources: readonly PolicySource[], problems: Problem[]): void {
  const seen = new Set<string>([alwaysSource.name]);
  for (const { name } of sources) {
    if (seen.has(name)) problems.push({ file: name, line: 1, column: 1, message: "two documents have this name" });
    seen.add(name);
  }
}

/** What we ship was tried by our tests; its examples are not tried again at every start. */
const triesExamples = (source: PolicySource): boolean => source !== alwaysSource && !isPack(source);

/** One source by itself; `examples` says whether its rules' examples are tried. */
export function compileSource(
  source: PolicySource,
  problems: Problem[],
  examples = triesExamples(source),
): CompiledSource | undefined {
  const drafted = draftOf(source, problems);
  return (
    drafted && drained(compileDraft(source, drafted.draft, problems, examples, describedTools([drafted], problems)))
  );
}

function* compileDraft(
  source: PolicySource,
  draft: Draft,
  problems: Problem[],
  examples: boolean,
  tools: OwnTools | undefined,
): Steps<CompiledSource> {
  const { document } = draft;
  const refuse: Refuse = (path, message) => problems.push({ file: source.name, ...draft.locate(path), message });
  const before = problems.length;
  const scope = compileScope(document, draft, refuse);
  const compiled: CompiledDocument = {
    name: source.name,
    version: source.version ?? document.version,
    dialect: source.dialect,
    default: document.default,
    applies: scope.tighten.checks,
    firstMatch: document.combining === "first-match",
    ordered: draft.ordered ?? false,
    disclosure: document.disclosure ?? "generic",
    ruleCount: (document.rules ?? []).length,
    warnings: draft.warnings,
  };
  const ids = new Set<string>();
  const found: Found[] = [];
  for (const [order, rule] of (document.rules ?? []).entries()) {
    const id = rule.id ?? `rule-${order + 1}`;
    if (ids.has(id)) refuse(["rules", order, "id"], `two rules are called \`${id}\``);
    ids.add(id);
    if (rule.enabled === false) continue;
    found.push(compileRule(rule, id, order, compiled, scope, draft, refuse));
    if (found.length % RULES_A_STEP === 0) yield;
  }
  const rules = found.map(({ rule }) => rule);
  if (problems.length === before && examples) checkExamples(document, rules, tools, refuse);
  return { document: compiled, rules, found, logRedactions: draft.logRedactions ?? [], audit: draft.audit };
}

/** A document with a scope concerns only what its selector names; its rules carry that as one more criterion. */
function compileScope(document: Document, draft: Draft, refuse: Refuse): Scope {
  const { scope = "global", selector } = document;
  const when: When = {};
  if (scope === "global") {
    if (selector) refuse(["selector"], "a selector needs a `scope` other than `global`");
  } else if (!selector) refuse(["scope"], `scope \`${scope}\` needs a \`selector\`: which ${scope}?`);
  else if (scope === "tenant") when.tenant = selector;
  else if (scope === "tool") when.tool = selector;
  else when.principal = { [scope]: selector };
  const below: Refuse = (_path, message) => refuse(["selector"], message);
  return {
    tighten: compileWhen(when, "tighten", draft.reading, below),
    loosen: compileWhen(when, "loosen", draft.reading, () => {}),
  };
}
