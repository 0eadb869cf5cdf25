// telemetry.test.ts — real OTLP over loopback: one tree per action through the queue, and a human wait as a link

import { resumeOf } from "@holdpoint/engine/dispatch.ts";
import { type RunningStage, startStage } from "@holdpoint/engine/start.ts";
import { escalationStage } from "@holdpoint/escalation/stage.ts";
import { startRules } from "@holdpoint/rules/start.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import { carrierOf, inSpan, linkTo, SPANS, startTelemetry } from "@holdpoint/runtime/trace.ts";
import { startSafety } from "@holdpoint/safety/start.ts";
import { startSandbox } from "@holdpoint/sandbox/start.ts";
import type { ActionRow } from "@holdpoint/store/types.ts";
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from "@holdpoint/testkit/otlp.ts";
import { startRedis } from "@holdpoint/testkit/redis.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Line, openLine } from "./line.ts";

const MARK = "unmistakable-argument-text";
const redis = await startRedis({ shared: false });
const backends: [string, string | undefined][] = [
  ["Postgres", undefined],
  ...(redis ? ([["Redis", redis.url]] as [string, string][]) : []),
];

let receiver: OtlpReceiver;
let telemetry: ReturnType<typeof startTelemetry>;
beforeAll(async () => {
  receiver = await startOtlpReceiver();
  Object.assign(process.env, receiver.environment);
  telemetry = startTelemetry("test");
});
afterAll(async () => {
  await telemetry?.shutdown();
  await receiver?.close();
  await redis?.stop();
});

const idOf = (span: ReceivedSpan) => span.attributes["holdpoint.action.id"];
const ours = (actionId: string) =>
  receiver.spans.filter((span) => span.scope === "holdpoint" && idOf(span) === actionId);

/** Waits until the spans of an action have arrived: the exporter sends them in its own time. */
async function arrived(actionId: string, enough: (spans: ReceivedSpan[]) => boolean): Promise<ReceivedSpan[]> {
  const end = performance.now() + 15_000;
  for (;;) {
    const spans = ours(actionId);
    if (enough(spans)) return spans;
    if (performance.now() > end) throw new Error(`only these spans came: ${spans.map(({ name }) => name).join(", ")}`);
    await new Promise((next) => setTimeout(next, 20));
  }
}
const count = (spans: ReceivedSpan[], name: string) => spans.filter((span) => span.name === name).length;
const one = (spans: ReceivedSpan[], name: string): ReceivedSpan => {
  const [span, more] = spans.filter((each) => each.name === name);
  if (span === undefined || more !== undefined) throw new Error(`expected one \`${name}\``);
  return span;
};

/** What the gateway does with an answer: a span of its own that links to the action's, and the vote in the store. */
async function answer(line: Line, row: ActionRow) {
  const { approvals } = line.engine.store;
  const approval = await approvals.get("default", row.approvalId ?? "");
  await inSpan(
    SPANS.vote,
    { root: true, links: linkTo(row.trace), attributes: { "holdpoint.action.id": row.action.id } },
    async (span) => {
      await approvals.vote({
        tenant: "default",
        approvalId: approval?.id ?? "",
        voteId: newId("vote"),
        voter: "alice",
        credential: "key_alice",
        channel: "test",
        vote: "approve",
        roles: approval?.requirements.map(({ role }) => role) ?? [],
        ...(approval && { cardSha256: approval.card.sha256 }),
        barred: [],
      });
      await line.engine.queue.send("escalation", [resumeOf(row, approval?.id ?? "", carrierOf(span), Date.now())]);
    },
  );
}

