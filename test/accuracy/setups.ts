// setups.ts — the settings that other suites' labels were made under, said as policies of ours: the label means nothing without

import type { Row } from "@holdpoint/cli/check/row.ts";
import { compileSet, type PolicySet } from "@holdpoint/core/rules/compile.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { type GeminiRow, geminiCall, geminiPolicy } from "./gemini.ts";
import { defaultSet } from "./judge.ts";

export interface SuiteRow {
  id: string;
  expected: string;
  tool?: string;
  command?: string;
  args?: Record<string, unknown>;
  cwd?: string;
  mode?: string;
  config?: string;
  setup?: string | null;
  category?: string;
  why?: string;
}

const yaml = (name: string, rules: string): PolicySource => ({
  name,
  dialect: "native-yaml",
  text: `policy: ${name}\ndefault: allow\nrules:\n${rules}`,
});
const toml = (name: string, text: string): PolicySource => ({ name, dialect: "toml-enforcer", text });
const enforcer = (effect: string, ...rules: string[]): PolicySource =>
  toml(
    "enforcer",
    [
      "[tools.policy]",
      "enabled = true",
      `default_effect = "${effect}"`,
      ...rules.map((rule) => `[[tools.policy.rules]]\n${rule}`),
    ].join("\n"),
  );

const LISTED = [
  ...["sudo", "curl", "wget", "nc", "ncat", "netcat", "shutdown", "reboot", "halt"],
  ...['"mkfs*"', '"dd *"', '"rm --recursive --force"'],
].join(", ");

const isGemini = (row: SuiteRow): boolean => row.id.startsWith("gem-");

/** The call of a row, as a row of ours: most suites say it as it is. */
export const callOf = (row: SuiteRow): Row => (isGemini(row) ? geminiCall(row as GeminiRow) : (row as unknown as Row));

/** By what the suite says of the row. A row that needs no setting of its own is judged by the default pack. */
const SETUPS: readonly [(row: SuiteRow) => boolean, (row: SuiteRow) => PolicySource | undefined][] = [
  [
    ({ config }) => config?.startsWith("ShellExecutor default blocklist") === true,
    () => yaml("blocklist", `  - { id: listed, effect: deny, when: { commands: [${LISTED}] } }\n`),
  ],
  [
    ({ config }) => config?.includes("protects .cupcake/") === true,
    () =>
      yaml(
        "guard",
        '  - { id: guarded, effect: deny, when: { paths: [{ any: ["**/.cupcake/**", "**/.cupcake"], mayContain: names }] } }\n' +
          '  - { id: links, effect: deny, when: { commands: ["ln * *.cupcake*", "ln *.cupcake*"] } }\n',
      ),
  ],
  [
    ({ config }) => config === "builtin git_block_no_verify",
    () =>
      yaml(
        "no-verify",
        '  - { id: no-verify, effect: deny, when: { commands: ["git {commit,push,merge} --no-verify"] } }\n',
      ),
  ],
  [
    ({ config }) => config?.startsWith("builtin protected_paths") === true,
    () =>
      yaml(
        "protected",
        '  - { id: protected, effect: deny, when: { paths: { any: ["**/secure.txt", "**/production.env", "**/secrets/**"], access: [write, delete] } } }\n',
      ),
  ],
  [
    ({ config }) => config?.startsWith("user policy: deny contains") === true,
    () => yaml("user", '  - { id: rm-rf, effect: deny, when: { commands: ["rm -rf"] } }\n'),
  ],
  [
    ({ config }) => config === "rule: deny shell paths=[/etc/*]; default allow",
    () => enforcer("allow", 'effect = "deny"\ntool = "shell"\npaths = ["/etc/*"]'),
  ],
  [
    ({ config }) => config === 'rule: deny tool "Shell"; default allow',
    () => enforcer("allow", 'effect = "deny"\ntool = "Shell"'),
  ],
  [
    ({ config }) => config === "allow shell /tmp/*; deny shell /tmp/secret.sh",
    () =>
      enforcer(
        "deny",
        'effect = "allow"\ntool = "shell"\npaths = ["/tmp/*"]',
        'effect = "deny"\ntool = "shell"\npaths = ["/tmp/secret.sh"]',
      ),
  ],
  [({ config }) => config === "default deny", () => enforcer("deny")],
  [({ config }) => config === "default allow", () => enforcer("allow")],
  [
    ({ config }) => config === "deny bash args_match=.*sudo.*; default allow",
    () => enforcer("allow", 'effect = "deny"\ntool = "bash"\nargs_match = ".*sudo.*"'),
  ],
  [isGemini, (row) => geminiPolicy(row as GeminiRow)],
];

const compiled = new Map<string, PolicySet>();

/** The policy a row's label was made under, or undefined where it cannot be said. */
export function setFor(row: SuiteRow): PolicySet | undefined {
  const found = SETUPS.find(([applies]) => applies(row));
  if (!found) return defaultSet;
  const source = found[1](row);
  if (!source) return undefined;
  const key = `${source.dialect}\n${source.text}`;
  const known = compiled.get(key);
  if (known) return known;
  const set = compileSet([source]);
  compiled.set(key, set);
  return set;
}
