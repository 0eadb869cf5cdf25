// glob.test.ts — the grammar in pairs, and that matching takes linear time

import { isFault } from "@holdpoint/wire/fault.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileGlob, expandBraces, type Flavour } from "./glob.ts";

test.each<[string, Flavour, string, string, boolean]>([
  ["a literal", "path", "/etc/passwd", "/etc/passwd", true],
  ["a literal is whole", "path", "/etc/passwd", "/etc/passwd.bak", false],
  ["a star stays in its segment", "path", "/etc/*", "/etc/passwd", true],
  ["a star does not cross", "path", "/etc/*", "/etc/ssl/key", false],
  ["a star takes nothing too", "path", "/etc/x*", "/etc/x", true],
  ["a star takes hidden files", "path", "/home/*", "/home/.ssh", true],
  ["a folder holds itself", "path", "/etc/**", "/etc", true],
  ["a folder holds its children", "path", "/etc/**", "/etc/ssl/private/key", true],
  ["a folder is not a prefix of a name", "path", "/etc/**", "/etcetera", false],
  ["a newline is a character like others", "path", "/a/**", "/a/b\nc/d", true],
  ["a newline under a star", "path", "/a/*", "/a/b\nc", true],
  ["anywhere", "path", "**/.env", "/srv/app/.env", true],
  ["anywhere, also at the top", "path", "**/.env", ".env", true],
  ["anywhere is a whole name", "path", "**/.env", "/srv/x.env", false],
  ["stars between", "path", "/srv/**/logs/*.log", "/srv/a/b/logs/x.log", true],
  ["no segment between", "path", "/srv/**/logs/*.log", "/srv/logs/x.log", true],
  ["one way back is enough", "path", "/**/a/b/**/c", "/a/a/b/x/b/c", true],
  ["the tail must fit", "path", "/srv/**/logs/*.log", "/srv/a/logs/x.txt", false],
  ["ends after stars", "path", "**/node_modules/**", "/x/node_modules/y/z", true],
  ["ends at the folder", "path", "**/node_modules/**", "/x/node_modules", true],
  ["a question mark", "path", "/tmp/?", "/tmp/a", true],
  ["a question mark is one", "path", "/tmp/?", "/tmp/ab", false],
  ["a question mark is no slash", "path", "/tmp?x", "/tmp/x", false],
  ["everything", "path", "/**", "/", true],
  ["everything below", "path", "/**", "/a/b", true],
  ["stars alone", "path", "**", "a/b", true],
  ["an escape", "path", "/a/\\*", "/a/*", true],
  ["an escape is no star", "path", "/a/\\*", "/a/b", false],
  ["brackets are themselves", "path", "/app/[id]/page.ts", "/app/[id]/page.ts", true],
  ["the seeds' star crosses", "crossing", "/etc/*", "/etc/ssl/key", true],
  ["the seeds' star stays below", "crossing", "/etc/*", "/etcetera", false],
  ["text: a tool of a server", "text", "mcp__git__*", "mcp__git__push_files", true],
  ["text: stars around", "text", "*prod*", "eu-production-1", true],
  ["text: order of pieces", "text", "a*b*c", "a-c-b", false],
  ["text: pieces do not overlap", "text", "ab*ba", "aba", false],
  ["text: a middle piece ends before the last", "text", "*ab*b", "ab", false],
  ["text: question marks in the middle", "text", "a*b?d*e", "a--bcd--e", true],
  ["text: only question marks", "text", "??", "ab", true],
  ["text: a question mark has something to stand for", "text", "a*b?", "ab", false],
  ["text: at the very end", "text", "a*b?*", "abc", true],
  ["text: in the middle too", "text", "a*b?*", "ab", false],
  ["text: a question mark first", "text", "?b*", "b", false],
  ["text: only a star", "text", "*", "", true],
  ["text: slashes are characters", "text", "release/*", "release/1/2", true],
])("%s", (_why, flavour, pattern, text, matches) => expect(compileGlob(pattern, flavour).test(text)).toBe(matches));

