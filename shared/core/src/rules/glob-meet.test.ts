// glob-meet.test.ts — can a name fit a rule's pattern and a shell's pattern at once?

import fc from "fast-check";
import { expect, test } from "vitest";
import { compileGlob } from "./glob.ts";
import { globsMeet, plainName } from "./glob-meet.ts";

test.each([
  ["the same name", ".env", ".env", true],
  ["another name", ".env", ".envrc", false],
  ["a shell's star", "id_rsa", "id_*", true],
  ["a shell's star that wants more", "id_rsa", "id_*x", false],
  ["a shell's question mark", "key", "k?y", true],
  ["two where one is wanted", "key", "k??y", false],
  ["a shell's class is any character", "key", "k[ab]y", true],
  ["a rule's star", "*.pem", "server.pem", true],
  ["a rule's star of another ending", "*.pem", "server.key", false],
  ["two stars", "a*", "*b", true],
  ["two stars that share no name", "a*", "b*", false],
  ["two stars with an end apart", "*a", "*b", false],
  ["a star at a shell's start names no hidden file", ".env", "*", false],
  ["nor does a question mark", ".env", "?env", false],
  ["later a dot is a letter", "a.b", "a*b", true],
  ["a dot in front lets it in", ".env", ".*", true],
  ["a rule's question mark", "k?y", "key", true],
  ["a rule's star and a hidden name", "*", ".env", true],
  ["a rule's escaped star is taken for a star", "a\\*b", "axb", true],
  ["an escaped letter is that letter", "a\\b", "ab", true],
  ["and no other", "a\\b", "ac", false],
  ["a shell's star in the middle", "abcd", "a*d", true],
  ["an empty rule meets what may be empty", "*", "*", true],
  ["names longer than any are taken to meet", "a".repeat(256), "b", true],
  ["names as long as any are compared", `${"a".repeat(254)}*`, "b", false],
  ["also a shell's", "b", `${"a".repeat(254)}*`, false],
  ["a dot behind the first letter", "*.b", "a*", true],
  ["a dot behind a letter that a star stands for", "a.b", "*b", true],
  ["nothing is left for the rest of a rule", "a*b", "a", false],
  ["on either side", "b", "a".repeat(256), true],
  ["other letters in front of a shell's star", ".env", ".n*", false],
  ["other letters behind it", ".env", "*.ts", false],
  ["letters that a class stands for", "keys", "k[ab]ys", true],
  ["a class at the end", "key", "ke[xy]", true],
  ["letters behind a class that differ", "keys", "k[ab]y", false],
  ["a bracket that nothing closes is a letter", "k[a", "k[a", true],
  ["an escape at a rule's end", "a\\b", "*b", true],
])("%s", (_why, rule, shell, meets) => expect(globsMeet(rule, shell)).toBe(meets));

test.each([
  ["a.b", "a.b"],
  ["a*", undefined],
  ["a?", undefined],
  ["a[", undefined],
  ["a\\", undefined],
  ["a".repeat(255), "a".repeat(255)],
  ["a".repeat(256), undefined],
  [undefined, undefined],
])("%s is a plain name or none", (name, plain) => expect(plainName(name)).toBe(plain));

test("a plain name meets exactly the patterns that match it", () => {
  const pattern = fc
    .array(fc.constantFrom("a", "b", "*", "?"), { minLength: 1, maxLength: 6 })
    .map((all) => all.join(""));
  const name = fc.array(fc.constantFrom("a", "b"), { minLength: 1, maxLength: 6 }).map((all) => all.join(""));
  fc.assert(
    fc.property(pattern, name, (glob, given) => {
      expect(globsMeet(glob, given)).toBe(compileGlob(glob, "text").test(given));
      expect(globsMeet(given, glob)).toBe(compileGlob(glob, "text").test(given));
    }),
    { numRuns: 500 },
  );
});
