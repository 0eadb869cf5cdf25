// queue.contract.ts — what a queue promises, whichever backend stands behind it

import { randomBytes } from "node:crypto";
import type { Message } from "@holdpoint/wire/job.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { message, nextTurn, until } from "./fixtures.ts";
import { type KeyRing, keyRing } from "./seal.ts";
import type { HandOver, Queue, SettleDraft, StageWorker } from "./types.ts";

export const CONTRACT_KEYS = { k1: randomBytes(32), k2: randomBytes(32) } as const;
/** @returns a ring of these, the first of which seals */
export const contractRing = (names: readonly (keyof typeof CONTRACT_KEYS)[] = ["k1"]): KeyRing =>
  keyRing(names.map((id) => ({ id, key: CONTRACT_KEYS[id] })));

export interface Opened {
  queue: Queue;
  /** another process on the same queue; its ring has the named ones of `CONTRACT_KEYS`, without any that of the first: `k1` */
  second(keys?: readonly (keyof typeof CONTRACT_KEYS)[]): Promise<Queue>;
  /** everything that the queue stores, as text */
  raw(): Promise<string>;
  /** loses every job */
  wipe(): Promise<unknown>;
  /** puts a job there as somebody with access to the queue would */
  forge(stage: Stage, items: string[]): Promise<void>;
  close(): Promise<void>;
}

