// claude-permissions.ts — importer of Claude Code's `permissions`: allow, ask and deny lists like `Bash(npm run test:*)`
//
// Deny over ask over allow, and asking where nothing matches, as there. Nothing is widened: an allow that cannot be said
// in our words is left out and reported; a deny or ask that cannot be said exactly is said more strictly and reported.

import { nearestWord } from "@holdpoint/wire/nearest-word.ts";
import { z } from "zod";
import { NATIVE } from "../conditions.ts";
import { read } from "../policy-text.ts";
import { type DocumentPath, describeIssues } from "../problems.ts";
import type { Rule, When } from "../schema.ts";
import type { Dialect } from "./draft.ts";
import { isOneCommand, isPlainCommand, SHELL_ITSELF, writtenFrom } from "./one-command.ts";

const entries = z.array(z.string().min(1)).optional();
const Settings = z.looseObject({
  permissions: z
    .looseObject({
      allow: entries,
      ask: entries,
      deny: entries,
      defaultMode: z.string().optional(),
      additionalDirectories: z.array(z.string()).optional(),
    })
    .optional(),
});

const EFFECTS = { deny: "deny", ask: "require_approval", allow: "allow" } as const;
type List = keyof typeof EFFECTS;
const LISTS = ["deny", "ask", "allow"] as const;
const KNOWN = [...LISTS, "defaultMode", "additionalDirectories", "disableBypassPermissionsMode"];
/** A tool, and in brackets what of it. */
const ENTRY = /^([^()]+?)(?:\((.*)\))?$/s;

export const claudePermissions: Dialect = (source, problems) => {
  const text = read(source.name, source.text, "json", problems);
  if (!text) return undefined;
  const parsed = Settings.safeParse(text.value);
  if (!parsed.success) {
    for (const { path, message, key } of describeIssues(Settings, text.value, parsed.error.issues))
      problems.push({ file: source.name, ...text.locate(path, key), message });
    return undefined;
  }
  const { permissions = {} } = parsed.data;
  const before = problems.length;
  const refuse = (path: DocumentPath, message: string, key?: boolean) =>
    problems.push({ file: source.name, ...text.locate(path, key), message });
  // Other words are Claude Code's own; one that is nearly a list of ours would leave out what it was meant to say.
  for (const word of Object.keys(permissions)) {
    const near = KNOWN.includes(word) ? undefined : nearestWord(word, Object.keys(EFFECTS));
    if (near) refuse(["permissions", word], `\`${word}\` is not a word here; did you mean \`${near}\`?`, true);
  }
  for (const list of LISTS)
    for (const [index, entry] of (permissions[list] ?? []).entries())
      if (!ENTRY.test(entry.trim()))
        refuse(["permissions", list, index], `\`${entry}\` is no entry: expected \`Tool\` or \`Tool(what)\``);
  if (problems.length > before) return undefined;
  const warnings: string[] = [];
  const { defaultMode } = permissions;
  // `dontAsk` denies what is not allowed, and what an entry asks about; every other mode would let more through than a question.
  const otherwise = defaultMode === "dontAsk" ? "deny" : "ask";
  if (defaultMode !== undefined && defaultMode !== "default" && defaultMode !== "dontAsk")
    warnings.push(`defaultMode \`${defaultMode}\` is not taken over: what no rule names asks`);
  if (permissions.additionalDirectories?.length)
    warnings.push("additionalDirectories are not taken over: they would widen what is inside the workspace");
  const rules: Rule[] = [];
  const origins: DocumentPath[] = [];
  for (const list of LISTS) {
    for (const [index, entry] of (permissions[list] ?? []).entries()) {
      const whens = translate(entry, list, (why) => warnings.push(`${list} \`${entry}\`: ${why}`));
      for (const [part, when] of whens.entries()) {
        const id = `${list}-${index + 1}${whens.length > 1 ? `-${part + 1}` : ""}`;
        rules.push({
          id,
          effect: list === "ask" && otherwise === "deny" ? "deny" : EFFECTS[list],
          when,
          reason: `${list}ed by \`${entry}\``.replace("denyed", "denied"),
        });
        origins.push(["permissions", list, index]);
      }
    }
  }
  return {
    document: { default: otherwise, rules },
    reading: NATIVE,
    locate: (path) => text.locate(typeof path[1] === "number" ? (origins[path[1]] ?? path) : path),
    warnings,
  };
};

type Report = (why: string) => void;
const FILE_TOOLS: Readonly<Record<string, { tools: string[]; access: ("read" | "write" | "delete" | "execute")[] }>> = {
  Read: { tools: ["fs.read", "fs.search"], access: ["read"] },
  Edit: { tools: ["fs.edit", "fs.write", "fs.delete"], access: ["write", "delete", "execute"] },
  Write: { tools: ["fs.edit", "fs.write", "fs.delete"], access: ["write", "delete", "execute"] },
  MultiEdit: { tools: ["fs.edit", "fs.write"], access: ["write", "delete", "execute"] },
  NotebookEdit: { tools: ["fs.edit"], access: ["write", "delete", "execute"] },
  Glob: { tools: ["fs.search"], access: ["read"] },
  Grep: { tools: ["fs.search"], access: ["read"] },
};

