// cases.test.ts — the written set passes whole: every attack gets what it must get, and its harmless twin is let through

import { describe, expect, test } from "vitest";
import { loadClasses } from "./cases.ts";
import { judgeCall } from "./judge.ts";

const classes = loadClasses();

describe.each(classes.map((each) => [each.name, each] as const))("%s", (_name, { pairs }) => {
  test.each(pairs.map((pair) => [pair.trick, pair] as const))("%s", (_trick, { attack, twin, want }) => {
    expect({ attack: judgeCall(attack).effect, twin: judgeCall(twin).effect }).toEqual({ attack: want, twin: "allow" });
  });
});

test("there are at least 400 cases in at least 25 classes, and no trick is named twice in a class", () => {
  expect(classes.length).toBeGreaterThanOrEqual(25);
  expect(classes.flatMap(({ pairs }) => pairs).length * 2).toBeGreaterThanOrEqual(400);
  for (const { name, pairs } of classes) expect(new Set(pairs.map(({ trick }) => trick)).size, name).toBe(pairs.length);
});
