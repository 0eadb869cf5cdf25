// migrate.ts — older forms of policy texts in the present form: the same decisions, the same comments, nothing else touched

import { migrateEnforcerConfig } from "./dialects/toml-enforcer.ts";
import { read } from "./policy-text.ts";
import type { DocumentPath, Problem } from "./problems.ts";

export interface Migrated {
  text: string;
  /** what was changed, in words; empty = nothing had to be */
  changes: string[];
}

/** Older words, and where they stood: the present ones mean the same. */
const EFFECTS: Readonly<Record<string, string>> = { ask_user: "require_approval", ask: "require_approval" };
const DEFAULTS: Readonly<Record<string, string>> = { ask_user: "ask", require_approval: "ask" };
const FORMATS = { "native-yaml": "yaml", overlay: "yaml", "native-json": "json" } as const;

/** @param dialect of the text; texts in other dialects have one form only and come back as they are */
export function migrateText(dialect: string, text: string): Migrated {
  if (dialect === "toml-enforcer" || dialect === "native-toml") return enforcer(dialect, text);
  if (dialect === "ordered-json") return orderedJson(text);
  if (Object.hasOwn(FORMATS, dialect)) return words(FORMATS[dialect as keyof typeof FORMATS], text);
  return { text, changes: [] };
}

/** Seed 003: a configuration from before the enforcer gets it as a comment, switched off. */
function enforcer(dialect: string, text: string): Migrated {
  // A policy of its own (`[[rules]]`) is no configuration of an agent.
  if (
    /^\s*\[\[\s*rules?\s*\]\]/m.test(text) ||
    (dialect === "native-toml" && /^\s*(?:default|combining)\s*=/m.test(text))
  )
    return { text, changes: [] };
  const migrated = migrateEnforcerConfig(text);
  return { text: migrated, changes: migrated === text ? [] : ["added `[tools.policy]` as a comment, switched off"] };
}

interface Edit {
  path: DocumentPath;
  from: string;
  to: string;
}

/** Words are changed where they stand, so that comments and layout stay. */
function words(format: "yaml" | "json", text: string): Migrated {
  const problems: Problem[] = [];
  const found = read("", text, format, problems);
  if (!found) return { text, changes: [] };
  const value = found.value as { default?: unknown; rules?: unknown } | null;
  const rules = Array.isArray(value?.rules) ? (value.rules as { effect?: unknown }[]) : [];
  const edits: Edit[] = rules.flatMap((rule, index) => {
    const from = String(rule?.effect);
    const to = Object.hasOwn(EFFECTS, from) ? EFFECTS[from] : undefined;
    return to === undefined ? [] : [{ path: ["rules", index, "effect"], from, to }];
  });
  const otherwise = String(value?.default);
  const word = Object.hasOwn(DEFAULTS, otherwise) ? DEFAULTS[otherwise] : undefined;
  if (word !== undefined) edits.push({ path: ["default"], from: otherwise, to: word });
  return apply(text, edits, (path) => found.locate(path));
}

/** The older name of the default. Everything else of that form is its present form. */
function orderedJson(text: string): Migrated {
  const found = read("", text, "json", []);
  const value = found?.value as { default?: unknown; defaultAction?: unknown } | undefined;
  if (!found || value?.defaultAction === undefined || value.default !== undefined) return { text, changes: [] };
  return apply(text, [{ path: ["defaultAction"], from: "defaultAction", to: "default" }], (path) =>
    found.locate(path, true),
  );
}

function apply(
  text: string,
  edits: readonly Edit[],
  locate: (path: DocumentPath) => { line: number; column: number },
): Migrated {
  const lines = text.split("\n");
  const changes: string[] = [];
  for (const { path, from, to } of edits) {
    const { line, column } = locate(path);
    const before = lines[line - 1] ?? "";
    const at = before.indexOf(from, column - 1);
    // A word in quotes starts one letter later; anything else is not the word that was read.
    if (at !== column - 1 && at !== column) continue;
    lines[line - 1] = before.slice(0, at) + to + before.slice(at + from.length);
    changes.push(`line ${line}: \`${from}\` is \`${to}\` now`);
  }
  return { text: lines.join("\n"), changes };
}
