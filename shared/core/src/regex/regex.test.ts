// regex.test.ts — the same answers as a full engine, in linear time, and refusals before they cost anything

import { isFault } from "@holdpoint/wire/fault.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileRegex, withoutOuterStars } from "./regex.ts";

test.each([
  ["found anywhere", "sudo", "echo; sudo ls", true],
  ["outer stars", ".*sudo.*", "echo\nsudo ls", true],
  ["anchored start", "^sudo", "echo sudo", false],
  ["anchored end", "main$", "push main", true],
  ["a dot takes a newline", "rm.-rf", "rm\n-rf", true],
  ["a class", "rm\\s+-[rf]+", "rm   -fr x", true],
  ["an optional letter is no sure literal", "colou?r", "color", true],
  ["an optional run", "abc*d", "abd", true],
  ["zero repeats", "ab{0}cd", "acd", true],
  ["an alternative owns its stars", "^a.*|b$", "xb", true],
  ["a flag", "(?i)SUDO", "sudo", true],
  ["an escaped star", "a\\.*", "a...", true],
  ["a literal bracket", "a\\[b", "a[b", true],
  ["a class that begins with its bracket", "[]a]bcd", "abcd", true],
  ["a negated class that does", "[^]a]bcd", "xbcd", true],
  ["a named class", "[[:alpha:]]bcd", "xbcd", true],
  ["an escaped bracket in a class", "[\\]a]bcd", "abcd", true],
  ["quoted stars are stars", "\\Q.*\\E", "a.*b", true],
  ["and nothing else", "\\Q.*\\E", "ab", false],
  ["also where the quotation stays open", "\\Q.*", "ab", false],
  ["an alternative before stars", "^a|b.*", "xbc", true],
  ["the longest pattern there may be", "a".repeat(1_024), "b", false],
  ["a letter by its number", "\\x41bcd", "Abcd", true],
  ["a letter by its number in braces", "\\x{41}bc", "Abc", true],
  ["a letter by its octal number", "\\101bc", "Abc", true],
  ["a script", "\\p{Greek}x", "αx", true],
  ["a kind of letter", "\\pLxy", "axy", true],
  ["an optional letter of two units", "a😀?b", "ab", true],
  ["the first of two alternatives", "sudo|doas", "a sudo b", true],
  ["the second of two alternatives", "sudo|doas", "a doas b", true],
  ["none of two alternatives", "sudo|doas", "su do", false],
  ["an alternative of nothing but a class", "sudo|[0-9]", "7", true],
  ["an alternative in a group", "x(sudo|doas)y", "xdoasy", true],
  ["an empty alternative", "sudo|", "x", true],
  ["a group that may be absent", "(abc)?d", "d", true],
  ["a group that is there once or never", "(abc){0,1}d", "d", true],
  ["a group of one sure and one open alternative", "(abc|[0-9])d", "7d", true],
  ["a group in an alternative of a group", "((abc|x)y|z)d", "zd", true],
  ["a group that catches nothing", "(?:sudo|doas) x", "a doas x", true],
  ["a sure group behind an optional one", "(a)?(sudo|doas)", "doas", true],
  ["a dot that takes no newline keeps its stars", "(?-s)^ok.*$", "ok\nrm", false],
])("%s", (_why, pattern, text, matches) => expect(compileRegex(pattern, "loosen").test(text)).toBe(matches));

test.each([
  [".*sudo.*", "sudo"],
  ["^.*sudo.*$", "sudo"],
  ["^sudo.*", "^sudo"],
  ["sudo\\.*", "sudo\\.*"],
  [".*?sudo", ".*?sudo"],
  ["a.*|.*b", "a.*|.*b"],
  [".*", ""],
])("%s is cut to %s", (source, cut) => expect(withoutOuterStars(source)).toBe(cut));

describe("what could take too long is not searched", () => {
  const large = "a[ab]{300}c";
  const text = `a${"ab".repeat(150)}c${"b".repeat(20_000)}`;
  const small = "a[ab]{3}c";

  test.each([
    [
      "a large program on a long text counts as a match where rules tighten",
      large,
      `ac${"b".repeat(20_000)}`,
      "tighten",
      true,
    ],
    ["and as none where rules loosen, though it is there", large, text, "loosen", false],
    ["on a text that is short enough it is searched", large, `ac${"b".repeat(1_000)}`, "tighten", false],
    ["and found", large, text.slice(0, 1_000), "loosen", true],
    ["a small program is searched on any text", small, `ac${"b".repeat(200_000)}`, "tighten", false],
    ["a text without its sure literal is known not to match", `${large}xyz`, "b".repeat(20_000), "tighten", false],
  ] as const)("%s", (_why, pattern, given, direction, matches) =>
    expect(compileRegex(pattern, direction).test(given)).toBe(matches),
  );
});

describe("refuses", () => {
  test.each([
    ["look-ahead", "(?=x)y", "look-around"],
    ["look-behind", "(?<!x)y", "look-around"],
    ["a back-reference", "(a)\\1", "RE2"],
    ["an open group", "(a", "RE2"],
    ["a bomb", "((a{99}){99}){99}", "repeats"],
    ["a longer bomb", "(a{1000}){1000}", "repeats"],
    ["length", "a".repeat(1_025), "1024 bytes"],
  ])("%s", (_why, pattern, words) => {
    let thrown: unknown;
    try {
      compileRegex(pattern, "tighten");
    } catch (error) {
      thrown = error;
    }
    expect(isFault(thrown) ? `${thrown.code}: ${thrown.message}` : thrown).toContain("policy_invalid");
    expect(String(thrown)).toContain(words);
  });

  test("a bomb is refused before it costs time", () => {
    const started = process.hrtime.bigint();
    expect(() => compileRegex("((((x{500}){500}){500}){500}){500}", "tighten")).toThrow();
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(100);
  });
});

test("agrees with JavaScript on small patterns", () => {
  const part = fc.constantFrom(
    "a",
    "b",
    ".",
    ".*",
    "a?",
    "b*",
    "[ab]",
    "(a|b)",
    "(ab)?",
    "a{0,2}",
    "^",
    "$",
    "\\.",
    "|",
    "abc",
    "(?:ab|c)",
    "(abc|b)",
    "(bc|a){0,2}",
    "((a|bc)b|c)",
    "\\x61",
    "(ca|\\x62)",
  );
  const pattern = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
  const text = fc.array(fc.constantFrom("a", "b", "c", "."), { maxLength: 8 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(pattern, text, (source, value) => {
      let oracle: RegExp;
      try {
        oracle = new RegExp(source, "s");
      } catch {
        return; // what JavaScript does not know is not compared
      }
      expect(compileRegex(source, "tighten").test(value)).toBe(oracle.test(value));
    }),
    { numRuns: 6_000 },
  );
});