export function queueContract(open: () => Promise<Opened>): void {
  let opened: Opened;
  let settled: SettleDraft[];
  let exhausted: { message: Message; error: unknown }[];
  const workers: StageWorker[] = [];
  beforeEach(async () => {
    opened = await open();
    settled = [];
    exhausted = [];
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.drain(2_000)));
    await opened.close();
  });
  const deps = {
    settle: async (draft: SettleDraft) => {
      settled.push(draft);
    },
    exhausted: async (message: Message, error: unknown) => {
      exhausted.push({ message, error });
    },
  };
  const work = (stage: Stage, does: (message: Message) => HandOver | Promise<HandOver>, queue = opened.queue) =>
    workers.push(queue.work(stage, does, deps));
  const settle = (message: Message): HandOver => ({
    settle: { message, facts: {}, verdict: {}, findings: [] } as unknown as SettleDraft,
  });
  const ids = () => settled.map((draft) => draft.message.action.id).sort();

  describe("a queue", () => {
    test("works on what another process sends while its own traffic is taken without a bell", async () => {
      const second = await opened.second(["k1"]);
      work("rules", settle);
      const theirs = message();
      await opened.queue.send("rules", [message()]);
      await until(() => settled.length === 1);
      await second.send("rules", [theirs]);
      await until(() => settled.length === 2);
      expect(ids()).toContain(theirs.action.id);
      await second.close();
    });

    test("carries an action through all stages in order and settles it once", async () => {
      const seen: string[] = [];
      const pass = (stage: Stage, to: Stage) =>
        work(stage, (message) => {
          seen.push(stage);
          return { to, message };
        });
      pass("rules", "safety");
      pass("safety", "sandbox");
      pass("sandbox", "escalation");
      work("escalation", (message) => {
        seen.push("escalation");
        return settle(message);
      });
      await opened.queue.send("rules", [message()]);
      await until(() => settled.length === 1);
      expect(seen).toEqual(["rules", "safety", "sandbox", "escalation"]);
      expect(settled[0]?.message.stages.map(({ stage }) => stage)).toEqual(seen);
    });

    test("delivers many, each once, whatever pack they came in", async () => {
      const many = Array.from({ length: 200 }, (_, index) => message({ tenant: index % 3 === 0 ? "a" : "b" }));
      work("rules", settle);
      await Promise.all(many.map((each) => opened.queue.send("rules", [each])));
      await until(() => settled.length >= many.length);
      expect(ids()).toEqual(many.map((each) => each.action.id).sort());
    });

    test("tries an action that throws again, alone denies it, and leaves its neighbours be", async () => {
      const bad = message();
      let tries = 0;
      work("rules", (each) => {
        if (each.action.id !== bad.action.id) return settle(each);
        tries++;
        throw new Error("odd action");
      });
      const good = [message(), message(), message()];
      await opened.queue.send("rules", [good[0]!, bad, good[1]!, good[2]!]);
      await until(() => exhausted.length === 1 && settled.length === 3);
      expect(tries).toBe(3);
      expect(exhausted[0]?.message.action.id).toBe(bad.action.id);
    });

    test("lets what is ready go on while a slow one of the same pack still works", async () => {
      const slow = message();
      let release = () => {};
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      work("rules", async (each) => {
        if (each.action.id === slow.action.id) await gate;
        return settle(each);
      });
      await opened.queue.send("rules", [slow, message(), message()]);
      await until(() => settled.length === 2);
      expect(settled.map(({ message: { action } }) => action.id)).not.toContain(slow.action.id);
      release();
      await until(() => settled.length === 3);
    });

    test("waits out infrastructure that is away: that is no failed attempt", async () => {
      let away = 6;
      const { Fault } = await import("@holdpoint/wire/fault.ts");
      work("rules", (each) => {
        if (away-- > 0) throw new Fault("store_unavailable", "away");
        return settle(each);
      });
      await opened.queue.send("rules", [message()]);
      await until(() => settled.length === 1);
      expect(exhausted).toEqual([]);
    });

    test("stores no readable argument", async () => {
      await opened.queue.send("rules", [message({ args: { command: "plainly-readable-word" } })]);
      const raw = await opened.raw();
      expect(raw).toContain("items");
      expect(raw).not.toContain("plainly-readable-word");
      expect(raw).not.toContain("command");
    });

    test("drops what was forged, cut, or moved from another stage's queue, and goes on", async () => {
      const stolen = message();
      await opened.queue.send("escalation", [stolen]);
      const item = /[A-Za-z0-9_-]{40,}\.[A-Za-z0-9_-]{100,}/.exec(await opened.raw())?.[0] ?? "";
      expect(item).not.toBe("");
      work("rules", settle);
      await opened.forge("rules", ["garbage", item, `${item.slice(0, -8)}AAAAAAAA`, item.slice(0, 60)]);
      const honest = message();
      await opened.queue.send("rules", [honest]);
      await until(() => settled.length === 1);
      await nextTurn();
      expect(ids()).toEqual([honest.action.id]);
    });

    test("refuses a hand-over that the topology does not have", async () => {
      work("rules", (each) => ({ to: "escalation", message: each }));
      await opened.queue.send("rules", [message()]);
      await until(() => exhausted.length === 1);
      expect(settled).toEqual([]);
    });

    test("shares the work among processes", async () => {
      const second = await opened.second();
      const by: number[] = [0, 0];
      const slowly = (index: number) => async (each: Message) => {
        by[index]!++;
        await nextTurn();
        return settle(each);
      };
      work("rules", slowly(0));
      workers.push(second.work("rules", slowly(1), deps));
      for (let round = 0; round < 60; round++) await opened.queue.send("rules", [message()]);
      // A lock that runs out on a busy machine brings a job to both: the settle is what happens once.
      await until(() => new Set(ids()).size === 60);
      await second.close();
      expect(by.every((count) => count > 0)).toBe(true);
    });

    test("keys are rotated with jobs in flight: what the old one sealed goes on, and the new one seals from now on", async () => {
      const before = Array.from({ length: 10 }, () => message());
      for (const each of before) await opened.queue.send("rules", [each]);
      const rotated = await opened.second(["k2", "k1"]);
      workers.push(rotated.work("rules", (each) => ({ to: "safety", message: each }), deps));
      const done = async () => [(await opened.queue.depth()).rules, await opened.raw()];
      await expect.poll(done, { timeout: 15_000 }).toEqual([0, expect.not.stringMatching(/"key\W+k1/)]);
      expect(await opened.raw()).toMatch(/"key\W+k2/);
      const after = message();
      await rotated.send("rules", [after]);
      workers.push(rotated.work("safety", settle, deps));
      await until(() => settled.length === before.length + 1);
      expect(ids()).toEqual([...before, after].map((each) => each.action.id).sort());
      expect(exhausted).toEqual([]);
    });

    test("a drain ends when what is in hand has", async () => {
      const end = Promise.withResolvers<void>();
      const began: string[] = [];
      const worker = opened.queue.work(
        "rules",
        async (each) => {
          began.push(each.action.id);
          await end.promise;
          return settle(each);
        },
        deps,
      );
      await opened.queue.send("rules", [message()]);
      await until(() => began.length === 1);
      const drained = worker.drain(60_000).then(() => ids());
      await nextTurn();
      end.resolve();
      expect(await drained).toEqual(began);
    });

    test("a drain waits for work that never ends only as long as it is told to", async () => {
      const end = Promise.withResolvers<void>();
      let began = false;
      const worker = opened.queue.work(
        "rules",
        async (each) => {
          began = true;
          await end.promise;
          return settle(each);
        },
        deps,
      );
      await opened.queue.send("rules", [message()]);
      await until(() => began);
      await worker.drain(100);
      expect(settled).toEqual([]);
      end.resolve();
      await until(() => settled.length === 1);
    });

    test("says once that it was wiped, and that it was not", async () => {
      const second = await opened.second();
      await opened.queue.wiped(); // the first look of all leaves the mark
      expect([await opened.queue.wiped(), await second.wiped(), await opened.queue.wiped()]).toEqual([
        false,
        false,
        false,
      ]);
      await opened.wipe();
      expect([await opened.queue.wiped(), await opened.queue.wiped()]).toEqual([true, false]);
    });

    test("says how much waits", async () => {
      await opened.queue.send("rules", [message()]);
      await opened.queue.send("rules", [message()]);
      expect((await opened.queue.depth()).rules).toBe(2);
    });
  });
}
