// command-line.ts — an action as one line for its evidence: what would run, with every known secret masked

import { repeats, secretValues } from "@holdpoint/core/redact/masks.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";

/** What an event's `command` may hold. */
const CHARS_MAX = 32_768;

/** Commands as they were understood, in order; for another tool its name and what it touches. */
export function commandLine(action: Action, facts: Facts): string {
  const commands = facts.atoms.filter(({ kind }) => kind === "command").map(({ text }) => text);
  const touched = facts.atoms.flatMap(({ paths, hosts }) => [
    ...paths.map(({ path }) => path),
    ...hosts.map(({ host }) => host),
  ]);
  const line = commands.length > 0 ? commands.join(" ; ") : [action.tool, ...new Set(touched)].join(" ");
  return masked(line, action, facts).replaceAll("\0", "").slice(0, CHARS_MAX).toWellFormed();
}

function masked(line: string, action: Action, facts: Facts): string {
  const spans = repeats(line, secretValues(action.args as Json, facts.secrets)).sort((a, b) => a.start - b.start);
  let text = "";
  let from = 0;
  for (const { kind, start, end } of spans) {
    if (start < from) {
      from = Math.max(from, end); // inside a longer secret that is masked already
      continue;
    }
    text += `${line.slice(from, start)}[redacted:${kind}]`;
    from = end;
  }
  return text + line.slice(from);
}
