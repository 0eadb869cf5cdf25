// path-list.test.ts — a list of path patterns holds what one of its patterns holds by itself, however they are sorted

import { expect, test } from "vitest";
import { viewOf } from "./criteria/view.ts";
import { handmade } from "./handmade.ts";
import { compilePathList } from "./path-list.ts";
import { parsePathPattern } from "./path-pattern.ts";
import { seenPath } from "./seen-path.ts";

const PATTERNS = [
  "**/.env",
  "**/*.pem",
  "**/id_*",
  "**/node_modules/**",
  "**/.git/hooks/**",
  "**/.git/config",
  "**/deploy/**/*.yaml",
  "**/deploy/prod?.json",
  "**/*x/y/**",
  "~/.ssh/**",
  "/dev/mem",
  "/srv/**",
];
const lists = PATTERNS.map((pattern) => parsePathPattern(pattern, true, "path"));
const whole = compilePathList(lists.flat());

test.each<[path: string, by: string[]]>([
  ["/home/dev/api/.git/hooks", ["**/.git/hooks/**"]],
  ["/home/dev/api/.git/hooks/pre-push", ["**/.git/hooks/**"]],
  [".git/config", ["**/.git/config"]],
  ["/home/dev/api/.git/refs/config", []],
  ["/a/.git/x/.git/hooks/y", ["**/.git/hooks/**"]],
  ["deploy/a/b.yaml", ["**/deploy/**/*.yaml"]],
  ["/a/DEPLOY/b.yaml", ["**/deploy/**/*.yaml"]],
  ["/a/deploy/deploy/deploy/b.yml", []],
  ["/a/deploy/deploy/prod1.json", ["**/deploy/prod?.json"]],
  ["/a/deploys/b.yaml", []],
  ["/a/xx/y", ["**/*x/y/**"]],
  ["/srv/deploy/.env", ["**/.env", "/srv/**"]],
  ["/home/dev/.ssh/id_rsa", ["**/id_*", "~/.ssh/**"]],
  ["/a/node_modules/deploy/key.pem", ["**/*.pem", "**/node_modules/**"]],
])("%s is held by %j", (path, by) => {
  const [action, facts] = handmade({ paths: [{ path }] });
  const [atom] = facts.atoms;
  const seen = seenPath(viewOf(action, facts, 0), atom!, 0, true);
  expect(PATTERNS.filter((_, index) => compilePathList(lists[index]!).holds(seen))).toEqual(by);
  expect(whole.holds(seen)).toBe(by.length > 0);
});
