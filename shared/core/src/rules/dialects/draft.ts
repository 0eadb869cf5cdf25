// draft.ts — what every dialect makes of its text: one native document, how to read it, and where its words stand

import type { PolicySource } from "@holdpoint/wire/policy.ts";
import type { Reading } from "../conditions.ts";
import type { DocumentPath, Place, Problem } from "../problems.ts";
import type { Document } from "../schema.ts";

export interface Draft {
  document: Document;
  reading: Reading;
  /** of a word of the native document, in the text that was written */
  locate(path: DocumentPath, key?: boolean): Place;
  /** accepted without effect, or not translated: said, and never widened */
  warnings: string[];
  /** rules that decide alike are named in their order, not by how much they ask for (seed 003: the first allow) */
  ordered?: boolean;
  /** rules from this index on were made of an overlay's keys, and stand nowhere as rules */
  ownRules?: number;
  /** where decisions are also written as they fall, one JSON object a line (seed 003's `[tools.audit]`) */
  audit?: string;
  /** problems were pushed: this is what is left, compiled for its own errors alone */
  broken?: { lostTools: boolean };
  /** what is masked in logs (seed 002) */
  logRedactions?: LogRedaction[];
}

export interface LogRedaction {
  pattern: string;
  replace: string;
}

/** Problems are pushed, all of them; undefined when there is no document to go on with. */
export type Dialect = (source: PolicySource, problems: Problem[]) => Draft | undefined;
