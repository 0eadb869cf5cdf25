// own-packs.test.ts — a process knows what it sealed for itself; every other text has to be opened with the key

import { expect, test } from "vitest";
import { message } from "./fixtures.ts";
import { ownPacks } from "./own-packs.ts";

const text = (mark: string) => `header.${"x".repeat(100)}${mark.padEnd(24, "=")}`;

test("what was sealed here for a stage is known there by its text, once", () => {
  const own = ownPacks();
  const sent = [message(), message()];
  own.keep("rules", text("a"), sent);
  expect(own.take("rules", text("a"))).toEqual(sent);
  expect(
    own.take("rules", text("a")),
    "the second time it is a stranger's: it came back from the queue",
  ).toBeUndefined();
});

test.each([
  ["a text that nobody here sealed", "rules", text("b")],
  ["one with another header and the same end", "rules", `forged${text("a")}`],
  ["one with another body and the same end", "rules", text("a").replace("xx", "xy")],
  ["one that was cut", "rules", text("a").slice(1)],
  ["one in the queue of another stage", "safety", text("a")],
  ["an empty text", "rules", ""],
] as const)("%s is not known", (_why, stage, item) => {
  const own = ownPacks();
  own.keep("rules", text("a"), [message()]);
  expect(own.take(stage, item)).toBeUndefined();
  expect(own.take("rules", text("a")), "and the true one still is").toHaveLength(1);
});

test("so much is kept and no more: the oldest is forgotten first", () => {
  const own = ownPacks(3 * text("a").length);
  for (const mark of ["a", "b", "c", "d"]) own.keep("rules", text(mark), [message()]);
  expect(["a", "b", "c", "d"].map((mark) => own.take("rules", text(mark)) !== undefined)).toEqual([
    false,
    true,
    true,
    true,
  ]);
});
