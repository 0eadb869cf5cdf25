// waking.test.ts — what one mutant left behind neither answers for the next one nor hides it

import { join } from "node:path";
import { expect, test } from "vitest";
import { measure, tryOne } from "./waking.ts";

const file = join(import.meta.dirname, "keeps-answers.ts");
const outcomesOf = async (...ids: number[]) => {
  const measured = await measure([join(import.meta.dirname, "keeps-answers.asked.ts")]);
  const outcomes: string[] = [];
  for (const id of ids) outcomes.push(await tryOne(id, file, measured));
  return outcomes;
};

test("an answer that a mutant gave and that was kept is not held against the next one", async () => {
  expect(await outcomesOf(1, 3)).toEqual(["killed", "survived"]);
});

test("an answer that was kept while all slept hides no mutant", async () => {
  expect(await outcomesOf(2)).toEqual(["killed"]);
});

test("what becomes of a mutant is the same whatever was tried before", async () => {
  expect(await outcomesOf(3, 2, 1, 3, 1, 2)).toEqual(["survived", "killed", "killed", "survived", "killed", "killed"]);
});

test("a mutant that no test reaches is told from one that they do not notice", async () => {
  expect(await outcomesOf(4)).toEqual(["not reached"]);
});
