// gemini.ts — judges cases of Gemini CLI's own policy tests: the rules that a case states are written as its policy file,
// imported through the dialect, and asked. What no policy file can say there (its path checker, its list of known commands)
// is stated in our words.

import type { Row } from "@holdpoint/cli/check/row.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { statedRules, type ToldRule } from "./gemini-setup.ts";

/** A case: `setup` is what its source says of the rules, in words or in code. */
export interface GeminiRow {
  id: string;
  tool?: string;
  command?: string;
  args?: Record<string, Json>;
  expected: string;
  why?: string;
  setup?: string;
  fs?: { symlink?: Record<string, string> };
}
const CWD = "/home/user/project";

/** The call that a case is about, as a row of ours. */
export function geminiCall(row: GeminiRow): Row {
  const { command, why = "", setup = "" } = row;
  // The parser was made to fail there; here a quote that nobody closes does it.
  const text = command !== undefined && /parsing fails/i.test(why) ? `${command} '` : command;
  const resolved = Object.values(row.fs?.symlink ?? {});
  return {
    id: row.id,
    tool: row.tool ?? "run_shell_command",
    args: row.args ?? { command: text ?? "", ...permissions(setup) },
    cwd: CWD,
    home: "/home/user",
    ...(resolved.length > 0 ? { bindings: { resolvedPaths: resolved } } : {}),
  };
}

/** Paths that a call asks for beside its command: `read: ['/outside']`; what is no list says nothing. */
function permissions(setup: string): Record<string, Json> {
  const lists = [...setup.matchAll(/(?:read|write): \[([^\]]*)\]/g)].flatMap(([, list = ""]) =>
    [...list.matchAll(/'([^']*)'|`([^`]*)`|\b(workspace)\b/g)].map(([, plain, template, bare]) =>
      bare ? CWD : (plain ?? template ?? "").replace("${" + "workspace}", CWD),
    ),
  );
  return lists.length > 0 ? { paths: lists } : {};
}

/** The policy file that says what the case says, or a document of ours where no such file can. */
export function geminiPolicy(row: GeminiRow): PolicySource {
  const { setup = "" } = row;
  const mode = modeOf(row.why ?? "");
  const rules = statedRules(row);
  if (rules.length > 0) return { name: "policy.toml", dialect: `gemini-toml${mode}`, text: toml(rules) };
  const text = setup.startsWith("AllowedPathChecker") ? pathChecker(setup) : knownCommands(setup);
  return { name: "stated", dialect: "native-yaml", text };
}

const modeOf = (why: string): string =>
  /non-YOLO/.test(why) ? "" : /YOLO/.test(why) ? "-yolo" : /AUTO_EDIT/.test(why) ? "-auto-edit" : "";

function toml(rules: readonly ToldRule[]): string {
  // Files may say priorities from 0 to 999 only; what counts is their order.
  const steps = [...new Set(rules.map(({ priority }) => priority))].sort((a, b) => a - b);
  const line = (key: string, value: unknown) => (value === undefined ? [] : [`${key} = ${JSON.stringify(value)}`]);
  return rules
    .map(({ priority, ...rule }) =>
      [
        "[[rule]]",
        ...Object.entries(rule).flatMap(([key, value]) => line(key, value)),
        `priority = ${steps.indexOf(priority) + 1}`,
      ].join("\n"),
    )
    .join("\n");
}

/** The built-in path checker: inside the workspaces, and never its own or others' configuration. */
function pathChecker(setup: string): string {
  const workspaces = (/workspaces=\[([^\]]*)\]/.exec(setup)?.[1] ?? CWD).split(",").map((path) => path.trim());
  // Names that some file systems take for the same: with a dot or a space behind them, or as a stream of theirs.
  const alike = (name: string) =>
    ["", ".", " ", "::$DATA"].flatMap((tail) => [`"**/${name}${tail}"`, `"**/${name}${tail}/**"`]);
  const list = (...names: string[]) => `[${names.flatMap(alike).join(", ")}]`;
  return `
rules:
  - { id: outside, effect: deny, when: { paths: [{ any: [${workspaces.map((path) => `"!${path}/**"`).join(", ")}] }] } }
  - { id: sensitive, effect: deny, when: { paths: ${list(".git", ".env", "node_modules")} } }
  - { id: editor, effect: require_approval, when: { paths: ${list(".vscode")} } }
  - { id: inside, effect: allow, when: { tool: [fs.write], paths: [${workspaces.map((path) => `"${path}/**"`).join(", ")}] } }
`;
}

/** Without rules: what only looks is known there, git only in a trusted folder, other paths are asked about. */
function knownCommands(setup: string): string {
  const untrusted = /isTrusted\w*.*mockReturnValue\(false\)/.test(setup);
  // These cases start from an allow, and ask what permissions beside the command do to it.
  const anyway = setup.includes("additional_permissions");
  const known = /isKnownSafeCommand.*args\[0\] === '([^']+)'/.exec(setup)?.[1];
  return `
default: ask
rules:
  - { id: known, effect: allow, when: { class: [safe] } }
  ${anyway ? '- { id: anyway, effect: allow, when: { tool: [shell], startsWith: ["*"] } }' : ""}
  ${known === undefined ? "" : `- { id: named, effect: allow, when: { program: [${known}] } }`}
  ${untrusted ? "- { id: git, effect: require_approval, when: { program: [git] } }" : ""}
  - { id: outside, effect: require_approval, when: { tool: [shell], paths: [{ any: ["!./**", "!/usr/bin/**"] }] } }
  - { id: unpacks, effect: require_approval, when: { program: [rg], words: ["-z", "--search-zip", "--pre*"] } }
`;
}
