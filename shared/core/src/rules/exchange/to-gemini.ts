// to-gemini.ts — what can be said as a policy file of Gemini CLI

import type { Sayable } from "./sayable.ts";

const TOOLS: Readonly<Record<string, string[]>> = {
  shell: ["run_shell_command"],
  "fs.read": ["read_file", "read_many_files"],
  "fs.write": ["write_file"],
  "fs.edit": ["replace"],
  "http.fetch": ["web_fetch"],
  "web.search": ["google_web_search"],
};
const PRIORITY = { deny: 900, ask: 500, allow: 400, otherwise: 0 };

const rule = (fields: Record<string, unknown>): string =>
  `[[rule]]\n${Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
    .join("\n")}\n`;

export function geminiText({ allow, ask, deny, default: otherwise }: Sayable): string {
  const rules = deny.flatMap(({ deny: one, reason, report }) => {
    const said = { decision: "deny", priority: PRIORITY.deny, denyMessage: reason };
    if (one.about === "commands")
      return [rule({ toolName: "run_shell_command", commandPrefix: one.prefixes, ...said })];
    if (one.about === "paths") {
      report("is about paths, which have no form there: such a call gets what the client's default is");
      return [];
    }
    const known = one.names.flatMap((name) => TOOLS[name] ?? (/^[A-Za-z0-9_-]+$/.test(name) ? [name] : []));
    if (known.length < one.names.length) report("some of its tools have no name there");
    return known.length > 0 ? [rule({ toolName: known, ...said })] : [];
  });
  // A prefix would allow what follows it too; with the closing quote the pattern is the whole command.
  const exactly = (command: string, decision: string, priority: number) =>
    rule({
      toolName: "run_shell_command",
      argsPattern: `"command":"${command.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}"`,
      decision,
      priority,
    });
  for (const command of ask) rules.push(exactly(command, "ask_user", PRIORITY.ask));
  for (const command of allow) rules.push(exactly(command, "allow", PRIORITY.allow));
  const last = otherwise === "deny" ? "deny" : "ask_user";
  return [...rules, rule({ toolName: "*", decision: last, priority: PRIORITY.otherwise })].join("\n");
}
