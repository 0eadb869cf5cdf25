// finding.ts — builds a finding that fits the wire: notes quote what an agent wrote, which may be long or hold a NUL

import type { Finding } from "@holdpoint/wire/decision.ts";
import { limits } from "@holdpoint/wire/limits.ts";

const fits = (text: string): boolean => text.length <= limits.textCharsMax && !text.includes("\0");

/** A maker of findings of one checker. A pointer that does not fit is left out rather than cut: it would name another place. */
export const findingsOf =
  (checker: string) =>
  (severity: Finding["severity"], code: string, note: string, at: string): Finding => ({
    checker,
    severity,
    code,
    note: note.replaceAll("\0", " ").slice(0, limits.findingNoteCharsMax).toWellFormed(),
    ...(fits(at) && { at }),
  });

/** Blocks first, then warnings: a cap must never cut the one that counts. */
export function strictestFirst(findings: readonly Finding[]): Finding[] {
  const rank = { block: 0, warn: 1, info: 2 } as const;
  return [...findings].sort((a, b) => rank[a.severity] - rank[b.severity]).slice(0, limits.findingsPerCheckerMax);
}
