// command-line.test.ts — evidence says what would run, and never a secret

import { sampleAction, sampleAtom, sampleFacts } from "@holdpoint/core/sample.ts";
import { describe, expect, test } from "vitest";
import { commandLine } from "./command-line.ts";

const key = Buffer.alloc(32, 5);
const secret = `ghp_${"a1B2".repeat(9)}`;

describe("the command line of the evidence", () => {
  test("joins the commands that were understood", () => {
    const action = sampleAction({ args: { command: "cd x && make" } });
    const facts = sampleFacts(action, { atoms: [sampleAtom({ text: "cd x" }), sampleAtom({ text: "make" })] });
    expect(commandLine(action, facts, key)).toBe("cd x ; make");
  });

  test("names another tool and what it touches, once each", () => {
    const action = sampleAction({ tool: "Write", args: { file_path: "/a", content: "x" } });
    const path = { raw: "/a", path: "/a", access: "write", at: "/file_path" } as const;
    const facts = sampleFacts(action, {
      atoms: [sampleAtom({ kind: "call", paths: [path, { ...path, access: "read" }] })],
    });
    expect(commandLine(action, facts, key)).toBe("Write /a");
  });

  test("masks a secret wherever it is repeated", () => {
    const command = `echo ${secret} && echo ${secret}`;
    const action = sampleAction({ args: { command } });
    const facts = sampleFacts(action, {
      atoms: [sampleAtom({ text: `echo ${secret}` }), sampleAtom({ text: `echo ${secret}` })],
      secrets: [{ kind: "github-token", at: "/command", start: 5, end: 5 + secret.length }],
    });
    const line = commandLine(action, facts, key);
    expect(line).not.toContain(secret);
    expect(line).toMatch(/^echo (\[redacted:github-token:[0-9a-f]{16}\]) ; echo \1$/);
  });

  test.each([
    ["NUL, which no store carries", "a\0b", "ab"],
    ["half a character, which no store carries", "a\ud800", "a\ufffd"],
  ])("survives %s", (_why, text, line) => {
    const action = sampleAction();
    expect(commandLine(action, sampleFacts(action, { atoms: [sampleAtom({ text })] }), key)).toBe(line);
  });

  test("is cut where an event's field ends", () => {
    const action = sampleAction();
    const facts = sampleFacts(action, { atoms: [sampleAtom({ text: "x".repeat(100_000) })] });
    expect(commandLine(action, facts, key)).toHaveLength(32_768);
  });
});
