// claude-permissions.ts — importer of Claude Code's `permissions`: allow, ask and deny lists like `Bash(npm run test:*)`
//
// Deny over ask over allow, and asking where nothing matches, as there. Nothing is widened: an allow that cannot be said
// in our words is left out and reported; a deny or ask that cannot be said exactly is said more strictly and reported.

import { z } from "zod";
import { NATIVE } from "../conditions.ts";
import { read } from "../policy-text.ts";
import { type DocumentPath, describeIssues } from "../problems.ts";
import type { Rule, When } from "../schema.ts";
import type { Dialect } from "./draft.ts";
import { isOneCommand } from "./one-command.ts";

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
  const warnings: string[] = [];
  if (permissions.defaultMode !== undefined && permissions.defaultMode !== "default")
    warnings.push(`defaultMode \`${permissions.defaultMode}\` is not taken over: what no rule names asks`);
  if (permissions.additionalDirectories?.length)
    warnings.push("additionalDirectories are not taken over: they would widen what is inside the workspace");
  const rules: Rule[] = [];
  const origins: DocumentPath[] = [];
  for (const list of ["deny", "ask", "allow"] as const) {
    for (const [index, entry] of (permissions[list] ?? []).entries()) {
      const whens = translate(entry, list, (why) => warnings.push(`${list} \`${entry}\`: ${why}`));
      for (const [part, when] of whens.entries()) {
        const id = `${list}-${index + 1}${whens.length > 1 ? `-${part + 1}` : ""}`;
        rules.push({
          id,
          effect: EFFECTS[list],
          when,
          reason: `${list}ed by \`${entry}\``.replace("denyed", "denied"),
        });
        origins.push(["permissions", list, index]);
      }
    }
  }
  return {
    document: { default: "ask", rules },
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

/** The criteria that say what an entry says; more than one where a stricter reading needs two. */
function translate(entry: string, list: List, report: Report): When[] {
  const match = /^([^()]+?)(?:\((.*)\))?$/s.exec(entry.trim());
  const tool = match?.[1] ?? entry;
  const specifier = match?.[2];
  if (tool === "Bash") return bash(specifier, list, report);
  if (specifier === undefined || specifier === "*") {
    const files = FILE_TOOLS[tool];
    if (files && list === "allow") return [{ tool: [tool.toLowerCase()] }];
    return [{ tool: tool.startsWith("mcp__") ? [tool, `${tool}__*`] : [tool] }];
  }
  const files = Object.hasOwn(FILE_TOOLS, tool) ? FILE_TOOLS[tool] : undefined;
  if (files) {
    const any = paths(specifier);
    return list === "allow" ? [{ tool: files.tools, paths: any }] : [{ paths: [{ any, access: files.access }] }];
  }
  const domain = /^domain:(.+)$/.exec(specifier)?.[1];
  if (domain)
    return list === "allow" ? [{ tool: ["http.fetch"], hosts: [domain] }] : [{ hosts: [domain, `*.${domain}`] }];
  if (list === "allow") {
    report("has no exact translation and is left out");
    return [];
  }
  report(`is taken for every call of \`${tool}\``);
  return [{ tool: [tool] }];
}

function bash(specifier: string | undefined, list: List, report: Report): When[] {
  if (specifier === undefined || specifier === "*" || specifier === ":*") return [{ tool: ["shell"] }];
  const prefix = /^(.*?)(?::\*| \*)$/s.exec(specifier)?.[1];
  const command = prefix ?? specifier;
  const readable = isOneCommand(command);
  if (list === "allow") {
    if (!readable) {
      report("is no single simple command, and is left out");
      return [];
    }
    if (prefix !== undefined || specifier.includes("*"))
      return [{ tool: ["shell"], commands: [command], startsWith: [command] }];
    return [{ tool: ["shell"], commands: [command], args: { command: { equals: command } } }];
  }
  const glob = prefix === undefined ? specifier : `${prefix}*`;
  const asText: When = { tool: ["shell"], args: { command: { glob: [glob.replaceAll(/[{}?\\]/g, "\\$&")] } } };
  return readable ? [{ tool: ["shell"], commands: [command] }, asText] : [asText];
}

/** gitignore's way: `//x` from the root, `~/x` from home, `/x` and `x/y` from the project, a bare name at any depth. */
function paths(specifier: string): string[] {
  if (specifier.startsWith("//")) return [specifier.slice(1)];
  if (specifier.startsWith("~/")) return [specifier];
  const rest = specifier.replace(/^\.?\//, "");
  return rest.includes("/") && !rest.endsWith("/") ? [`./${rest}`] : [`./${rest}`, `./**/${rest}`];
}
