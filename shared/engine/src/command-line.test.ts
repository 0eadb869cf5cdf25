// command-line.test.ts — evidence says what would run, and never a secret

import { sampleAction, sampleAtom, sampleFacts } from "@holdpoint/core/sample.ts";
import { describe, expect, test } from "vitest";
import { commandLine } from "./command-line.ts";

const secret = `ghp_${"a1B2".repeat(9)}`;

describe("the command line of the evidence", () => {
  test("joins the commands that were understood", () => {
    const action = sampleAction({ args: { command: "cd x && make" } });
    const facts = sampleFacts(action, { atoms: [sampleAtom({ text: "cd x" }), sampleAtom({ text: "make" })] });
    expect(commandLine(action, facts)).toBe("cd x ; make");
  });

  test("names another tool and what it touches, once each", () => {
    const action = sampleAction({ tool: "Write", args: { file_path: "/a", content: "x" } });
    const path = { raw: "/a", path: "/a", access: "write", at: "/file_path" } as const;
    const facts = sampleFacts(action, {
      atoms: [sampleAtom({ kind: "call", paths: [path, { ...path, access: "read" }] })],
    });
    expect(commandLine(action, facts)).toBe("Write /a");
  });

  test("masks a secret wherever it is repeated", () => {
    const command = `echo ${secret} && echo ${secret}`;
    const action = sampleAction({ args: { command } });
    const facts = sampleFacts(action, {
      atoms: [sampleAtom({ text: `echo ${secret}` }), sampleAtom({ text: `echo ${secret}` })],
      secrets: [{ kind: "github-token", at: "/command", start: 5, end: 5 + secret.length }],
    });
    const line = commandLine(action, facts);
    expect(line).not.toContain(secret);
    expect(line).toBe("echo [redacted:github-token] ; echo [redacted:github-token]");
  });

  test.each([
    ["NUL, which no store carries", "a\0b", "ab"],
    ["half a character, which no store carries", "a\ud800", "a\ufffd"],
  ])("survives %s", (_why, text, line) => {
    const action = sampleAction();
    expect(commandLine(action, sampleFacts(action, { atoms: [sampleAtom({ text })] }))).toBe(line);
  });

  test("is cut where an event's field ends", () => {
    const action = sampleAction();
    const facts = sampleFacts(action, { atoms: [sampleAtom({ text: "x".repeat(100_000) })] });
    expect(commandLine(action, facts)).toHaveLength(32_768);
  });
});
