// packs.test.ts — every rule that we ship does what its examples say, and has a reason and examples to say it

import { expect, test } from "vitest";
import { alwaysSource } from "./always.ts";
import { compileSet, compileSource } from "./compile.ts";
import { native } from "./dialects/native.ts";
import { PACK_NAMES, pack } from "./packs.ts";
import type { Problem } from "./problems.ts";

const shipped = [alwaysSource, ...PACK_NAMES.map(pack)];

test.each(shipped.map((source) => [source.name, source] as const))("%s keeps its examples", (_name, source) => {
  const problems: Problem[] = [];
  compileSource(source, problems, true);
  expect(problems.map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
});

test.each(shipped.map((source) => [source.name, source] as const))(
  "%s gives every rule an id and a reason",
  (_name, source) => {
    const draft = native("yaml")(source, []);
    for (const rule of draft?.document.rules ?? []) {
      expect(rule.id).toBeTypeOf("string");
      expect(rule.reason?.length ?? 0, rule.id).toBeGreaterThan(5);
    }
  },
);

test.each(PACK_NAMES)("the pack %s compiles by itself", (name) => {
  expect(compileSet([pack(name)]).ruleCount).toBeGreaterThan(0);
});

test("a name that is no pack gets the nearest", () => {
  expect(() => pack("coding-agents" as never)).toThrow("did you mean `coding-agent`");
});