test.each([
  ["no braces", "a", ["a"]],
  ["two", "{a,b}/c", ["a/c", "b/c"]],
  ["nested", "x{a,{b,c}d}", ["xa", "xbd", "xcd"]],
  ["two groups", "{a,b}{c,d}", ["ac", "ad", "bc", "bd"]],
  ["an empty part", "a{,b}", ["a", "ab"]],
  ["escaped", "a\\{b", ["a\\{b"]],
  ["an escaped comma", "{a\\,b,c}", ["a\\,b", "c"]],
  ["an escaped bracket", "{a\\}b,c}", ["a\\}b", "c"]],
  ["an escape in front", "\\a{b,c}", ["\\ab", "\\ac"]],
  [
    "as many as may be",
    "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
    expandBraces("{a,b}{a,b}{a,b}").flatMap((one) => expandBraces("{a,b}{a,b}{a,b}").map((two) => one + two)),
  ],
  ["a name", `$${"{cwd}"}/{a,b}`, [`$${"{cwd}"}/a`, `$${"{cwd}"}/b`]],
])("braces: %s", (_why, pattern, all) => expect(expandBraces(pattern)).toEqual(all));

describe("refuses", () => {
  test.each([
    ["an open brace", "{a,b"],
    ["too many alternatives", "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"],
    ["nothing", ""],
    ["a backslash at the end", "a\\"],
    ["stars glued to a name", "/etc**"],
    ["a pattern without end", "a".repeat(2_000)],
  ])("%s", (_why, pattern) => {
    let thrown: unknown;
    try {
      for (const one of expandBraces(pattern)) compileGlob(one, "path");
    } catch (error) {
      thrown = error;
    }
    expect(isFault(thrown) && thrown.code).toBe("policy_invalid");
  });
});

describe("for any pattern and text", () => {
  const pattern = fc
    .array(fc.constantFrom("a", "b", "*", "?", "c"), { minLength: 1, maxLength: 12 })
    .map((all) => all.join(""));
  const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 14 }).map((all) => all.join(""));
  const oracle = (glob: string) => new RegExp(`^${glob.replaceAll(/\*+/g, ".*").replaceAll("?", ".")}$`, "s");

  test("text globs agree with a regular expression", () => {
    fc.assert(
      fc.property(pattern, text, (glob, value) => {
        expect(compileGlob(glob, "text").test(value)).toBe(oracle(glob).test(value));
      }),
      { numRuns: 3_000 },
    );
  });

  test("path globs agree with a regular expression", () => {
    const segment = fc.constantFrom("a", "b", "*", "**", "a*", "?b");
    const glob = fc.array(segment, { minLength: 1, maxLength: 5 }).map((all) => `/${all.join("/")}`);
    const path = fc.array(fc.constantFrom("a", "b", "ab", "c"), { maxLength: 6 }).map((all) => `/${all.join("/")}`);
    const regex = (source: string) => {
      const parts = source.slice(1).split("/");
      const body = parts.map((part) =>
        part === "**" ? "(?:/[^/]*)*" : `/${part.replaceAll("*", "[^/]*").replaceAll("?", "[^/]")}`,
      );
      return new RegExp(`^${body.join("")}$`, "s");
    };
    fc.assert(
      fc.property(glob, path, (source, value) => {
        expect(compileGlob(source, "path").test(value)).toBe(
          regex(source).test(value === "/" ? "" : value) || regex(source).test(value),
        );
      }),
      { numRuns: 3_000 },
    );
  });

  test("a hostile pattern ends", () => {
    const glob = compileGlob(`${"*a".repeat(200)}*b`, "text");
    const long = "a".repeat(100_000);
    const started = process.hrtime.bigint();
    expect(glob.test(long)).toBe(false);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(250);
  });
});
