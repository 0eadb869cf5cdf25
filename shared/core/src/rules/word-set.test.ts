// word-set.test.ts — many globs at once answer as they do one by one

import fc from "fast-check";
import { expect, test } from "vitest";
import { compileGlob } from "./glob.ts";
import { anyGlob } from "./word-set.ts";

const of = (...patterns: string[]) => anyGlob(patterns.map((pattern) => compileGlob(pattern, "text")));

test.each<[string, string[], string, boolean]>([
  ["none", [], "a", false],
  ["one of two", ["a", "b*"], "bc", true],
  ["a literal among many", ["one", "two", "three"], "two", true],
  ["no literal among many", ["one", "two", "three"], "tw", false],
  ["a start", ["de*", "rm-*", "x"], "rm-all", true],
  ["a start is the shortest text itself", ["de*", "rm-*", "x"], "rm-", true],
  ["half a start", ["de*", "rm-*", "x"], "rm", false],
  ["a start elsewhere", ["de*", "rm-*", "x"], "a-rm-b", false],
  ["an end", ["*-rm", "*ed", "x"], "all-rm", true],
  ["an end elsewhere", ["*-rm", "*ed", "x"], "-rms", false],
  ["inside", ["*.rm*", "*:del*", "x"], "s3:delete", true],
  ["inside, the second time", ["*.rm*", "*:del*", "x"], "a.b.rm", true],
  ["inside, at the very start", ["*.rm*", "*:del*", "x"], ".rm", true],
  ["inside, behind the same letter", ["*.rm*", "*:del*", "x"], "..rm", true],
  ["two insides of one letter", ["*.rm*", "*.del*", "x"], "a.rm", true],
  ["one start among many", ["rm-*", "a", "b"], "rm-x", true],
  ["one end among many", ["*-rm", "a", "b"], "x-rm", true],
  ["one inside among many", ["*.rm*", "a", "b"], "x.rmy", true],
  ["inside, not quite", ["*.rm*", "*:del*", "x"], "a.r:de", false],
  ["one letter and a star", ["a*", "b", "c"], "abc", true],
  ["a star alone", ["*", "b", "c"], "", true],
  ["stars in between", ["a*b*c", "b", "c"], "axbxc", true],
  ["an empty text", ["ab*", "b", "c"], "", false],
])("%s", (_why, patterns, text, holds) => expect(of(...patterns)(text)).toBe(holds));

test("as one by one", () => {
  const letters = (...from: string[]) => fc.array(fc.constantFrom(...from), { minLength: 1, maxLength: 5 });
  const patterns = fc.array(
    letters("a", "b", "*", "?").map((all) => all.join("")),
    { minLength: 3, maxLength: 8 },
  );
  fc.assert(
    fc.property(patterns, letters("a", "b", "c"), (globs, text) => {
      const given = text.join("");
      expect(of(...globs)(given)).toBe(globs.some((glob) => compileGlob(glob, "text").test(given)));
    }),
    { numRuns: 1_000 },
  );
});
