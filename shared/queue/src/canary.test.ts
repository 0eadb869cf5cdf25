// canary.test.ts — a loss is seen once, by whoever looks; a quiet queue is never taken for a lost one

import { describe, expect, test } from "vitest";
import { canary, isLost } from "./canary.ts";

describe("whether a queue lost what it held", () => {
  test.each([
    ["nothing is there", undefined, undefined, true],
    ["the mark is gone", { life: "a", beat: 4 }, undefined, true],
    ["another life", { life: "a", beat: 4 }, { life: "b", beat: 9 }, true],
    ["an older copy was restored", { life: "a", beat: 4 }, { life: "a", beat: 2 }, true],
    ["another process looked meanwhile", { life: "a", beat: 4 }, { life: "a", beat: 9 }, false],
    ["the first look of a new process", undefined, { life: "a", beat: 9 }, false],
  ])("%s", (_why, known, seen, lost) => expect(isLost(known, seen)).toBe(lost));
});

const placeOf = (kept: unknown) => {
  const place = {
    kept,
    read: async () => place.kept,
    write: async (mark: unknown) => {
      place.kept = mark;
    },
  };
  return place;
};

describe("two processes that look in turn", () => {
  test("each see a wipe at most once, and quiet between", async () => {
    const place = placeOf(undefined);
    const [one, other] = [canary(place), canary(place)];
    expect([await one(), await one(), await other(), await one(), await other()]).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    place.kept = undefined;
    expect(await one()).toBe(true);
    expect([await one(), await one()]).toEqual([false, false]);
  });

  test("a mark that somebody scribbled over counts as gone", async () => {
    const look = canary(placeOf({ life: 7, beat: "x" }));
    expect([await look(), await look()]).toEqual([true, false]);
  });
});
