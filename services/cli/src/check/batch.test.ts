// batch.test.ts — rows as other people's files hold them: odd line ends, huge lines, bytes that are no text, columns of their own

import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { describe, expect, test } from "vitest";
import { answerLine, lines } from "./batch.ts";
import { actionOf, PLACE } from "./row.ts";

const set = compileSet([
  {
    name: "p",
    dialect: "native-yaml",
    text: "default: deny\nrules:\n  - { id: a, effect: allow, when: { tool: shell, commands: [git status] }, reason: ok }\n",
  },
]);

async function split(...chunks: (string | Buffer)[]): Promise<(string | undefined)[]> {
  async function* from() {
    yield* chunks;
  }
  const found: (string | undefined)[] = [];
  for await (const { number, bytes } of lines(from())) {
    expect(number).toBe(found.length + 1);
    found.push(bytes?.toString());
  }
  return found;
}
const answer = (text: string | Buffer | undefined, number = 1) => {
  const said = answerLine(set, { number, bytes: typeof text === "string" ? Buffer.from(text) : text });
  return said === undefined ? undefined : JSON.parse(said);
};

describe("lines", () => {
  test.each<[string, (string | Buffer)[], (string | undefined)[]]>([
    ["ends with or without a line feed", ["a\nb"], ["a", "b"]],
    ["the last line feed makes no line", ["a\nb\n"], ["a", "b"]],
    ["cut anywhere by the reader", ["a", "b\nc", "\n", "d"], ["ab", "c", "d"]],
    ["a character cut in two", [Buffer.from([0xc3]), Buffer.from([0xa9, 0x0a])], ["é"]],
    ["other line separators belong to the text", ["a\u2028b\u0085c\rd\n"], ["a\u2028b\u0085c\rd"]],
    ["nothing", [], []],
    ["longer than any request may be", [`${"x".repeat(limits.bodyBytesMax + 1)}\nb\n`], [undefined, "b"]],
  ])("%s", async (_what, chunks, expected) => expect(await split(...chunks)).toEqual(expected));
});

describe("an answer line", () => {
  test.each<[string, string | Buffer | undefined, unknown]>([
    ["a command", '{"id":1,"command":"git status"}', { id: 1, effect: "allow" }],
    ["Windows line ends", '{"id":1,"command":"git status"}\r', { id: 1, effect: "allow" }],
    ["empty", "  ", undefined],
    ["too long", undefined, { line: 1, error: { code: "too_large" } }],
    ["no text", Buffer.from([0xff, 0xfe]), { line: 1, error: { code: "bad_json" } }],
    ["a list", "[]", { line: 1, error: { code: "invalid" } }],
    ["no tool", '{"id":"x"}', { id: "x", line: 1, error: { code: "invalid", at: "/tool" } }],
    [
      "a command that is no text",
      '{"id":"x","command":["ls"]}',
      { id: "x", error: { code: "invalid", at: "/command" } },
    ],
    [
      "a NUL in the tool",
      '{"id":"x","tool":"a\\u0000","args":{}}',
      { id: "x", error: { code: "invalid", at: "/tool" } },
    ],
    [
      "an unknown trust",
      '{"id":"x","command":"ls","trust":"much"}',
      { id: "x", error: { code: "invalid", at: "/trust" } },
    ],
    ["a principal without an agent", '{"id":"x","command":"ls","principal":{}}', { error: { at: "/principal/agent" } }],
    [
      "a field of the principal that does not exist",
      '{"command":"ls","principal":{"agent":"a","boss":1}}',
      { error: { code: "invalid", at: "/principal" } },
    ],
    [
      "arguments beyond the limit",
      `{"id":"x","command":"${"x".repeat(limits.argsBytesMax)}"}`,
      { id: "x", error: { code: "too_large", at: "/args" } },
    ],
    [
      "a prototype key",
      '{"id":"x","tool":"t","args":{"__proto__":1}}',
      { line: 1, error: { code: "bad_json", at: "/args/__proto__" } },
    ],
  ])("%s", (_what, text, expected) => {
    if (expected === undefined) expect(answer(text)).toBeUndefined();
    else expect(answer(text)).toMatchObject(expected as object);
  });
});

describe("a row as an action", () => {
  test("says as attested what it says, and leaves the rest unknown", () => {
    expect(actionOf({ command: "ls" })).toMatchObject({
      tool: "Bash",
      args: { command: "ls" },
      principal: { agent: "coding-agent" },
      trust: "verified",
      mode: "auto",
      attested: ["agent", "trust", "home"],
      ...PLACE,
    });
    const known = actionOf({
      command: "ls",
      principal: { agent: "a", team: "t", roles: ["r"] },
      environment: { name: "production", variables: ["X"] },
      context: { branch: "main", ticket: 7 },
      trust: "quarantined",
    });
    expect(known.attested).toEqual([
      "agent",
      "team",
      "roles",
      "environment.name",
      "environment.variables",
      "trust",
      "home",
      "branch",
    ]);
    expect(known.context).toEqual({ branch: "main" });
  });
  test.each([
    ["a tool of its own", { tool: "shell", command: "ls" }, { tool: "shell", args: { command: "ls" } }],
    ["arguments before the short form", { tool: "t", args: { x: 1 }, command: "ls" }, { tool: "t", args: { x: 1 } }],
    [
      "seed 002's form",
      { command: "cp a b", writes: true, paths: ["b"] },
      { args: { command: "cp a b", writes: true, paths: ["b"] } },
    ],
    ["draft mode", { command: "ls", mode: "draft" }, { mode: "draft" }],
    ["a mode of somebody else's", { command: "ls", mode: "strict" }, { mode: "auto" }],
    ["its own place", { command: "ls", cwd: "/a", home: "/b" }, { cwd: "/a", home: "/b" }],
  ])("%s", (_what, row, expected) => expect(actionOf(row)).toMatchObject(expected));
});
