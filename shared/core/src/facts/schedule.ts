// schedule.ts — commands that are given away to be run later: crontab, at

import { type Call, opaque, runs, touches } from "./call.ts";
import { literal } from "./shell/word.ts";

/** The commands of a crontab's lines, or of a text for at. */
export function readsScheduled(call: Call): void {
  runs(call, "timer");
  const given = call.stdin;
  if (given?.kind === "text") {
    if (call.program !== "crontab") {
      call.nested.shell(literal(given.text), call.program);
      return;
    }
    for (const line of given.text.split("\n")) {
      const command = cronCommand(line);
      if (command !== undefined) call.nested.shell(literal(command), call.program);
    }
  } else if (given?.kind === "file") touches(call, given.word, "read");
  else if (given !== undefined) opaque(call, "what will run is not known before the run");
  for (const word of call.operands) if (call.program === "crontab" && word.text !== "-") touches(call, word, "read");
}

/** `m h d m w command`, `@daily command`; undefined for settings, comments and empty lines. */
export function cronCommand(line: string): string | undefined {
  const text = line.trim();
  if (text === "" || text.startsWith("#") || /^[A-Za-z_]\w*\s*=/.test(text)) return undefined;
  if (text.startsWith("@")) return /^@\w+\s+(.*)$/.exec(text)?.[1];
  return /^(?:\S+\s+){5}(.*)$/.exec(text)?.[1];
}
