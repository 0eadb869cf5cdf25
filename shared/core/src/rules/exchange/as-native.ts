// as-native.ts — a document of any dialect as a native one: what `policy import` prints, and what a gateway is given

import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { Document as YamlDocument } from "yaml";
import { NATIVE } from "../conditions.ts";
import { draftSources } from "../drafted.ts";
import { type Problem, refusePolicy } from "../problems.ts";

export interface AsNative {
  /** YAML of a native document that decides as the source does */
  text: string;
  /** what could not be translated; nothing of it was widened */
  left: readonly string[];
}

/** Several sources only where they are one document together (overlays). Throws `policy_invalid` with every place. */
export function asNative(sources: readonly PolicySource[]): AsNative {
  const problems: Problem[] = [];
  const drafts = draftSources(sources, problems);
  if (problems.length > 0) refusePolicy(problems);
  const [first] = drafts;
  if (!first || drafts.length > 1) throw new Error("expected sources that are one document");
  const { draft, source } = first;
  if (draft.reading !== NATIVE)
    refusePolicy([
      {
        file: source.name,
        line: 1,
        column: 1,
        message: `\`${source.dialect}\` reads its patterns in a way that no native document says; use the file as it is`,
      },
    ]);
  const { dialect } = source;
  const name = source.name.replace(/^.*\//, "");
  const document = new YamlDocument(draft.document, { aliasDuplicateObjects: false });
  document.commentBefore = ` from ${name} (${dialect})`;
  const left = [...draft.warnings];
  if (draft.logRedactions?.length) left.push("`log_redactions` are not rules; keep them in an overlay");
  return { text: document.toString({ lineWidth: 120 }), left };
}
