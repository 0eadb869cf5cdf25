// policy-files.test.ts — which files are read, in which order, and in which dialect

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pack } from "@holdpoint/core/rules/packs.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultPolicySources, loadPolicySources } from "./policy-files.ts";

let folder = "";
const write = (name: string, text: string | Buffer) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdpoint-policy-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

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
    expect(defaultPolicySources(folder)).toHaveLength(5);
  });

  test("a TOML enforcer's `policy_file` is read beside it, and left to the compiler where it is missing", () => {
    write("rules-of.toml", '[[rules]]\neffect = "deny"\ntool = "shell"\n');
    const config = (file: string) =>
      `[tools.policy]\nenabled = true\n# policy_file = "no.toml"\npolicy_file = ${file} # here\n`;
    const textOf = (file: string) => loadPolicySources([write("enforcer.toml", config(file))])[0]?.text ?? "";
    const [own, read] = textOf('"rules-of.toml"').split(/^# the file that policy_file names: .*rules-of\.toml\n/m);
    expect([own?.trim(), read]).toEqual([
      config('"rules-of.toml"').trim(),
      '[[rules]]\neffect = "deny"\ntool = "shell"\n',
    ]);
    expect(textOf("'./rules-of.toml'")).toContain('effect = "deny"');
    expect(textOf('"missing.toml"')).toBe(config('"missing.toml"'));
  });

  test("without policy.d the pack counts", () => {
    expect(defaultPolicySources(join(folder, "nowhere"))).toEqual([pack("coding-agent")]);
  });

  test("a pack by its name, unless a file has that name", () => {
    expect(loadPolicySources(["packs/read-only"])).toEqual([pack("read-only")]);
    expect(() => loadPolicySources(["packs/read-onli"])).toThrow("did you mean `packs/read-only`");
  });

  test("a dialect by its name, where the file alone does not say it", () => {
    const settings = write("settings.json", '{"model":"x","permissions":{"defaultMode":"plan"}}');
    expect(loadPolicySources([settings])[0]?.dialect).toBe("native-json");
    expect(loadPolicySources([`claude-permissions=${settings}`])[0]).toMatchObject({
      name: settings,
      dialect: "claude-permissions",
    });
    const text = write("no-extension", "prefix_rule(pattern=['a'])");
    expect(loadPolicySources([`codex-rules=${text}`])[0]?.dialect).toBe("codex-rules");
    expect(() => loadPolicySources([`codex-rule=${text}`])).toThrow("did you mean `codex-rules`");
    const odd = write("codex-rules=x.yaml", "rules: []");
    expect(loadPolicySources([odd])[0]).toMatchObject({ name: odd, dialect: "native-yaml" });
  });

  test("other clients' files are known by what is in them", () => {
    const dialect = (name: string, content: string) => loadPolicySources([write(name, content)])[0]?.dialect;
    expect(dialect("default.rules", 'prefix_rule(pattern=["ls"])')).toBe("codex-rules");
    expect(dialect("s.json", '{"permissions":{"allow":["Read"]}}')).toBe("claude-permissions");
    expect(dialect("g.toml", '[[rule]]\ntoolName = "x"\ndecision = "deny"\n')).toBe("gemini-toml");
  });

  test("what could be two things is refused until somebody says which", () => {
    const both = write("both.json", '{"permissions":{"allow":["Read"]},"rules":[{"action":"deny"}]}');
    expect(() => loadPolicySources([both])).toThrow(
      /ordered-json or claude-permissions: say which, as in `ordered-json=/,
    );
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
