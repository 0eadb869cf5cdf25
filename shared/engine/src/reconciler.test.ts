// reconciler.test.ts — what the queue lost is sent again; what merely waits is left alone

import { sampleAction, sampleId } from "@holdpoint/core/sample.ts";
import { fixedClock } from "@holdpoint/runtime/clock.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import type { ActionRow } from "@holdpoint/store/types.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";
import { describe, expect, test } from "vitest";
import { createReconciler, lostAfterMs } from "./reconciler.ts";

const log = createLogger("reconciler", { level: "silent" });
const row = (number: number, tenant = "default"): ActionRow => ({
  action: sampleAction({ id: sampleId("act", number), tenant }),
  state: "received",
  version: 1,
  epoch: 2,
  deadlineAt: new Date(0),
  trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
  receipt: "",
});

/** A store with some lost rows and unapplied votes, and a queue that may have been wiped. */
function world(
  options: { lost?: ActionRow[]; votes?: ActionRow[]; wiped?: boolean; waiting?: number; locked?: boolean } = {},
) {
  const lost = [...(options.lost ?? [])];
  const sent: { stage: Stage; message: Message }[] = [];
  const asked: number[] = [];
  const deps = {
    clock: fixedClock(7),
    log,
    store: {
      sweeper: {
        alone: async <T>(_lock: string, body: () => Promise<T>) => (options.locked ? undefined : body()),
      },
      actions: {
        overdue: async (olderThanMs: number, rows: number) => {
          asked.push(olderThanMs);
          return lost.slice(0, rows).map(({ action }) => ({ tenant: action.tenant, actionId: action.id }));
        },
        redispatch: async (tenant: string, ids: string[]) => {
          const found = lost.filter(({ action }) => action.tenant === tenant && ids.includes(action.id));
          for (const each of found) lost.splice(lost.indexOf(each), 1);
          return found;
        },
        get: async (_tenant: string, id: string) => options.votes?.find(({ action }) => action.id === id),
      },
      approvals: {
        unapplied: async (olderThanMs: number) =>
          (olderThanMs < 500 ? [] : (options.votes ?? [])).map(({ action }) => ({
            tenant: action.tenant,
            approvalId: sampleId("apr"),
            actionId: action.id,
          })),
      },
    },
    queue: {
      send: async (stage: Stage, messages: Message[]) =>
        void sent.push(...messages.map((message) => ({ stage, message }))),
      depth: async () => ({ rules: options.waiting ?? 0, safety: 0, sandbox: 0, escalation: 0 }),
      wiped: async () => options.wiped ?? false,
    },
  };
  return { deps, sent, asked };
}

describe("how long silence must last before an action counts as lost", () => {
  test.each([
    ["an idle queue", { waiting: 0 }, 4_000],
    ["a live backlog: it may simply be waiting", { waiting: 500 }, 30_000],
    ["a queue that was wiped just now: nearly at once", { wipedAgoMs: 0, waiting: 500 }, 500],
    ["the look after a wipe: whatever was sent before it", { wipedAgoMs: 2_000, waiting: 500 }, 2_000],
    ["a wipe long ago", { wipedAgoMs: 60_000, waiting: 0 }, 4_000],
  ])("%s", (_why, look, ms) => expect(lostAfterMs(look)).toBe(ms));
});

describe("a look of the reconciler", () => {
  test("nothing is looked at while another process looks", async () => {
    const { deps, sent, asked } = world({ lost: [row(1)], locked: true });
    expect(await createReconciler(deps)()).toBeUndefined();
    expect([sent, asked]).toEqual([[], []]);
  });

  test("sends lost actions from the first stage, under their new epoch and in their own trace", async () => {
    const { deps, sent } = world({ lost: [row(1), row(2, "other")] });
    expect(await createReconciler(deps)()).toEqual({ actions: 2, votes: 0 });
    expect(sent.map(({ stage, message }) => [stage, message.action.tenant, message.epoch])).toEqual([
      ["rules", "default", 2],
      ["rules", "other", 2],
    ]);
    expect(sent[0]?.message.trace).toEqual(row(1).trace);
    expect(sent[0]?.message.verdict).toBeUndefined();
  });

  test("sends a vote without a consequence to escalation, in a trace of its own", async () => {
    const { deps, sent } = world({ votes: [row(3)] });
    expect(await createReconciler(deps)()).toEqual({ actions: 0, votes: 1 });
    expect(sent).toEqual([
      { stage: "escalation", message: expect.objectContaining({ resume: { approvalId: sampleId("apr") }, trace: {} }) },
    ]);
  });

  test("after a wipe it goes on until nothing is left, in batches", async () => {
    const many = Array.from({ length: 1_203 }, (_, index) => row(index + 1));
    const { deps, sent, asked } = world({ lost: many, wiped: true });
    await createReconciler(deps)();
    expect(sent).toHaveLength(1_203);
    expect(asked).toEqual([500, 500, 500]);
  });

  test("without a wipe one look is one batch, so that it never storms", async () => {
    const many = Array.from({ length: 1_203 }, (_, index) => row(index + 1));
    const { deps, sent } = world({ lost: many });
    await createReconciler(deps)();
    expect(sent).toHaveLength(500);
  });
});
