// overlay-entries.ts — is every entry of an overlay's lists one that means something? Said where it stands, before files merge

import { isFault } from "@holdpoint/wire/fault.ts";
import { compileRewrite } from "../../redact/rewrite.ts";
import { parseCommandPattern } from "../criteria/commands.ts";
import { expandBraces } from "../glob.ts";
import type { DocumentPath } from "../problems.ts";
import type { LogRedaction } from "./draft.ts";

type Lists = { readonly [key: string]: unknown };
type Report = (path: DocumentPath, message: string) => void;

const PREFIXES = ["protect_paths", "write_whitelist"] as const;

export function checkEntries(overlay: Lists, report: Report): void {
  const each = <T>(key: string, look: (entry: T) => string | undefined, below: DocumentPath = []): void => {
    for (const name of [key, `+${key}`]) {
      for (const [index, entry] of ((overlay[name] ?? []) as T[]).entries()) {
        const message = look(entry);
        if (message !== undefined) report([name, index, ...below], message);
      }
    }
  };
  for (const key of PREFIXES) each(key, prefixProblem);
  each("require_approval", (entry: string) =>
    entry.trim() === "" ? "expected a command or a tool" : faultOf(() => expandBraces(entry).map(parseCommandPattern)),
  );
  each("log_redactions", (entry: LogRedaction) => faultOf(() => compileRewrite(entry)), ["pattern"]);
}

/** Both lists hold prefixes, of which the longer one wins: what a pattern covers is not longer or shorter. */
function prefixProblem(text: string): string | undefined {
  if (!/^(?:\/|~(?:\/|$)|\.(?:\/|$))/.test(text))
    return `\`${text}\` is no place: expected a path that begins with \`/\`, \`~/\` or \`./\``;
  if (/[*?{}[\]\\]/.test(text)) return `\`${text}\` is a pattern: expected a path, below which all is meant`;
  return /(?:^|\/)\.\.(?:\/|$)/.test(text) ? `\`${text}\` climbs with \`..\`` : undefined;
}

function faultOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (isFault(error)) return error.message;
    throw error;
  }
}
