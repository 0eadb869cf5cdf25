// risk.ts — 0 to 100: a sum of named contributions, each listed in the decision; same facts, same score

import type { Action } from "@holdpoint/wire/action.ts";
import type { Risk } from "@holdpoint/wire/decision.ts";
import type { Atom, Facts } from "@holdpoint/wire/facts.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { atomsOf } from "./holds.ts";

/** The whole table. What an agent says of itself can only add (rulings §A3). */
export const RISK_POINTS = {
  "class-warn": 5,
  "class-blocked": 30,
  deletes: 15,
  "deletes-below": 15,
  "writes-outside-workspace": 15,
  "makes-code-run": 15,
  "runs-code": 5,
  privilege: 20,
  opaque: 20,
  dynamic: 5,
  "cap-hit": 20,
  secret: 40,
  upload: 15,
  "egress-public": 5,
  "egress-unknown": 15,
  "egress-metadata": 40,
  "database-destructive": 35,
  "database-unbounded": 20,
  "schema-change": 25,
  production: 25,
  "environment-unknown": 0,
  classification: 20,
  "trust-quarantined": 20,
  "trust-blocked": 40,
  "unknown-tool": 15,
  "deceptive-name": 30,
  "odd-characters": 20,
} as const;
export type RiskCode = keyof typeof RISK_POINTS;

/** A signal of 100 from a guard adds this many points. */
const SIGNAL_POINTS_MAX = 40;
const HARMLESS_CLASSES = new Set(["public", "internal", "open"]);

export function scoreRisk(action: Action, facts: Facts): Risk {
  const risk: Risk = { score: 0, contributions: [] };
  for (const atom of atomsOf(facts)) atomRisk(atom, action, risk);
  callRisk(action, facts, risk);
  if (action.risk)
    for (const { signal, score } of action.risk) {
      const points = Math.round((score * SIGNAL_POINTS_MAX) / 100);
      if (points > 0) risk.contributions.push({ code: `signal:${signal}`, points });
      risk.score += points;
    }
  risk.score = Math.min(100, Math.round(risk.score));
  if (risk.contributions.length > limits.listItemsMax) risk.contributions.length = limits.listItemsMax;
  return risk;
}

function add(code: RiskCode, risk: Risk): void {
  for (const one of risk.contributions) if (one.code === code) return;
  const points = RISK_POINTS[code];
  risk.contributions.push({ code, points });
  risk.score += points;
}

function callRisk(action: Action, facts: Facts, risk: Risk): void {
  if (facts.tool.meaning === undefined) add("unknown-tool", risk);
  if (facts.tool.deceptive) add("deceptive-name", risk);
  if (facts.oddCharacters.length > 0) add("odd-characters", risk);
  if (facts.caps.length > 0) add("cap-hit", risk);
  if (facts.secrets.length > 0) add("secret", risk);
  if (action.trust === "quarantined") add("trust-quarantined", risk);
  if (action.trust === "blocked") add("trust-blocked", risk);
  const environment = action.environment?.name;
  if (environment !== undefined && /^(prod|live)/i.test(environment)) add("production", risk);
  const classification = action.resource?.classification;
  if (classification !== undefined && !HARMLESS_CLASSES.has(classification.toLowerCase())) add("classification", risk);
}

/** Below the folder, or the folder itself: `/home/dev/api2` is not inside `/home/dev/api`. */
const isInside = (path: string, folder: string): boolean =>
  path.startsWith(folder) &&
  (path.length === folder.length || folder.endsWith("/") || path.charCodeAt(folder.length) === 47);

function atomRisk(atom: Atom, action: Action, risk: Risk): void {
  if (atom.class === "warn") add("class-warn", risk);
  else if (atom.class === "blocked-by-default") add("class-blocked", risk);
  if (atom.opaque.length > 0) add("opaque", risk);
  if (atom.runsCode.length > 0) add("runs-code", risk);
  if (atom.words.includes(null)) add("dynamic", risk);
  for (const wrapper of atom.wrappers)
    if (wrapper === "sudo" || wrapper === "doas" || wrapper === "su") add("privilege", risk);
  for (const { path, access, mayContain } of atom.paths) {
    if (access === "read") continue;
    if (access === "delete") add(mayContain ? "deletes-below" : "deletes", risk);
    if (access === "delete" && mayContain) add("deletes", risk);
    if (access === "execute") add("makes-code-run", risk);
    if (action.cwd !== undefined && path.startsWith("/") && !isInside(path, action.cwd))
      add("writes-outside-workspace", risk);
  }
  for (const { zone, upload } of atom.hosts) {
    if (upload) add("upload", risk);
    if (zone === "public") add("egress-public", risk);
    else if (zone === "unknown") add("egress-unknown", risk);
    else if (zone === "metadata" || zone === "link-local") add("egress-metadata", risk);
  }
  for (const { verb, unbounded } of atom.databases) {
    if (/^(drop|truncate|flush)/.test(verb)) add("database-destructive", risk);
    else if (unbounded) add("database-unbounded", risk);
    else if (/^(alter|create|rename|migrate)/.test(verb)) add("schema-change", risk);
  }
}
