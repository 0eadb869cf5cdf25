// path-traversal.test.ts — climbing out of the workspace, in plain sight and in every encoding that something may undo

import { describe, expect, test } from "vitest";
import { sampleAction, sampleAtom, sampleFacts } from "../sample.ts";
import { climbs, pathTraversal } from "./path-traversal.ts";

const stop = new AbortController().signal;
function findings(args: Record<string, string>, options: { cwd?: string; shell?: boolean } = {}) {
  const action = sampleAction({ tool: options.shell ? "Bash" : "read_file", args });
  if (options.cwd === undefined) delete action.cwd;
  else action.cwd = options.cwd;
  const atom = sampleAtom({ kind: options.shell ? "command" : "call", at: options.shell ? "/command" : "" });
  const found = pathTraversal.check(action, sampleFacts(action, { atoms: [atom] }), stop);
  if (!Array.isArray(found)) throw new Error("a built-in checker answers at once");
  return found.map(({ severity, code }) => `${severity} ${code}`);
}

test.each([
  // why                                    path                              cwd              climbs
  ["up and out", "../etc/passwd", "/home/dev/api", true],
  ["up and back in", "../api/src/a.ts", "/home/dev/api", false],
  ["down and up again", "src/../lib/a.ts", "/home/dev/api", false],
  ["deep and out", "a/b/../../../x", "/home/dev/api", true],
  ["a name with dots", "a..b/...c", "/home/dev/api", false],
  ["absolute and out", "/home/dev/api/../secret", "/home/dev/api", true],
  ["absolute and still inside", "/home/dev/api/src/../lib", "/home/dev/api", false],
  ["absolute without dots", "/etc/passwd", "/home/dev/api", false],
  ["from one place outside to another", "/tmp/../etc/passwd", "/home/dev/api", true],
  ["above the root", "/../../etc/passwd", "/home/dev/api", true],
  ["a neighbour with the same beginning", "/home/dev/api/../api-old/x", "/home/dev/api", true],
  ["backslashes", "..\\..\\boot.ini", "/home/dev/api", true],
  ["no folder known, climbing", "../x", undefined, true],
  ["no folder known, not climbing", "a/../x", undefined, false],
])("%s", (_why, path, cwd, want) => expect(climbs(path, cwd)).toBe(want));

describe("a path argument", () => {
  test.each([
    // path                                            found
    ["../../../../etc/passwd", ["block path_climbs"]],
    ["/../../../../etc/passwd^^", ["block path_climbs"]],
    ["%00../../../../etc/passwd", ["block path_climbs"]],
    ["../../../etc/passwd%00", ["block path_climbs"]],
    ["etc/passwd%00.jpg", ["block path_nul"]],
    ["%2e%2e%2f%2e%2e%2fetc%2fpasswd", ["block path_encoded_climb"]],
    ["..%2f..%2fetc/passwd", ["block path_encoded_climb"]],
    ["..%5c..%5cboot.ini", ["block path_encoded_climb"]],
    ["..%252f..%252fetc", ["block path_encoded_climb"]],
    ["%252e%252e%252fetc", ["block path_encoded_climb"]],
    ["%25252e%25252e/etc", ["block path_encoded_climb"]],
    ["..%c0%af..%c0%afetc", ["block path_encoded_climb"]],
    ["%c0%ae%c0%ae/etc", ["block path_encoded_climb"]],
    ["..%u2215..%u2215etc", ["block path_encoded_climb"]],
    ["%uff0e%uff0e/etc", ["block path_encoded_climb"]],
    ["\uff0e\uff0e/etc", ["block path_encoded_climb"]],
    ["..\u2215etc", ["block path_encoded_climb"]],
    ["..2f..2fetc2fpasswd", ["block path_encoded_climb"]],
    ["0x2e0x2e/etc", ["block path_encoded_climb"]],
    ["....//....//etc/passwd", ["block path_filter_climb"]],
    ["..././..././etc", ["block path_filter_climb"]],
    ["....\\\\....\\\\boot.ini", ["block path_filter_climb"]],
    ["..;/..;/etc/passwd", ["block path_filter_climb"]],
    ["%2e%2e%2e%2e//%2e%2e%2e%2e//etc", ["block path_filter_climb"]],
    ["%%32%65%%32%65/%%32%65%%32%65/etc", ["block path_encoded_climb"]],
    ["..%%35%63..%%35%63boot.ini", ["block path_encoded_climb"]],
    ["..%f0%80%80%af..%f0%80%80%afetc", ["block path_encoded_climb"]],
    ["..%c0%5c..%c0%5cetc", ["block path_encoded_climb"]],
    ["..%01/..%01/etc", ["block path_encoded_climb"]],
    ["....../etc", ["block path_odd"]],
    [".../...//etc/passwd", ["block path_filter_climb"]],
    [".\\/boot.ini", ["block path_odd"]],
    ["src%2fa.ts", ["block path_encoded"]],
    ["My%20File%20(1).txt", []],
    ["caf%C3%A9.txt", []],
    ["caf%C3.txt", ["block path_odd"]],
    ["..%c1%9c..%c1%9cboot.ini", ["block path_encoded_climb"]],
    ["??/??/etc", ["block path_odd"]],
    ["src/a.ts", []],
    ["docs/100%25 sure.md", []],
    ["docs/a...b/c.md", []],
    ["report 50%.txt", []],
    ["src/[...slug]/page.tsx", []],
  ])("`%s`", (path, want) => expect(findings({ path }, { cwd: "/home/dev/api" })).toEqual(want));

  test.each(["file_path", "notebookPath", "destination", "output_dir", "src", "targetFile"])(
    "is told by its name `%s`",
    (name) => expect(findings({ [name]: "../x" }, { cwd: "/home/dev/api" })).toEqual(["block path_climbs"]),
  );
});

describe("what is not a path", () => {
  test.each([
    ["content may say anything", { content: "see ../x and ..\\y" }, {}, []],
    ["a shell text is understood elsewhere", { command: "cd .. && cat ../README.md" }, { shell: true }, []],
    ["an encoded climb in a URL is said", { url: "http://h/a/..%2f..%2fetc" }, {}, ["warn text_encoded_climb"]],
    [
      "an encoded climb in a command is said",
      { command: "curl http://h/%2e%2e/%2e%2e/x" },
      { shell: true },
      ["warn text_encoded_climb"],
    ],
  ])("%s", (_why, args, options, want) =>
    expect(findings(args as Record<string, string>, { cwd: "/w", ...options })).toEqual(want),
  );
});

test("hostile texts end in bounded time", () => {
  const began = process.cpuUsage();
  for (const part of ["../", "%2e", "....//", "%25", "..;", "\\", ".", "\uff0e", "%c0%ae"]) {
    findings({ path: part.repeat(Math.floor(100_000 / part.length)) }, { cwd: "/w" });
  }
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1_000).toBeLessThan(2_000);
});
