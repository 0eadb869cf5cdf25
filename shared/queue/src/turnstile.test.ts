// turnstile.test.ts — together many are inside; alone nobody else is, and everybody gets in again

import { expect, test } from "vitest";
import { nextTurn } from "./fixtures.ts";
import { turnstile } from "./turnstile.ts";

function recorder() {
  const { together, alone } = turnstile();
  const log: string[] = [];
  const work = (name: string, until: Promise<void>) => async () => {
    log.push(`${name} in`);
    await until;
    log.push(`${name} out`);
  };
  return { together, alone, log, work };
}

test("many are inside together", async () => {
  const { together, log, work } = recorder();
  const [a, b] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const both = Promise.all([together(work("a", a.promise)), together(work("b", b.promise))]);
  await nextTurn();
  expect(log).toEqual(["a in", "b in"]);
  a.resolve();
  b.resolve();
  await both;
});

test("who wants to be alone waits until all are out, and whoever comes later waits for the end of it", async () => {
  const { together, alone, log, work } = recorder();
  const [a, b, c] = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const all = [together(work("a", a.promise)), alone(work("b", b.promise)), together(work("c", c.promise))];
  await nextTurn();
  expect(log).toEqual(["a in"]);
  a.resolve();
  await nextTurn();
  expect(log).toEqual(["a in", "a out", "b in"]);
  b.resolve();
  await nextTurn();
  expect(log).toEqual(["a in", "a out", "b in", "b out", "c in"]);
  c.resolve();
  await Promise.all(all);
});

test("several want to be alone: one after the other, also past one that fails", async () => {
  const { together, alone, log, work } = recorder();
  const [a, b] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const failing = alone(async () => {
    log.push("a in");
    await a.promise;
    throw new Error("a failed");
  });
  const rest = [alone(work("b", b.promise)), together(work("c", Promise.resolve()))];
  a.resolve();
  await expect(failing).rejects.toThrow("a failed");
  await nextTurn();
  expect(log).toEqual(["a in", "b in"]);
  b.resolve();
  await Promise.all(rest);
  expect(log).toEqual(["a in", "b in", "b out", "c in", "c out"]);
});
