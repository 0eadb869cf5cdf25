// arrays.test.ts — what goes in as an array comes out as it was, whatever stands in it

import fc from "fast-check";
import { expect, test } from "vitest";
import { testStore } from "../test/opened.ts";
import { textArray, valueArray } from "./arrays.ts";

const t = testStore();

const read = async <T>(type: string, literal: string): Promise<T[]> => {
  const { rows } = await t.owner.query<{ read: T[] }>(`SELECT $1::${type}[] AS read`, [literal]);
  return rows[0]?.read ?? [];
};

test.each<[string, (string | null)[]]>([
  ["nothing", []],
  ["ids", ["act_1", "act_2"]],
  ["what is not there", [null, "a", null]],
  ["the word for it", ["NULL", "null", ""]],
  ["quotes, backslashes, braces and commas", ['a"b', "c\\d", "{e,f}", " g ", "\\"]],
  ["an array in an array", [textArray(['say "no"', "b\\c"]), textArray([])]],
])("texts: %s", async (_what, texts) => expect(await read("text", textArray(texts))).toEqual(texts));

test("any texts at all", async () => {
  const text = fc.string({ unit: fc.constantFrom("a", '"', "\\", ",", "{", "}", " ", "ü", "\n", "N", "U", "L") });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(text)), async (texts) => {
      expect(await read("text", textArray(texts))).toEqual(texts);
    }),
    { numRuns: 100 },
  );
});

test("numbers and truths", async () => {
  expect(await read("int", valueArray([3, -1, 0]))).toEqual([3, -1, 0]);
  expect(await read("boolean", valueArray([true, false]))).toEqual([true, false]);
  expect(await read("int", valueArray([]))).toEqual([]);
});
