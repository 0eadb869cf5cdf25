// stage.test.ts — escalation: parking is a settle and nothing else; an answer is whatever the store makes of the votes

import { sampleAction, sampleFacts, sampleId } from "@holdpoint/core/sample.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import type { Transitioned } from "@holdpoint/store/types.ts";
import { asking, message } from "@holdpoint/testkit/builders.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { expect, test } from "vitest";
import { escalationStage } from "./stage.ts";

const action = sampleAction();
const resuming = message({ action, resume: { approvalId: sampleId("apr") } });
type Applied = Transitioned | { status: "waiting" };

function deps(apply: () => Promise<Applied>) {
  const applied: string[] = [];
  const calls: string[] = [];
  return {
    applied,
    calls,
    deps: {
      log: createLogger("escalation", { level: "silent" }),
      store: {
        actions: {
          get: async () => {
            calls.push("read");
            return undefined;
          },
        },
        approvals: {
          get: async () => {
            calls.push("read");
            return undefined;
          },
          apply: async (_tenant: string, approvalId: string) => {
            applied.push(approvalId);
            calls.push("applied");
            return apply();
          },
        },
      },
    },
  };
}

test("parks an ask as a draft to settle, and touches no votes", async () => {
  const world = deps(() => Promise.reject(new Error("not asked")));
  const sent = message({ action, facts: sampleFacts(action), verdict: asking() });
  expect(await escalationStage(world.deps)(sent)).toMatchObject({
    settle: { message: sent, verdict: { effect: "ask" } },
  });
  expect(world.applied).toEqual([]);
});

test.each([
  ["the state it led to", { status: "done", row: { action, state: "approved" }, event: {} } as Applied, "approved"],
  ["that votes are missing", { status: "waiting" } as Applied, "waiting"],
  ["that somebody was first", { status: "illegal", state: "expired", row: {} } as Applied, "illegal"],
  ["that there is no such approval", { status: "unknown" } as Applied, "unknown"],
])("applies votes and says %s", async (_what, applied, done) => {
  const world = deps(async () => applied);
  expect(await escalationStage(world.deps)(resuming)).toEqual({ done });
  expect(world.applied).toEqual([sampleId("apr")]);
});

test("whoever waits for the answer waits for nothing else: all that is only told is read once it is committed", async () => {
  const world = deps(async () => ({ status: "waiting" }));
  await escalationStage(world.deps)(resuming);
  expect(world.calls[0]).toBe("applied");
});

test("an outage of the store goes up, to be repeated", async () => {
  const world = deps(() => Promise.reject(new Fault("store_unavailable", "away")));
  await expect(escalationStage(world.deps)(resuming)).rejects.toMatchObject({ code: "store_unavailable" });
});