/** As Claude Code's own tools are called, and those of servers; a star stands for all tools of one server. */
const TOOL_NAME = /^(?:[A-Z][A-Za-z0-9]*|mcp__[A-Za-z0-9_-]*[A-Za-z0-9-](?:__\*)?)$/;
const DOMAIN = /^(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/;
/** What allows Claude Code's own tools does not allow a server's that do the same. */
const NO_SERVER = "!mcp_*";

/** The criteria that say what an entry says; more than one where a stricter reading needs two. */
function translate(entry: string, list: List, report: Report): When[] {
  const match = ENTRY.exec(entry.trim());
  const tool = match?.[1] ?? entry;
  const specifier = match?.[2];
  if (tool === "Bash") return bash(specifier, list, report);
  if (list === "allow" && !TOOL_NAME.test(tool)) {
    report("is no tool's name; left out");
    return [];
  }
  if (list === "allow" && specifier?.trim() === "") {
    report("names nothing; left out");
    return [];
  }
  if (specifier === undefined || specifier === "*") {
    const files = FILE_TOOLS[tool];
    if (files && list === "allow") return [{ tool: [tool.toLowerCase()] }];
    return [{ tool: tool.startsWith("mcp__") ? [tool, `${tool}__*`] : [tool] }];
  }
  const files = Object.hasOwn(FILE_TOOLS, tool) ? FILE_TOOLS[tool] : undefined;
  if (files && list === "allow" && tool !== "Read" && tool !== "Edit") {
    report("is not looked at there: paths are allowed by `Read(…)` and `Edit(…)` only; left out");
    return [];
  }
  if (files && list === "allow" && /^\/(?!\/)/.test(specifier)) {
    report("starts at the folder of the settings file, which is not known here; write `./…`; left out");
    return [];
  }
  if (files && list === "allow" && UNSAYABLE.test(specifier)) {
    report("has characters that mean something else here (`[`, `{`, `!`, `\\`); left out");
    return [];
  }
  if (files) {
    if (UNSAYABLE.test(specifier)) report("is read more broadly here: `[…]` as any character, braces as text");
    const any = paths(broader(specifier));
    return list === "allow"
      ? [{ tool: [...files.tools, NO_SERVER], paths: any }]
      : [{ paths: [{ any, access: files.access }] }];
  }
  const domain = /^domain:(.+)$/.exec(specifier)?.[1];
  if (domain && list === "allow" && !DOMAIN.test(domain)) {
    report("is no domain; left out");
    return [];
  }
  if (domain)
    return list === "allow"
      ? [{ tool: ["http.fetch", NO_SERVER], hosts: [domain] }]
      : [{ hosts: [domain, `*.${domain}`] }];
  if (list === "allow") {
    report("has no exact translation and is left out");
    return [];
  }
  report(`is taken for every call of \`${tool}\``);
  return [{ tool: [tool] }];
}

/** There a chain is looked at command by command, so the text that is compared is that of a simple command. */
function bash(specifier: string | undefined, list: List, report: Report): When[] {
  if (specifier === undefined || specifier === "*" || specifier === ":*")
    return [{ tool: list === "allow" ? [...SHELL_ITSELF] : ["shell"] }];
  const prefix = /^(.*?)(?::\*| \*)$/s.exec(specifier)?.[1];
  const command = prefix ?? specifier;
  const wild = command.includes("*");
  if (list !== "allow") {
    const text = [prefix === undefined ? glob(command) : `${glob(command)}*`];
    const asText: When[] = [
      { tool: ["shell"], written: text },
      { tool: ["shell"], args: { command: { glob: text } } },
    ];
    // A whole command means itself alone; what follows a prefix may be spelled in any way.
    return prefix !== undefined && isOneCommand(command) && !wild
      ? [{ tool: ["shell"], commands: [command] }, ...asText]
      : asText;
  }
  const program = /^[A-Za-z0-9_./+-]+(?=\s|$)/.exec(command)?.[0];
  // A redirection is looked at by itself there.
  const shell = { tool: [...SHELL_ITSELF], redirects: false };
  if (wild && program !== undefined)
    return [
      {
        ...shell,
        program: [program.slice(program.lastIndexOf("/") + 1)],
        written: prefix === undefined ? [glob(command)] : [glob(command), `${glob(command)} *`],
      },
    ];
  if (wild || !isPlainCommand(command)) {
    report("is no single simple command, and is left out");
    return [];
  }
  if (prefix !== undefined)
    return [{ ...shell, commands: [command], startsWith: [command], written: writtenFrom(command) }];
  return [{ ...shell, commands: [command], written: [glob(command)] }];
}

/** Only the star is a wildcard there. */
const glob = (text: string): string => text.trim().replaceAll(/[{}?\\!]/g, "\\$&");

/** What gitignore's patterns and ours read differently. */
const UNSAYABLE = /[[\]{}!\\]/;
/** For what tightens: a class or an escaped character is any one character, and every other letter is itself. */
const broader = (specifier: string): string => specifier.replaceAll(/\[!?\]?[^\]]*\]|\\.|[{}\\[\]!]/g, "?");

/** gitignore's way: `//x` from the root, `~/x` from home, `/x` and `x/y` from the project, a bare name at any depth. */
function paths(specifier: string): string[] {
  if (specifier.startsWith("//")) return [specifier.slice(1)];
  if (specifier.startsWith("~/")) return [specifier];
  const rest = specifier.replace(/^\.?\//, "");
  return rest.includes("/") && !rest.endsWith("/") ? [`./${rest}`] : [`./${rest}`, `./**/${rest}`];
}
