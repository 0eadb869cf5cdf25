// judgement.ts — a decision with what it rests on, as sealed bytes: what decision and verdict say alike is written once

import type { Decision, Finding } from "@holdpoint/wire/decision.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { writtenOnce } from "@holdpoint/wire/written.ts";
import type { TenantKey } from "./seal.ts";

/** What a decision's sealed bytes hold. */
export interface Judgement {
  decision: Decision;
  verdict?: Verdict;
  facts?: Facts;
  findings?: Finding[];
}

/** What a decision takes from its verdict as it is. */
const ALIKE = [
  "policyDigest",
  "effect",
  "outcome",
  "reason",
  "rules",
  "risk",
  "findings",
  "redactions",
  "alerts",
  "sandbox",
] as const satisfies (keyof Decision & keyof Verdict)[];

/** `undefined` is not written. */
const NOT_AGAIN = Object.fromEntries(ALIKE.map((field) => [field, undefined])) as { [Field in keyof Verdict]?: never };

/** `alike`: the verdict lacks what the decision says in the same words. */
interface Written extends Omit<Judgement, "verdict" | "findings"> {
  verdict?: Partial<Verdict> | undefined;
  findings?: Finding[] | undefined;
  alike?: true;
}

const isAlike = (decision: Decision, verdict: Verdict): boolean =>
  ALIKE.every((field) => verdict[field] === decision[field]);

/** Facts are what they were when they were sent, and written then. */
function textOf({ decision, verdict, facts, findings }: Judgement): string {
  const alike = verdict !== undefined && isAlike(decision, verdict);
  const rest = verdict && alike ? { ...verdict, ...NOT_AGAIN } : verdict;
  const most = JSON.stringify({ decision, verdict: rest, findings, ...(alike && { alike }) } satisfies Written);
  return facts === undefined ? most : `${most.slice(0, -1)},"facts":${writtenOnce(facts)}}`;
}

export const sealJudgement = (key: TenantKey, judgement: Judgement): Buffer =>
  key.seal(judgement.decision.decisionId, "decision", textOf(judgement));

export function openJudgement(key: TenantKey, decisionId: string, sealed: Buffer): Judgement {
  const { alike, ...written } = JSON.parse(key.open(decisionId, "decision", sealed)) as Written;
  if (!alike) return written as Judgement;
  const shared = Object.fromEntries(ALIKE.map((field) => [field, written.decision[field]]));
  return { ...written, verdict: { ...shared, ...written.verdict } as Verdict };
}
