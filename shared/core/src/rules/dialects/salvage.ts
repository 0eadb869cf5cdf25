// salvage.ts — the part of a broken document that is sound by itself: compiled only so that its own errors are said too

import type { z } from "zod";
import { Document } from "../schema.ts";

export interface Salvaged {
  document: Document;
  /** where each rule of it stood among those that were written */
  rules: readonly number[];
  /** what it says of a house's own tools is lost: examples cannot be tried */
  lostTools: boolean;
}

/** Rules and words with an issue are left out. Undefined where what is left is no document. */
export function salvage(value: unknown, issues: readonly z.core.$ZodIssue[]): Salvaged | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const words = new Set<string>();
  const broken = new Set<number>();
  for (const issue of issues) {
    const [word, index] = issue.path;
    if (word === "rules" && typeof index === "number") broken.add(index);
    else if (word !== undefined) words.add(String(word));
    else if (issue.code === "unrecognized_keys") for (const key of issue.keys) words.add(key);
  }
  const sound = Object.fromEntries(Object.entries(value).filter(([word]) => !words.has(word)));
  const written: unknown[] = Array.isArray(sound["rules"]) ? sound["rules"] : [];
  const rules = [...written.keys()].filter((index) => !broken.has(index));
  const rest = sound["rules"] === undefined ? sound : { ...sound, rules: rules.map((index) => written[index]) };
  const parsed = Document.safeParse(rest);
  return parsed.success ? { document: parsed.data, rules, lostTools: words.has("tools") } : undefined;
}
