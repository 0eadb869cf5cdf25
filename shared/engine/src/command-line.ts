// command-line.ts — an action as one line for its evidence: what would run, with every known secret as a marker

import { actionMask } from "@holdpoint/core/redact/judgement.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";

/** What an event's `command` may hold. */
const CHARS_MAX = 32_768;

/** Commands as they were understood, in order; for another tool its name and what it touches. */
export function commandLine(action: Action, facts: Facts, redactionKey: Uint8Array): string {
  const commands = facts.atoms.filter(({ kind }) => kind === "command").map(({ text }) => text);
  const touched = facts.atoms.flatMap(({ paths, hosts }) => [
    ...paths.map(({ path }) => path),
    ...hosts.map(({ host }) => host),
  ]);
  const line = commands.length > 0 ? commands.join(" ; ") : [action.tool, ...new Set(touched)].join(" ");
  return actionMask(action, facts, redactionKey)(line).replaceAll("\0", "").slice(0, CHARS_MAX).toWellFormed();
}
