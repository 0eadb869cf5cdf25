// visible.test.ts — which characters a person sees, and how the others are spelled out

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { visible, visibleKey, visibleLines } from "./visible.ts";

test.each([
  // why                                      text                          seen
  ["plain ASCII", "rm -rf ./build && ls | wc", "rm -rf ./build && ls | wc"],
  ["backslashes that escape nothing", "a\\b \\u0041 \\x41", "a\\b \\u0041 \\x41"],
  ["a literal escape", "\\u{202e}", "\\u{5c}u{202e}"],
  ["reading order", "a\u202eb\u2066c", "a\\u{202e}b\\u{2066}c"],
  ["zero width", "npm\u200b test\ufeff", "npm\\u{200b} test\\u{feff}"],
  ["terminal control", "\u001b[31mred\u0007\u0000", "\\u{1b}[31mred\\u{7}\\u{0}"],
  ["C1 controls and line separators", "a\u0085b\u2028c\u009b", "a\\u{85}b\\u{2028}c\\u{9b}"],
  ["tabs and returns", "a\tb\rc", "a\\u{9}b\\u{d}c"],
  ["Latin letters of a language", "größer élève Łódź Việt", "größer élève Łódź Việt"],
  ["a Cyrillic word", "привет мир", "привет мир"],
  ["a Greek word", "λόγος", "λόγος"],
  ["Han, kana and hangul", "日本語テスト サーバー 한국어", "日本語テスト サーバー 한국어"],
  ["a Cyrillic letter in a Latin word", "p\u0430ypal", "p\\u{430}ypal"],
  ["a Latin letter in a Cyrillic word", "пpивет", "\\u{43f}p\\u{438}\\u{432}\\u{435}\\u{442}"],
  ["a Cyrillic word that reads as a Latin one", "\u0441\u043e\u0440\u0443", "\\u{441}\\u{43e}\\u{440}\\u{443}"],
  ["Greek and Cyrillic in one word", "λд", "\\u{3bb}\\u{434}"],
  ["a dash-like kana alone", "a \u30fc b", "a \\u{30fc} b"],
  ["a slash-like kana beside ASCII", "etc\u30cepasswd", "etc\\u{30ce}passwd"],
  ["katakana that passes for Han", "入\u30ed", "入\\u{30ed}"],
  ["right-to-left letters", "rm \u05d0", "rm \\u{5d0}"],
  ["combining marks", "e\u0301", "e\\u{301}"],
  ["full width and mathematical", "\uff41\u{1d400}", "\\u{ff41}\\u{1d400}"],
  ["dotless i", "b\u0131n", "b\\u{131}n"],
  ["other digits", "\u0661\u0662", "\\u{661}\\u{662}"],
  ["typographic quotes, dashes, other spaces", "\u201ca\u201d\u2014\u00a0b", "\\u{201c}a\\u{201d}\\u{2014}\\u{a0}b"],
  ["pictures", "\u{1f600}", "\\u{1f600}"],
  ["tag characters", "a\u{e0041}", "a\\u{e0041}"],
  ["a lone surrogate", "\ud800x", "\\u{d800}x"],
  ["spaces at the end", "ls  ", "ls \\u{20}"],
  ["spaces that push text out of sight", `ls${" ".repeat(500)}; x`, "ls\\u{20*500}; x"],
  ["an indentation", `${" ".repeat(40)}x`, `${" ".repeat(40)}x`],
  ["a newline in a short text", "a\nb", "a\\u{a}b"],
])("%s", (_why, text, seen) => expect(visible(text)).toBe(seen));

test("the text can be read back from what is shown", () => {
  const back = (seen: string) =>
    seen.replaceAll(/\\u\{(?:20\*(\d+)|([0-9a-f]+))\}/g, (_all, spaces: string | undefined, code: string) =>
      spaces === undefined ? String.fromCodePoint(Number.parseInt(code, 16)) : " ".repeat(Number(spaces)),
    );
  const parts = fc.constantFrom("\\", "u{", "}", "20*41", " ".repeat(41), " ", "a", "\n", "\u202e", "д", "\\u{5c}");
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 9 }), (each) => {
      expect(back(visible(each.join("")))).toBe(each.join(""));
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(back(visible(text))).toBe(text);
    }),
  );
});

describe("masks", () => {
  test.each([
    ["one", [{ kind: "jwt", start: 2, end: 6 }], "ab\\u{secret: jwt, 4 characters}gh"],
    [
      "two that overlap",
      [
        { kind: "a", start: 1, end: 4 },
        { kind: "b", start: 3, end: 6 },
      ],
      "a\\u{secret: a, 5 characters}gh",
    ],
    ["out of bounds", [{ kind: "a", start: -5, end: 99 }], "\\u{secret: a, 8 characters}"],
    ["empty", [{ kind: "a", start: 3, end: 3 }], "abcdefgh"],
    ["a kind with odd characters", [{ kind: "a} b", start: 0, end: 8 }], "\\u{secret: a--b, 8 characters}"],
  ])("%s", (_why, masks, seen) => expect(visible("abcdefgh", masks)).toBe(seen));

  test("a secret of several lines is one mask on one line", () => {
    expect(visibleLines("x\nAAA\nBBB\ny", [{ kind: "key", start: 2, end: 9 }])).toEqual([
      "x",
      "\\u{secret: key, 7 characters}",
      "y",
    ]);
  });
});

test.each([
  ["file_path", "file_path"],
  ["", "\\u{}"],
  ["0", "\\u{30}"],
  ["a b: [x]", "a\\u{20}b\\u{3a}\\u{20}\\u{5b}x\\u{5d}"],
  ["a/b", "a\\u{2f}b"],
  ["größe", "größe"],
  ["\u202e", "\\u{202e}"],
])("key `%s`", (key, seen) => expect(visibleKey(key)).toBe(seen));

test("hostile texts end in bounded time", () => {
  // Time of the processor, not of the clock: other work on the machine does not count.
  const began = process.cpuUsage();
  for (const part of ["a", " ", "\\", "\\u{", "д", "aд", "\u202e", "ー", "\n", "a b", "\u0301"]) {
    visible(`${part.repeat(Math.floor(100_000 / part.length))} é`);
    visible(`${part.repeat(Math.floor(100_000 / part.length))}é`);
  }
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1_000).toBeLessThan(3_000);
});
