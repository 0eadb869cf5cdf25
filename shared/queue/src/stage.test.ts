// stage.test.ts — a pack that was taken back from a dead worker: its actions go on alone, marked, and only where still needed

import { randomBytes } from "node:crypto";
import { createLogger } from "@holdpoint/runtime/log.ts";
import type { Message, SealedPack } from "@holdpoint/wire/job.ts";
import { expect, test } from "vitest";
import { message, nextTurn } from "./fixtures.ts";
import { keyRing, open, packItem, seal } from "./seal.ts";
import { type StageDeps, stageProcessor } from "./stage.ts";
import { TRIALS_MAX } from "./suspects.ts";
import type { SettleDraft, StageWork, WorkerFate } from "./types.ts";

const ring = keyRing([{ id: "k1", key: randomBytes(32) }]);
const log = createLogger("test", { level: "silent" });
const packed = (...messages: Message[]): SealedPack => ({
  v: 1,
  key: "k1",
  items: [seal(ring, "edge", "rules", messages.map(packItem))],
});

function stage(work: StageWork, more: Partial<StageDeps> = {}, onWrite: () => void = () => undefined) {
  const settled: string[] = [];
  const exhausted: string[] = [];
  const marks: (string | undefined)[] = [];
  const written: Message["alone"][] = [];
  const rests: string[] = [];
  const { process: run, release } = stageProcessor("rules", work, {
    ring,
    log,
    send: async () => undefined,
    settle: async (draft) => void settled.push(draft.message.action.id),
    exhausted: async ({ action }) => void exhausted.push(action.id),
    closing: () => false,
    self: "me",
    ...more,
  });
  const job = (messages: Message[], stalled: number) =>
    run({
      pack: packed(...messages),
      stalled,
      update: async (pack) => {
        onWrite();
        const opened = open(ring, "rules", pack.items[0] ?? "");
        const first = "messages" in opened ? opened.messages[0] : undefined;
        written.push(first?.alone);
        if (first?.alone?.by !== undefined) marks.push(first.action.id);
      },
      rest: () => {
        rests.push("begins");
        return () => rests.push("ends");
      },
    });
  return { job, settled, exhausted, marks, written, release, rests };
}
const settles: StageWork = (each) => ({ settle: { message: each } as unknown as SettleDraft });

test("each is marked in the queue before it is tried, in turn", async () => {
  const [a, b] = [message(), message()];
  const seen: string[] = [];
  const { job, marks, settled } = stage((each, context) => {
    seen.push(each.action.id);
    return settles(each, context);
  });
  await job([a, b], 1);
  expect(marks).toEqual([a.action.id, b.action.id]);
  expect([seen, settled]).toEqual([marks, marks]);
});

test.each([
  [0, []],
  [1, ["begins", "ends"]],
])(
  "taken back %d times: its process takes nothing else meanwhile, also where the work fails",
  async (stalled, expected) => {
    const { job, rests } = stage(() => Promise.reject(new Error("thrown")));
    await job([message(), message()], stalled);
    expect(rests).toEqual(expected);
  },
);

test("the mark is there while it is worked on and no longer: what follows is not the work's doing", async () => {
  const one = message();
  const { job, written } = stage(
    (each, context) => {
      expect(written.at(-1)).toEqual({ trials: 1, deaths: 0, by: "me" });
      return settles(each, context);
    },
    { settle: async () => expect(written.at(-1)).toEqual({ trials: 1, deaths: 0 }) },
  );
  await job([one], 1);
  expect(written).toHaveLength(2);
});

