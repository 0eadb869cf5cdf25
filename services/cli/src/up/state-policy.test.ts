// state-policy.test.ts — the keys of an `up` are kept from agents wherever its data folder is, and only they are

import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decide } from "@holdpoint/core/decide.ts";
import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { expect, test } from "vitest";
import { actionOf } from "../check/row.ts";
import { statePolicy } from "./state-policy.ts";

const allowAll = {
  name: "all",
  dialect: "native-yaml",
  text: "default: deny\nrules:\n  - { id: all, effect: allow, when: { tool: Read }, opaque: allow, reason: all }\n",
};

test.each(["plain", "with space", "odd{a,b}*?[x]", "!not", "$" + "{cwd}", "back\\slash"])(
  "a folder called %s",
  (name) => {
    const folder = join(mkdtempSync(join(tmpdir(), "holdpoint-state-")), name);
    mkdirSync(folder);
    const policy = statePolicy(folder);
    const set = compileSet([allowAll, ...(policy ? [policy] : [])]);
    const read = (file: string) =>
      decide(set, actionOf({ tool: "Read", args: { file_path: file }, cwd: folder })).verdict.effect;
    for (const file of ["master.key", "./agent.key", join(folder, "hook.json"), "postgres/base/1", "x/../job.keys"])
      expect([file, read(file)]).toEqual([file, "deny"]);
    expect(read("src/app.ts")).toBe("allow");
    expect(read("/elsewhere/master.key")).toBe("allow");
  },
);

test("a folder that the always-on rules know needs no more", () => {
  expect(statePolicy("/home/dev/.holdpoint")).toBeUndefined();
});
