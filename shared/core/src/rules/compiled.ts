// compiled.ts — what a policy set is once it is compiled: rules as tests, documents as settings, one index over all

import type { ChainStep } from "@holdpoint/wire/approval.ts";
import type { RuleEffect } from "@holdpoint/wire/decision.ts";
import type { Effect } from "@holdpoint/wire/scalars.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import type { OwnTools } from "../facts/tools/own-tools.ts";
import type { Checks } from "./conditions.ts";
import type { FactName, Field } from "./criteria/anchors.ts";
import type { Counter } from "./criteria/counts.ts";
import type { LogRedaction } from "./dialects/draft.ts";
import type { Obligations } from "./schema.ts";
import type { Sieve } from "./sieve.ts";

export interface CompiledApproval {
  role: string;
  quorum: number;
  expiresMs: number;
  separation: boolean;
  chain: ChainStep[];
}

export interface CompiledRule {
  id: string;
  document: CompiledDocument;
  effect: RuleEffect;
  /** place in its document */
  order: number;
  checks: Checks;
  /** an exemption that holds takes the rule away; absent = there is none */
  unless: Checks | undefined;
  reason: string;
  hint: string | undefined;
  approval: CompiledApproval;
  obligations: Obligations | undefined;
  escalatable: boolean;
  /** siblings of the same run wait too (seed 001) */
  holdsRun: boolean;
  /** only for atoms that no other rule allows, asks about or denies */
  uncovered: boolean;
  /** how much it asks for: among rules that decide alike, the one that says most speaks */
  weight: number;
  counters: readonly Counter[];
}

export interface CompiledDocument {
  name: string;
  version: number | undefined;
  dialect: string;
  default: Effect | undefined;
  /** for a document with a scope: does it concern this action, as far as is known? */
  applies: Checks;
  firstMatch: boolean;
  /** rules that decide alike are named in their order */
  ordered: boolean;
  disclosure: Verdict["disclosure"];
  ruleCount: number;
  /** what could not be translated, and what is accepted without effect */
  warnings: readonly string[];
}

export type Buckets = Map<string, CompiledRule[]>;

/** Where each rule is found by what an atom must have for it. */
export interface RuleIndex {
  /** tried for every atom */
  rest: CompiledRule[];
  tool: Buckets;
  program: Buckets;
  host: Buckets;
  args: Map<string, Buckets>;
  /** by a whole segment of the path, by a whole word of its last segment */
  segment: Buckets;
  word: Buckets;
  /** of both */
  sieve: Sieve;
  fields: { field: Field; known: Buckets; unknown: CompiledRule[] }[];
  /** of facts that some rule needs, in the order of `FACT_NAMES` */
  facts: { fact: FactName; needs: number; rules: CompiledRule[] }[];
}

/** What is opened for the atom at hand: one list a decision, filled anew for each atom. Behind the first `count` stand older ones. */
export interface Opened {
  buckets: CompiledRule[][];
  count: number;
}

export interface PolicySet {
  digest: string;
  documents: readonly CompiledDocument[];
  /** rules of the documents; the always-on rules of the engine are not counted */
  ruleCount: number;
  rules: readonly CompiledRule[];
  index: RuleIndex;
  uncovered: readonly CompiledRule[];
  /** documents that say what happens where no rule speaks */
  defaults: readonly CompiledDocument[];
  hasFirstMatch: boolean;
  /** what its rules ask about; where there is none, nothing is counted */
  counters: readonly Counter[];
  /** files to which decisions are also written, one JSON object a line (seed 003's `[tools.audit]`) */
  audits: readonly string[];
  /** what documents say of a house's own tools: facts are derived with it */
  tools: OwnTools | undefined;
  /** patterns (RE2) whose matches are replaced in every log line (seed 002) */
  logRedactions: readonly LogRedaction[];
  /** documents in shadow: compiled, judged beside, without any effect */
  shadow: PolicySet | undefined;
}
