// words.test.ts — what a list of globs lets in

import { describe, expect, test } from "vitest";
import { compileWords } from "./words.ts";

describe("a list of words", () => {
  test.each<[string[], string, boolean]>([
    [[], "a", false],
    [["a"], "a", true],
    [["a"], "b", false],
    [["a", "b"], "b", true],
    [["a*"], "abc", true],
    [["*", "!a"], "a", false],
    [["*", "!a"], "b", true],
    [["!a"], "a", false],
    [["!a"], "b", true],
    [["a", "!a"], "a", false],
    [["{a,b}", "c*"], "b", true],
  ])("%j holds %s: %s", (patterns, text, holds) => expect(compileWords(patterns).test(text)).toBe(holds));
});
