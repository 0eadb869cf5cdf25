// odd-characters.test.ts — characters that make a text look like something else

import { expect, test } from "vitest";
import { findOddCharacters } from "./odd-characters.ts";

const kinds = (text: string, command = false): string[] => {
  const out: { at: string; kind: string }[] = [];
  findOddCharacters(text, "/x", out, command);
  return out.map(({ kind }) => kind);
};

test.each<[what: string, text: string, kinds: string[]]>([
  ["plain text", "hello\n\tworld", []],
  ["letters of the world", "Zürich, Москва, 東京, עברית", []],
  ["a family of pictures", "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}", []],
  ["an escape", "a\x1b[31mb", ["escape"]],
  ["a control", "a\x07b", ["control"]],
  ["NUL", "a\0b", ["control"]],
  ["right-to-left override", "a\u202eb", ["bidi"]],
  ["an isolate", "a\u2066b", ["bidi"]],
  ["zero width space", "a\u200bb", ["zero-width"]],
  ["a byte order mark within", "a\ufeffb", ["zero-width"]],
  ["tag characters", "a\u{e0041}b", ["tag"]],
  ["soft hyphen", "pass\u00adword", ["invisible"]],
  ["a Cyrillic letter in a Latin word", "p\u0430ssword", ["look-alike"]],
  ["full-width letters in a Latin word", "\uff52m -rf", ["look-alike"]],
  ["a lone surrogate", "a\ud800b", ["lone-surrogate"]],
  ["an em dash in prose", "this \u2014 that", []],
])("%s: %j", (_what, text, expected) => expect(kinds(text)).toEqual(expected));

test("in a command, a space that separates nothing and a dash that begins no option count too", () => {
  expect(kinds("git\u3000status", true)).toEqual(["odd-space"]);
  expect(kinds("git reset \u2010\u2010hard", true)).toEqual(["look-alike"]);
  // A long dash is seen; the shell takes it for a name, and so do we.
  expect(kinds("wc \u2013l a.txt", true)).toEqual([]);
  expect(kinds("git commit -m 'a \u2014 b'", true)).toEqual([]);
});
