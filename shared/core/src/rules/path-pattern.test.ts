// path-pattern.test.ts — how a path pattern is read, and by which words its paths can surely be found

import { expect, test } from "vitest";
import { judged } from "./judged.ts";
import { parsePathPattern, sureWords } from "./path-pattern.ts";

test.each<[pattern: string, segments: string[], words?: string[]]>([
  ["/srv/shop/**", ["srv", "shop"]],
  ["/Srv/Shop/**", ["srv", "shop"]],
  ["**/.env", [".env"]],
  ["/a/*/b", ["a", "b"]],
  ["**/*.pem", [], ["pem"]],
  ["**/id_*.old-key", [], ["id", "old", "key"]],
  ["**/ID_*", [], ["id"]],
  ["**/*.tar.gz*", [], ["tar"]],
  ["**/x*", []],
  ["**", []],
  ["**/a*/**", []],
  ["/srv/\\*", []],
  ["**/\\a", []],
])("%s is found by %j", (pattern, segments, words = []) => {
  const names = [...segments, ...words];
  const sure = names.length === 0 ? undefined : { of: words.length > 0 ? "word" : "segment", names };
  for (const tighten of [true, false])
    expect(parsePathPattern(pattern, tighten, "path").map(sureWords)).toEqual([sure]);
});

test.each<[pattern: string, anchor: string, segments: string, tightSegments?: string]>([
  ["/etc//./x", "root", "etc/x"],
  ["/etc/", "root", "etc/**"],
  ["/", "root", ""],
  ["C:\\Users\\", "root", "C:/Users/**"],
  ["./src", "workspace", "src"],
  [".", "workspace", "**"],
  ["$PWD/a", "workspace", "a"],
  ["~/", "home", "**"],
  ["$HOME/.ssh", "home", ".ssh"],
  ["**/.env", "anywhere", "**/.env"],
  ["/Etc/X", "root", "Etc/X"],
])("%s is anchored at the %s", (pattern, anchor, segments) => {
  const [loose] = parsePathPattern(pattern, false, "path");
  expect([loose?.anchor, loose?.segments.join("/"), loose?.source]).toEqual([anchor, segments, pattern]);
  const [tight] = parsePathPattern(pattern, true, "path");
  expect([tight?.anchor, tight?.segments.join("/")]).toEqual([anchor, segments.toLowerCase()]);
});

test("a name without an anchor is anywhere where rules tighten, and in the workspace where they loosen", () => {
  const read = (tighten: boolean) =>
    parsePathPattern("notes/a.txt", tighten, "path").map(({ anchor, segments }) => `${anchor} ${segments.join("/")}`);
  expect([read(true), read(false)]).toEqual([["anywhere **/notes/a.txt"], ["workspace notes/a.txt"]]);
});

test.each(["../a", "/a/../b", "a/.."])("%s climbs and is refused", (pattern) => {
  expect(() => parsePathPattern(pattern, true, "path")).toThrow(`the pattern \`${pattern}\` climbs with \`..\``);
});

test.each(["/a/..b", "/a/b..", "/a/...", "/a/..b/c"])("%s does not climb", (pattern) => {
  expect(parsePathPattern(pattern, true, "path")).toHaveLength(1);
});

const seed003 = (effect: string, ...paths: string[]) => ({
  name: "p.toml",
  dialect: "toml-enforcer",
  text: `[tools.policy]\nenabled = true\ndefault_effect = "${effect === "deny" ? "allow" : "deny"}"\n[[tools.policy.rules]]\neffect = "${effect}"\ntool = "*"\npaths = ${JSON.stringify(paths)}\n`,
});
const read = (path: string) => ({ tool: "read_file", args: { file_path: path } });

test.each<[string, string, string[], string, string]>([
  ["a star crosses folders", "deny", ["/etc/*"], "/etc/ssl/key", "deny"],
  ["and means the folder itself where it denies", "deny", ["/etc/*"], "/etc", "deny"],
  ["also of two stars", "deny", ["/etc/**"], "/etc", "deny"],
  ["not where it allows", "allow", ["/srv/*"], "/srv", "deny"],
  ["where it allows it crosses too", "allow", ["/srv/*"], "/srv/a/b", "allow"],
  ["a star in a name is no folder", "deny", ["/etc/pass*"], "/etc", "allow"],
  ["a star that ends a name stays whole", "deny", ["/etc/x*"], "/etc/x", "deny"],
  ["a name of two parts is both of them, also among many", "deny", ["a/b", "/srv/*"], "/x/b", "allow"],
  ["a name is that path, and none below", "deny", ["/etc/x"], "/etc/x/y", "allow"],
])("seed 003: %s", (_why, effect, paths, path, expected) => {
  expect(judged(seed003(effect, ...paths), read(path)).effect).toBe(expected);
});