const mark = { trials: 1, deaths: 1, by: "other" };
test.each<[string, Message["alone"], WorkerFate | undefined, "given up" | { deaths: number }]>([
  ["a second death alone is its end", mark, "died", "given up"],
  ["also where nobody can be asked", mark, undefined, "given up"],
  ["a first one is not", { ...mark, deaths: 0 }, "died", { deaths: 1 }],
  ["a worker that hangs on it is evidence enough", { ...mark, deaths: 0 }, "hangs", "given up"],
  ["one that left in good order did not die of it", mark, "left", { deaths: 1 }],
  ["one that lives did not either: only its lock ran out", mark, "lives", { deaths: 1 }],
  ["this very process lives, and is not asked", { ...mark, by: "me" }, "died", { deaths: 1 }],
  ["nobody was at work on it when its worker died", { trials: 1, deaths: 1 }, "died", { deaths: 1 }],
  ["nothing is begun for ever", { trials: TRIALS_MAX, deaths: 0 }, "died", "given up"],
])("of a marked one: %s", async (_why, alone, fate, end) => {
  const [a, b] = [message(), message()];
  const { job, exhausted, settled, written } = stage(settles, fate && { fate: async () => fate });
  await job([{ ...a, ...(alone && { alone }) }, b], 2);
  const ended = end === "given up";
  expect([exhausted, settled]).toEqual(ended ? [[a.action.id], [b.action.id]] : [[], [a.action.id, b.action.id]]);
  if (!ended) expect(written[0]).toEqual({ ...end, trials: (alone?.trials ?? 0) + 1, by: "me" });
});

test("a drain that ends before the work does takes the mark back: the end of this process is its own", async () => {
  const one = message();
  const end = Promise.withResolvers<void>();
  const { job, written, release } = stage(async (each, context) => {
    await end.promise;
    return settles(each, context);
  });
  const working = job([one], 1);
  await nextTurn();
  expect(written.at(-1)).toMatchObject({ by: "me" });
  await release();
  expect(written.at(-1)).toEqual({ trials: 1, deaths: 0 });
  end.resolve();
  await working;
});

test("a suspect that cannot be marked is not tried, and not denied: the reconciler sends it again", async () => {
  const one = message();
  const tried: string[] = [];
  const { job, exhausted, settled } = stage(
    (each, context) => {
      tried.push(each.action.id);
      return settles(each, context);
    },
    {},
    () => {
      throw new Error("the job is gone: the queue was wiped");
    },
  );
  await job([one], 1);
  expect([tried, exhausted, settled]).toEqual([[], [], []]);
});

test("what is decided by now is not tried again: another dispatch has ended it", async () => {
  const [a, b] = [message(), message()];
  const { job, exhausted, settled } = stage(settles, {
    retake: async (pack) => pack.filter(({ action }) => action.id === b.action.id),
  });
  await job([{ ...a, alone: mark }, b], 2);
  expect([exhausted, settled]).toEqual([[], [b.action.id]]);
});

test("while a suspect is worked on, nothing else is: an innocent one must not be blamed for its neighbour", async () => {
  const [suspect, other] = [message(), message()];
  const began: string[] = [];
  const end = Promise.withResolvers<void>();
  const { job } = stage(async (each, context) => {
    began.push(each.action.id);
    if (each.action.id === suspect.action.id) await end.promise;
    return settles(each, context);
  });
  const first = job([suspect], 1);
  await nextTurn();
  const second = job([other], 0);
  await nextTurn();
  expect(began).toEqual([suspect.action.id]);
  end.resolve();
  await Promise.all([first, second]);
  expect(began).toEqual([suspect.action.id, other.action.id]);
});

test("a suspect is marked when its turn has come, not while another one may still end the process", async () => {
  const [first, second] = [message(), message()];
  const end = Promise.withResolvers<void>();
  const { job, marks } = stage(async (each, context) => {
    if (each.action.id === first.action.id) await end.promise;
    return settles(each, context);
  });
  const both = [job([first], 1), job([second], 1)];
  await nextTurn();
  expect(marks).toEqual([first.action.id]);
  end.resolve();
  await Promise.all(both);
  expect(marks).toEqual([first.action.id, second.action.id]);
});
