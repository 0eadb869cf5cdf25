// policy-files.test.ts — which files are read, in which order, and in which dialect

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultPolicySources, dialectOf, loadPolicySources } from "./policy-files.ts";

let folder = "";
const write = (name: string, text: string | Buffer) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdpoint-policy-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  // name          text                                                              dialect
  ["a.yaml", "rules:\n  - id: x\n    effect: deny\n", "native-yaml"],
  ["a.yml", "protect_paths:\n  - /etc\n", "overlay"],
  ["a.yaml", "# note\n\nrequire_approval: [sudo]\n", "overlay"],
  ["a.yaml", "+write_whitelist: [/tmp]\n", "overlay"],
  ["a.yaml", '"+protect_paths": [/tmp]\n', "overlay"],
  ["a.yaml", "rules:\n  - id: x\n    obligations: { modify: { limits: { wallSeconds: 1 } } }\n", "native-yaml"],
  ["a.toml", "[tools.policy]\nenabled = true\n", "toml-enforcer"],
  ["a.toml", '[[tools.policy.rules]]\neffect = "deny"\n', "toml-enforcer"],
  ["a.toml", '[[ tools.authorization.rules ]]\neffect = "deny"\n', "toml-enforcer"],
  ["a.toml", '[[rules]]\neffect = "deny"\ntool = "shell"\n', "toml-enforcer"],
  ["a.toml", '[[rules]]\nid = "x"\neffect = "deny"\n[rules.when]\ntool = "shell"\n', "native-toml"],
  ["a.json", '{"rules":[{"id":"x","effect":"deny"}]}', "native-json"],
  ["a.json", '{"rules":[{"tool":"x","action":"ask_user"}]}', "ordered-json"],
  ["a.json", '[{"tool":"x","action":"deny"}]', "ordered-json"],
  ["a.json", "{ broken", "native-json"],
])("%s with `%s`", (name, text, dialect) => expect(dialectOf(name, text)).toBe(dialect));

describe("files and folders", () => {
  test("a folder gives its files in lexicographic order, whatever else lies there", () => {
    const sub = join(folder, "policy.d");
    mkdirSync(join(sub, "nested"), { recursive: true });
    for (const name of ["10-b.yaml", "00-a.yaml", "9-c.toml", "B.yml", "a.json", ".hidden.yaml", "notes.md"]) {
      writeFileSync(join(sub, name), "rules: []\n");
    }
    expect(loadPolicySources([sub]).map(({ name }) => basename(name))).toEqual([
      "00-a.yaml",
      "10-b.yaml",
      "9-c.toml",
      "B.yml",
      "a.json",
    ]);
    expect(loadPolicySources([join(sub, "B.yml"), sub])).toHaveLength(6);
    expect(defaultPolicySources(folder, { name: "packs/x", dialect: "native-yaml", text: "" })).toHaveLength(5);
  });

  test("a TOML enforcer's `policy_file` is read beside it, and left to the compiler where it is missing", () => {
    write("rules-of.toml", '[[rules]]\neffect = "deny"\ntool = "shell"\n');
    const config = (file: string) =>
      `[tools.policy]\nenabled = true\n# policy_file = "no.toml"\npolicy_file = ${file} # here\n`;
    const textOf = (file: string) => loadPolicySources([write("enforcer.toml", config(file))])[0]?.text ?? "";
    expect(textOf('"rules-of.toml"')).toBe(
      `${config('"rules-of.toml"')}\n# policy_file\n[[rules]]\neffect = "deny"\ntool = "shell"\n`,
    );
    expect(textOf("'./rules-of.toml'")).toContain('effect = "deny"');
    expect(textOf('"missing.toml"')).toBe(config('"missing.toml"'));
  });

  test("without policy.d the pack counts", () => {
    const pack = { name: "packs/x", dialect: "native-yaml", text: "rules: []" };
    expect(defaultPolicySources(join(folder, "nowhere"), pack)).toEqual([pack]);
  });

  test.each<[string, () => string, string]>([
    ["a path that is not there", () => join(folder, "missing.yaml"), "readable file"],
    [
      "a folder without policies",
      () => {
        mkdirSync(join(folder, "empty"));
        return join(folder, "empty");
      },
      "found none",
    ],
    ["an empty file", () => write("empty.yaml", " \n"), "empty"],
    ["a file of another kind", () => write("rules.txt", "x"), "ends in"],
    ["bytes that are no text", () => write("bytes.yaml", Buffer.from([0xff, 0xfe, 0x00])), "UTF-8"],
    ["a file that is too large", () => write("large.yaml", "#".repeat(limits.policyFileBytesMax + 1)), "at most"],
  ])("%s is refused by name", (_why, make, says) => {
    const path = make();
    const read = () => loadPolicySources([path]);
    expect(read).toThrow(Fault);
    expect(read).toThrow(says);
    expect(read).toThrow(path);
  });
});
