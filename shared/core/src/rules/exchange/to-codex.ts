// to-codex.ts — what can be said as Codex `.rules`: prefixes of commands, and nothing that allows

import type { Sayable } from "./sayable.ts";

const rule = (prefix: string, decision: string, justification?: string): string =>
  `prefix_rule(pattern = ${JSON.stringify(prefix.split(/ +/))}, decision = "${decision}"${
    justification === undefined ? "" : `, justification = ${JSON.stringify(justification)}`
  })`;

export function codexText({ allow, ask, deny, default: otherwise }: Sayable, left: (why: string) => void): string {
  const lines = deny.flatMap(({ deny: one, reason, report }) => {
    if (one.about === "commands") return one.prefixes.map((prefix) => rule(prefix, "forbidden", reason));
    report("is not about commands, and has no form there");
    return [];
  });
  for (const command of ask) lines.push(rule(command, "prompt"));
  if (allow.length > 0)
    left(`${allow.length} allowed commands are not said: a prefix there would allow whatever follows it too`);
  if (otherwise === "deny") left("the default is to deny; what no rule names gets what Codex' own approvals say");
  return `${["# rules for Codex; what they do not name is decided as Codex is configured", ...new Set(lines)].join("\n")}\n`;
}
