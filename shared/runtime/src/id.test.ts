// id.test.ts — ids are valid, distinct and rise

import { id } from "@holdpoint/wire/scalars.ts";
import { expect, test } from "vitest";
import { newId } from "./id.ts";

test("ten thousand ids made at once are valid, distinct and in order", () => {
  const ids = Array.from({ length: 10_000 }, () => newId("act"));
  expect(ids.every((each) => id("act").safeParse(each).success)).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});
