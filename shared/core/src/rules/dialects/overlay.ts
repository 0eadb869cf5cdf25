// overlay.ts — seed 002's `policy.d`: files that merge in the order of their names, and the keys that they may hold
//
// Later scalars and lists replace earlier ones, `+list` appends, rules with the same id replace. The merged whole is one
// document: safe commands are allowed, warnings are allowed inside the whitelist, what is blocked by default asks where
// `require_approval` names it and is denied where it does not. Of `protect_paths` and `write_whitelist` the most
// specific prefix wins; `/` protects the root entry itself.

import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { z } from "zod";
import { NATIVE } from "../conditions.ts";
import { read } from "../policy-text.ts";
import { type DocumentPath, describeIssues, type Place, type Problem } from "../problems.ts";
import { Document, type Rule } from "../schema.ts";
import type { Draft } from "./draft.ts";
import { checkEntries } from "./overlay-entries.ts";
import { type Merged, OverlayLimits, overlayRules } from "./overlay-rules.ts";

const texts = z.array(z.string().min(1));
const redactions = z.array(z.strictObject({ pattern: z.string().min(1).max(1_024), replace: z.string() }));
const lists = {
  protect_paths: texts.optional(),
  write_whitelist: texts.optional(),
  require_approval: texts.optional(),
  env_allowlist: texts.optional(),
  log_redactions: redactions.optional(),
};
const plus = {
  "+protect_paths": texts.optional(),
  "+write_whitelist": texts.optional(),
  "+require_approval": texts.optional(),
  "+env_allowlist": texts.optional(),
  "+log_redactions": redactions.optional(),
};
const Overlay = z.strictObject({
  ...Document.omit({ combining: true }).shape,
  ...lists,
  ...plus,
  limits: OverlayLimits.optional(),
});
type Overlay = z.output<typeof Overlay>;

/** One document out of all overlay files, sorted by name. Problems of every file are pushed. */
export function mergeOverlays(sources: readonly PolicySource[], problems: Problem[]): Draft | undefined {
  // A pack lies at the bottom, whatever the folder of the files is called.
  const order = ({ name }: PolicySource) => (name.startsWith("packs/") ? ` ${name}` : name);
  const sorted = [...sources].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const merged: Merged = {
    protect_paths: [],
    write_whitelist: [],
    require_approval: [],
    env_allowlist: undefined,
    log_redactions: [],
    limits: {},
  };
  const document: Document = { default: "deny" };
  const rules = new Map<
    string,
    { rule: Rule; place: (path: DocumentPath, key?: boolean) => Place & { file: string } }
  >();
  const tools = new Map<string, (path: DocumentPath, key?: boolean) => Place>();
  const before = problems.length;
  for (const source of sorted) {
    const text = read(source.name, source.text, "yaml", problems);
    if (!text) continue;
    const parsed = Overlay.safeParse(text.value ?? {});
    if (!parsed.success) {
      for (const { path, message, key } of describeIssues(Overlay, text.value, parsed.error.issues))
        problems.push({ file: source.name, ...text.locate(path, key), message });
      continue;
    }
    checkEntries(parsed.data, (path, message) => problems.push({ file: source.name, ...text.locate(path), message }));
    layOver(merged, parsed.data);
    for (const name of Object.keys(parsed.data.tools ?? {}))
      tools.set(name, (path, key) => ({ file: source.name, ...text.locate(path, key) }));
    const { rules: own = [], ...settings } = pickSettings(parsed.data);
    Object.assign(document, settings, { tools: { ...document.tools, ...settings.tools } });
    for (const [index, rule] of own.entries()) {
      const place = (path: DocumentPath, key?: boolean) => ({
        file: source.name,
        ...text.locate(["rules", index, ...path], key),
      });
      rules.set(rule.id ?? `${source.name}#${index + 1}`, {
        rule: { ...rule, id: rule.id ?? `${source.name}#${index + 1}` },
        place,
      });
    }
  }
  if (problems.length > before) return undefined;
  const own = [...rules.values()];
  const made = overlayRules(merged);
  for (const { rule, place } of own)
    if (made.some(({ id }) => id === rule.id))
      problems.push({
        ...place(["id"]),
        message: `\`${rule.id}\` is what a rule is called that a key of this overlay makes: choose another id`,
      });
  if (problems.length > before) return undefined;
  return {
    document: { ...document, rules: [...own.map(({ rule }) => rule), ...made] },
    reading: NATIVE,
    locate: (path, key) => {
      const at = typeof path[1] === "number" ? own[path[1]]?.place(path.slice(2), key) : undefined;
      return at ?? tools.get(String(path[1]))?.(path, key) ?? { line: 1, column: 1 };
    },
    warnings: [],
    ownRules: own.length,
    logRedactions: merged.log_redactions,
  };
}

const LISTS = ["protect_paths", "write_whitelist", "require_approval", "env_allowlist"] as const;

function layOver(merged: Merged, overlay: Overlay): void {
  for (const key of LISTS) {
    const more = overlay[`+${key}`];
    if (overlay[key]) merged[key] = overlay[key];
    if (more) merged[key] = [...(merged[key] ?? []), ...more];
  }
  if (overlay.log_redactions) merged.log_redactions = overlay.log_redactions;
  if (overlay["+log_redactions"]) merged.log_redactions = [...merged.log_redactions, ...overlay["+log_redactions"]];
  if (overlay.limits) merged.limits = { ...merged.limits, ...overlay.limits };
}

function pickSettings(overlay: Overlay): Document {
  const { policy, description, version, default: effect, disclosure, scope, selector, rules, tools } = overlay;
  const all: Document = { policy, description, version, default: effect, disclosure, scope, selector, rules, tools };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
