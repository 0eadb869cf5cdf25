// to-claude.ts — what can be said as Claude Code's `permissions`

import type { Sayable } from "./sayable.ts";

const TOOLS: Readonly<Record<string, string[]>> = {
  shell: ["Bash"],
  "fs.read": ["Read"],
  "fs.write": ["Edit", "Write"],
  "fs.edit": ["Edit", "Write"],
  "http.fetch": ["WebFetch"],
  "web.search": ["WebSearch"],
};

export function claudeText({ allow, ask, deny, default: otherwise }: Sayable, left: (why: string) => void): string {
  const denied = deny.flatMap(({ deny: one, report }): string[] => {
    if (one.about === "commands") return one.prefixes.map((prefix) => `Bash(${prefix}:*)`);
    if (one.about === "paths") {
      const kinds = [
        ...(one.access.includes("read") ? ["Read"] : []),
        ...(one.access.some((access) => access !== "read") ? ["Edit"] : []),
      ];
      return one.patterns.flatMap((pattern) => kinds.map((kind) => `${kind}(${pathOf(pattern)})`));
    }
    const known = one.names.flatMap((name) => TOOLS[name] ?? (/^mcp__[A-Za-z0-9_-]+$/.test(name) ? [name] : []));
    if (known.length < one.names.length) report("some of its tools have no name there");
    return known;
  });
  // Only this mode denies what no entry allows. Questions are then denials, which is stricter.
  const mode = otherwise === "deny" ? { defaultMode: "dontAsk" } : {};
  if (otherwise === "deny") left("the default is to deny, so what is asked about here is denied there (`dontAsk`)");
  const permissions = {
    ...mode,
    allow: allow.map((command) => `Bash(${command})`),
    ask: ask.map((command) => `Bash(${command})`),
    deny: [...new Set(denied)],
  };
  return `${JSON.stringify({ permissions }, null, 2)}\n`;
}

/** There `/x` lies below the settings file and `//x` is the root. */
const pathOf = (pattern: string): string =>
  pattern.startsWith("/") ? `/${pattern}` : /^(?:~\/|\.\/|\*\*)/.test(pattern) ? pattern : `**/${pattern}`;
