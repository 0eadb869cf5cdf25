// paths.test.ts — one place, one path: whatever way it is written

import { expect, test } from "vitest";
import { isInside, locate, looksLikePath } from "./paths.ts";
import { runsByItself } from "./self-running.ts";

const place = { cwds: ["/w/app"], home: "/home/u" };

test.each<[text: string, path: string]>([
  ["a", "/w/app/a"],
  ["./a", "/w/app/a"],
  ["../a", "/w/a"],
  ["../../../../etc/passwd", "/etc/passwd"],
  ["/tmp/../etc/passwd", "/etc/passwd"],
  ["/etc//passwd", "/etc/passwd"],
  ["/etc/./passwd", "/etc/passwd"],
  ["/etc/passwd/", "/etc/passwd"],
  ["/..", "/"],
  ["//", "/"],
  [".", "/w/app"],
  ["~", "/home/u"],
  ["~/x", "/home/u/x"],
  ["~/../x", "/home/x"],
  ["~root/x", "/root/x"],
  ["~bob/x", "/home/bob/x"],
  ["file:///etc/passwd", "/etc/passwd"],
  ["file://localhost/etc/passwd", "/etc/passwd"],
  ["file:///etc/%70asswd", "/etc/passwd"],
  ["..\\..\\etc\\passwd", "/etc/passwd"],
  ["C:\\Windows\\x", "C:/Windows/x"],
  ["\\\\?\\C:\\Windows\\x", "C:/Windows/x"],
  ["\\\\server\\share\\x", "/server/share/x"],
  ["\\\\?\\UNC\\server\\share", "/server/share"],
  ["a\\ b", "/w/app/a\\ b"],
  ["/proc/self/root/etc/passwd", "/etc/passwd"],
  ["/proc/self/cwd/x", "/w/app/x"],
  ["/proc/1/root/etc/passwd", "/etc/passwd"],
  ["/private/etc/passwd", "/etc/passwd"],
  ["/etc/pass*", "/etc/pass*"],
  ["...", "/w/app/..."],
])("%s is %s", (text, path) => expect(locate(text, place)).toEqual([path]));

test("without a folder a path stays as relative as it was", () => {
  expect(locate("a/../../b", { cwds: ["."], home: undefined })).toEqual(["../b"]);
  expect(locate("~/b", { cwds: ["."], home: undefined })).toEqual(["~/b"]);
});

test("where a `cd` may have failed, both places count", () =>
  expect(locate("b", { cwds: ["/a", "/w"], home: undefined })).toEqual(["/a/b", "/w/b"]));

test.each<[text: string, is: boolean]>([
  ["/etc/passwd", true],
  ["~/x", true],
  ["./x", true],
  ["src/x", true],
  ["x.ts", true],
  [".env", true],
  ["file:///x", true],
  ["https://x.example/y", false],
  ["hello", false],
  ["a b/c d", false],
  ["1.2", false],
])("%s looks like a path: %s", (text, is) => expect(looksLikePath(text)).toBe(is));

test.each<[path: string, folder: string, inside: boolean]>([
  ["/a/b", "/a", true],
  ["/a", "/a", true],
  ["/ab", "/a", false],
  ["/x", "/", true],
])("%s lies in %s: %s", (path, folder, inside) => expect(isInside(path, folder)).toBe(inside));

test.each<[path: string, runs: string | undefined]>([
  ["/w/package.json", "package scripts"],
  ["/w/.git/hooks/pre-commit", "git hook"],
  ["/w/.git/config", "git configuration"],
  ["/w/.git/index", undefined],
  ["/w/.github/workflows/ci.yml", "ci"],
  ["/w/.github/README.md", undefined],
  ["/home/u/.bashrc", "shell start"],
  ["/home/u/.ssh/authorized_keys", "login"],
  ["/home/u/.ssh/rc", "login"],
  ["/w/src/rc", undefined],
  ["/etc/cron.d/x", "timer"],
  ["/etc/systemd/system/x.service", "service"],
  ["/w/.claude/settings.local.json", "agent hooks"],
  ["/w/.vscode/tasks.json", "editor tasks"],
  ["/w/conftest.py", "tests"],
  ["/w/src/app.ts", undefined],
  [".envrc", "shell environment"],
])("a write to %s makes something run: %s", (path, runs) => expect(runsByItself(path)).toBe(runs));
