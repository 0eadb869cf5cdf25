// stage.test.ts — a pack that was taken back from a dead worker: its actions go on alone, marked, and only where still needed

import { randomBytes } from "node:crypto";
import { createLogger } from "@holdpoint/runtime/log.ts";
import type { Message, SealedPack } from "@holdpoint/wire/job.ts";
import { expect, test } from "vitest";
import { message, nextTurn } from "./fixtures.ts";
import { keyRing, open, packItem, seal } from "./seal.ts";
import { type StageDeps, stageProcessor } from "./stage.ts";
import type { SettleDraft, StageWork } from "./types.ts";

const ring = keyRing([{ id: "k1", key: randomBytes(32) }]);
const log = createLogger("test", { level: "silent" });
const packed = (...messages: Message[]): SealedPack => ({
  v: 1,
  key: "k1",
  items: [seal(ring, "edge", "rules", messages.map(packItem))],
});

function stage(work: StageWork, more: Partial<StageDeps> = {}) {
  const settled: string[] = [];
  const exhausted: string[] = [];
  const marks: (string | undefined)[] = [];
  const run = stageProcessor("rules", work, {
    ring,
    log,
    send: async () => undefined,
    settle: async (draft) => void settled.push(draft.message.action.id),
    exhausted: async ({ action }) => void exhausted.push(action.id),
    closing: () => false,
    ...more,
  });
  const job = (messages: Message[], stalled: number) =>
    run({
      pack: packed(...messages),
      stalled,
      update: async (pack) => {
        const opened = open(ring, "rules", pack.items[0] ?? "");
        const first = "messages" in opened ? opened.messages[0] : undefined;
        marks.push(first?.alone ? first.action.id : undefined);
      },
    });
  return { job, settled, exhausted, marks };
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

test("the one that carries the mark is given up, its neighbours are not", async () => {
  const [a, b] = [message(), message()];
  const { job, exhausted, settled } = stage(settles);
  await job([{ ...a, alone: true }, b], 2);
  expect([exhausted, settled]).toEqual([[a.action.id], [b.action.id]]);
});

test("what is decided by now is not tried again: another dispatch has ended it", async () => {
  const [a, b] = [message(), message()];
  const { job, exhausted, settled } = stage(settles, {
    retake: async (pack) => pack.filter(({ action }) => action.id === b.action.id),
  });
  await job([{ ...a, alone: true }, b], 2);
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
