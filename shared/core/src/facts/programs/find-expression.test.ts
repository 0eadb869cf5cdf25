// find-expression.test.ts — what an expression of find picks before it acts

import { expect, test } from "vitest";
import { literal } from "../shell/word.ts";
import { isPicked, namesOf, primariesOf } from "./find-expression.ts";

const parse = (text: string) => primariesOf(text.split(" ").map((word) => literal(word)));

test.each<[expression: string, picked: boolean]>([
  ["-name *.log", true],
  ["-name *", false],
  ["-name *.*", false],
  ["-name .*", false],
  ["-name *~", true],
  ["-path ./*", false],
  ["-path ./build/*", true],
  ["-regex .*", false],
  ["-regex .*/core[.][0-9]+", true],
  ["-type f", false],
  ["-type l", true],
  ["-empty", true],
  ["-mtime +30", true],
  ["-mtime +0", false],
  ["-mmin -100000", false],
  ["-size -100G", false],
  ["-size 0", true],
  ["-newer Makefile", false],
  ["-newermt 1970-01-01", false],
  ["-mtime -7", false],
  ["-inum 4711", true],
  ["! -name *.log", false],
  ["-not -empty", false],
  ["! ( -name a -o -name b )", false],
  ["( -name a -o -name b )", true],
  ["( -name a -o -type f )", false],
  ["-name a -o -type f", false],
  ["-type f -o -name a", true],
  ["-name a ,", false],
  ["-exec grep -name x ;", false],
  ["-printf -name x", false],
  ["-fprintf out -name x", false],
])("%s", (expression, picked) => expect(isPicked(parse(expression), false)).toBe(picked));

test("only of empty folders a folder is no loss", () => {
  expect([isPicked(parse("-type d"), true), isPicked(parse("-type d"), false)]).toEqual([true, false]);
});

test.each<[expression: string, names: string[] | undefined]>([
  ["-name a -o -name b", ["a", "b"]],
  ["-name a ! -path ./x/*", ["a"]],
  ["-name a -o -type f", undefined],
  ["-not ( -name a )", undefined],
  ["-not -name a", undefined],
  ["-exec cat -name x ;", undefined],
])("the names of %s", (expression, names) => expect(namesOf(parse(expression))).toEqual(names));