describe.each(backends)("spans through the %s queue", (_name, queueUrl) => {
  let line: Line;
  let stages: RunningStage[] = [];
  beforeAll(async () => {
    line = await openLine({ ...(queueUrl && { queueUrl }), stages: false });
    const { engine } = line;
    // Without housekeeping: on a slow machine it may find an answer before its own job does, and send it once more.
    const answering = startStage("escalation", escalationStage(engine), engine);
    stages = [...[startRules, startSafety, startSandbox].map((start) => start(engine)), answering];
  });
  afterAll(async () => {
    await Promise.all(stages.map((stage) => stage.stop()));
    await line?.close();
  });

  test("an allowed action is one tree from propose to settle", async () => {
    const { action, trace } = await line.propose({ args: { command: `ls ${MARK}` } });
    const row = await line.until(action.id, ["allowed"]);
    const spans = await arrived(action.id, (all) => count(all, SPANS.settle) === 1 && count(all, SPANS.sandbox) === 1);
    const root = one(spans, SPANS.propose);
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([root.traceId]));
    expect(trace.traceparent).toContain(root.traceId);
    expect(row.decision?.traceId).toBe(root.traceId);
    for (const stage of [SPANS.rules, SPANS.safety, SPANS.sandbox, SPANS.settle])
      expect(one(spans, stage).parentSpanId).toBe(root.spanId);
    const checkers = spans.filter(({ name }) => name === SPANS.checker);
    expect(checkers.map(({ attributes }) => attributes["holdpoint.checker.id"]).sort()).toEqual(
      line.engine.checkers.map(({ id }) => id).sort(),
    );
    for (const checker of checkers) expect(checker.parentSpanId).toBe(one(spans, SPANS.safety).spanId);
  });

  test("settle carries the decision, stages the agent, and nothing the arguments", async () => {
    const { action } = await line.propose({ args: { command: `rm -rf /etc/${MARK}` } });
    const row = await line.until(action.id, ["denied"]);
    const spans = await arrived(action.id, (all) => count(all, SPANS.settle) === 1 && count(all, SPANS.rules) === 1);
    expect(one(spans, SPANS.settle).attributes).toMatchObject({
      "holdpoint.decision.id": row.decision?.decisionId,
      "holdpoint.effect": "deny",
      "holdpoint.outcome": "deny",
      "holdpoint.rule.ids": row.decision?.rules.map(({ id }) => id),
      "holdpoint.risk.score": row.decision?.risk.score,
      "holdpoint.policy.digest": row.decision?.policyDigest,
      "holdpoint.sandbox.rung": row.decision?.sandbox.recommended,
      "holdpoint.reason": row.decision?.reason,
    });
    expect(one(spans, SPANS.rules).attributes).toMatchObject({
      "holdpoint.stage": "rules",
      "gen_ai.tool.name": "Bash",
      "gen_ai.agent.id": "claude-code",
      "gen_ai.conversation.id": "s-1",
    });
    expect(receiver.bodies.filter((body) => body.includes(MARK))).toEqual([]);
  });

  test("stage spans are linked to the spans of the jobs that carried them", async () => {
    const { action } = await line.propose();
    await line.until(action.id, ["allowed"]);
    const spans = await arrived(action.id, (all) => count(all, SPANS.sandbox) === 1);
    for (const stage of [SPANS.rules, SPANS.safety, SPANS.sandbox])
      expect(one(spans, stage).links.length).toBeGreaterThan(0);
    // A job carries many actions: its spans are in nobody's tree.
    const { traceId } = one(spans, SPANS.propose);
    const foreign = receiver.spans.filter((span) => span.traceId === traceId && span.scope !== "holdpoint");
    expect(foreign.map(({ name }) => name)).toEqual([]);
    expect(receiver.spans.some(({ scope }) => scope === "holdpoint.queue")).toBe(true);
  });

  test("no span of a job, nor of whoever took it, stands in the tree of an action", async () => {
    const { action } = await line.propose();
    await line.until(action.id, ["allowed"]);
    await arrived(action.id, (all) => count(all, SPANS.settle) === 1);
    // What was sent before has arrived by now, also what came after its action.
    const trees = new Set(receiver.spans.filter(({ name }) => name === SPANS.propose).map(({ traceId }) => traceId));
    expect(trees.size).toBeGreaterThan(1);
    const foreign = receiver.spans.filter(({ traceId, scope }) => trees.has(traceId) && scope !== "holdpoint");
    expect(foreign.map(({ name }) => name)).toEqual([]);
  });

  test("a human wait ends the tree, and the answer's spans are linked to it", async () => {
    const { action } = await line.propose({ args: { command: "npx prisma migrate deploy" } });
    const held = await line.until(action.id, ["held"]);
    await answer(line, held);
    await line.until(action.id, ["approved"]);
    const spans = await arrived(
      action.id,
      (all) => count(all, SPANS.settle) === 2 && count(all, SPANS.escalation) === 2 && count(all, SPANS.vote) === 1,
    );
    const asked = one(spans, SPANS.propose);
    const vote = one(spans, SPANS.vote);
    expect(vote.traceId).not.toBe(asked.traceId);
    const before = spans.filter(({ traceId }) => traceId === asked.traceId);
    const after = spans.filter(({ traceId }) => traceId === vote.traceId);
    expect(before.length + after.length).toBe(spans.length);
    expect(one(before, SPANS.settle).attributes["holdpoint.approval.id"]).toBe(held.approvalId);
    expect(one(after, SPANS.settle).attributes).toMatchObject({
      "holdpoint.approval.id": held.approvalId,
      "holdpoint.approval.answer": "approved",
      "holdpoint.approval.voters": ["alice"],
      "holdpoint.approval.votes": ["approve"],
    });
    for (const span of [vote, one(after, SPANS.settle), one(after, SPANS.escalation)]) {
      expect(span.links.map(({ traceId }) => traceId)).toContain(asked.traceId);
    }
  });
});
