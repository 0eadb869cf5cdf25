// argument-size.test.ts — arguments beyond what any tool needs

import { limits } from "@holdpoint/wire/limits.ts";
import { expect, test } from "vitest";
import { sampleAction, sampleAtom, sampleFacts } from "../sample.ts";
import { argumentSize } from "./argument-size.ts";

const found = (args: Record<string, string>, kind: "call" | "command" = "call") => {
  const action = sampleAction({ args });
  const facts = sampleFacts(action, { atoms: [sampleAtom({ kind, at: kind === "call" ? "" : "/command" })] });
  const answer = argumentSize.check(action, facts, new AbortController().signal);
  if (!Array.isArray(answer)) throw new Error("a built-in checker answers at once");
  return answer.map(({ severity, code, at }) => `${severity} ${code} ${at}`);
};

test.each<[string, Record<string, string>, "call" | "command", string[]]>([
  ["ordinary arguments", { path: "a.ts", content: "x".repeat(50_000) }, "call", []],
  [
    "more text than is accepted at all",
    { content: "é".repeat(limits.argsBytesMax / 2 + 1) },
    "call",
    ["block arguments_too_large "],
  ],
  [
    "many texts that are too much together",
    { a: "x".repeat(150_000), b: "x".repeat(150_000) },
    "call",
    ["block arguments_too_large "],
  ],
  [
    "a path that no file system takes",
    { path: "x".repeat(limits.argPathCharsMax + 1) },
    "call",
    ["block path_too_long /path"],
  ],
  [
    "a command longer than is understood",
    { command: "x".repeat(limits.commandCharsMax + 1) },
    "command",
    ["warn command_too_long /command"],
  ],
])("%s", (_why, args, kind, want) => expect(found(args, kind)).toEqual(want));
