// waiters.test.ts — who waits is woken by a notice, by a look at the store when the notice was lost, and never waits on

import { systemClock } from "@holdpoint/runtime/clock.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import type { ActionRow, Committed } from "@holdpoint/store/types.ts";
import type { ActionState } from "@holdpoint/wire/action.ts";
import { beforeEach, describe, expect, test } from "vitest";
import { createWaiters, isReached } from "./waiters.ts";

const log = createLogger("test", { level: "silent" });
const never = new AbortController().signal;
let state: ActionState;
let version: number;
let reads: number;
const rowNow = () => ({ state, version }) as ActionRow;
const actions = {
  many: async (_tenant: string, ids: readonly string[]) => {
    reads += 1;
    return ids.map(rowNow);
  },
  states: async (_tenant: string, ids: string[]) => new Map(ids.map((id) => [id, { state, version }])),
};
const open = (rereadMs = 60_000) => createWaiters({ actions, clock: systemClock, log }, rereadMs);
const move = (to: ActionState) => {
  state = to;
  version += 1;
};
beforeEach(() => {
  state = "received";
  version = 1;
  reads = 0;
});

test.each<[ActionState, boolean, boolean]>([
  ["received", false, false],
  ["held", true, false],
  ["allowed", true, true],
  ["denied", true, true],
  ["approved", true, true],
  ["executing", true, true],
])("%s is decided: %s, settled: %s", (at, decided, settled) => {
  expect([isReached(at, "decided"), isReached(at, "settled")]).toEqual([decided, settled]);
});

describe("a waiting call", () => {
  test("ends at the notice, long before its time", async () => {
    const waiters = open();
    const watch = waiters.watch("t", "act_1");
    const waiting = watch.until("decided", 30_000, never);
    move("allowed");
    waiters.notice({ kind: "settled", tenant: "t", actionIds: ["act_1"] });
    expect((await waiting)?.state).toBe("allowed");
    watch.close();
  });

  test("takes what was committed in this process for the row, unless it does not follow what is known", async () => {
    const waiters = open();
    const committed = (at: number) => ({
      kind: "committed" as const,
      tenant: "t",
      rows: new Map([["act_1", { state: "allowed", version: at, receipt: "r" } as Committed]]),
    });
    const watch = waiters.watch("t", "act_1");
    const waiting = watch.until("decided", 30_000, never, rowNow());
    waiters.notice({ ...committed(2), tenant: "other" });
    waiters.notice(committed(2));
    expect(await waiting).toEqual({ state: "allowed", version: 2, receipt: "r" });
    expect(reads).toBe(0);
    const again = watch.until("decided", 30_000, never, rowNow());
    move("denied");
    waiters.notice(committed(5));
    expect((await again)?.state, "something lies between: the row itself is asked").toBe("denied");
    expect(reads).toBe(1);
    watch.close();
  });

  test("is not fooled by a notice of another tenant or action, nor by one too early", async () => {
    const waiters = open();
    const watch = waiters.watch("t", "act_1");
    const waiting = watch.until("settled", 30_000, never);
    waiters.notice({ kind: "settled", tenant: "other", actionIds: ["act_1"] });
    waiters.notice({ kind: "settled", tenant: "t", actionIds: ["act_2"] });
    await expect.poll(() => reads).toBe(1);
    move("held");
    waiters.notice({ kind: "settled", tenant: "t", actionIds: ["act_1"] });
    await expect.poll(() => reads).toBe(2);
    move("approved");
    waiters.notice({ kind: "settled", tenant: "t", actionIds: ["act_1"] });
    expect((await waiting)?.state).toBe("approved");
    watch.close();
  });

  test("hears what was decided between its watch and its wait", async () => {
    const waiters = open();
    const watch = waiters.watch("t", "act_1");
    move("denied");
    waiters.notice({ kind: "settled", tenant: "t", actionIds: ["act_1"] });
    expect((await watch.until("decided", 30_000, never))?.state).toBe("denied");
    watch.close();
  });

  test("need not be told again what was read after its watch began", async () => {
    const waiters = open();
    const watch = waiters.watch("t", "act_1");
    const waiting = watch.until("decided", 30_000, never, rowNow());
    expect(reads).toBe(0);
    move("allowed");
    waiters.notice({ kind: "settled", tenant: "t", actionIds: ["act_1"] });
    expect((await waiting)?.state).toBe("allowed");
    expect(reads).toBe(1);
    watch.close();
  });

  test("a hundred that one settle wakes read once or twice, not a hundred times", async () => {
    const waiters = open();
    const ids = Array.from({ length: 100 }, (_each, index) => `act_${index}`);
    const waiting = ids.map((id) => waiters.watch("t", id).until("decided", 30_000, never, rowNow()));
    move("allowed");
    waiters.notice({ kind: "settled", tenant: "t", actionIds: ids });
    await Promise.all(waiting);
    expect(reads).toBeLessThanOrEqual(2);
  });

  test("finds the answer although its notice was lost", async () => {
    const watch = open(5).watch("t", "act_1");
    const waiting = watch.until("decided", 30_000, never);
    move("allowed");
    expect((await waiting)?.state).toBe("allowed");
    watch.close();
  });

  test("looks again after the connection for notices was lost", async () => {
    const waiters = open();
    const watch = waiters.watch("t", "act_1");
    const waiting = watch.until("decided", 30_000, never);
    move("allowed");
    waiters.notice({ kind: "reconnected" });
    expect((await waiting)?.state).toBe("allowed");
    watch.close();
  });

  test("answers with what there is when its time is over, when it has gone, when the house closes", async () => {
    const waiters = open();
    const over = await waiters.watch("t", "act_1").until("decided", 20, never);
    expect(over?.state).toBe("received");
    const gone = new AbortController();
    const left = waiters.watch("t", "act_1").until("decided", 30_000, gone.signal);
    gone.abort();
    expect((await left)?.state).toBe("received");
    const closed = waiters.watch("t", "act_1").until("decided", 30_000, never);
    waiters.close();
    expect((await closed)?.state).toBe("received");
  });
});
