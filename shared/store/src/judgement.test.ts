// judgement.test.ts — what is sealed of a judgement opens as it was, whether decision and verdict agree or not

import { toDecision } from "@holdpoint/core/decision.ts";
import { sampleFacts, sampleVerdict } from "@holdpoint/core/sample.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { expect, test } from "vitest";
import { log, masterKey, newDecision, propose } from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";
import { type Judgement, openJudgement, sealJudgement } from "./judgement.ts";
import { openDatabase } from "./pool.ts";
import { tenantKeys } from "./seal.ts";

const t = testStore();

async function judged(change: Partial<Verdict> = {}): Promise<Required<Judgement>> {
  const { action } = await propose(t.store);
  const verdict = sampleVerdict({ sandbox: { recommended: "workspace" }, reason: "said once", ...change });
  const { decisionId, actionId, decidedAt, stages } = newDecision(action);
  const ids = { decisionId, actionId, argsHash: action.argsHash, decidedAt, stages };
  return { decision: toDecision(verdict, ids), verdict, facts: sampleFacts(action), findings: [] };
}

async function keyOf() {
  const database = openDatabase(t.url, log);
  const key = await tenantKeys(database, masterKey).of("default");
  await database.close();
  return key;
}

test("what both say alike is written once and is in both again", async () => {
  const key = await keyOf();
  const sent = await judged();
  const sealed = sealJudgement(key, sent);
  expect(openJudgement(key, sent.decision.decisionId, sealed)).toEqual(sent);
  expect(key.open(sent.decision.decisionId, "decision", sealed).split("said once")).toHaveLength(2);
});

test.each<[string, (sent: Required<Judgement>) => Judgement]>([
  ["a decision without its grounds", ({ decision }) => ({ decision })],
  ["a verdict without a sandbox", ({ verdict: { sandbox: _, ...verdict }, ...sent }) => ({ ...sent, verdict })],
  ["a reason that was cut", (sent) => ({ ...sent, decision: { ...sent.decision, reason: "said" } })],
  ["another digest", (sent) => ({ ...sent, verdict: { ...sent.verdict, policyDigest: "sha256:other" } })],
])("%s opens as it was", async (_what, change) => {
  const key = await keyOf();
  const sent = change(await judged());
  const opened = openJudgement(key, sent.decision.decisionId, sealJudgement(key, sent));
  expect(opened).toEqual(sent);
  expect(Object.keys(opened.verdict ?? {}).sort()).toEqual(Object.keys(sent.verdict ?? {}).sort());
});
