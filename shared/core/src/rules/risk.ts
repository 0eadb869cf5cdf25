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
  const contributions: Risk["contributions"] = [];
  let sum = 0;
  const add = (code: RiskCode) => {
    for (const one of contributions) if (one.code === code) return;
    const points = RISK_POINTS[code];
    contributions.push({ code, points });
    sum += points;
  };
  for (const atom of atomsOf(facts)) atomRisk(atom, action, add);
  callRisk(action, facts, add);
  for (const { signal, score } of action.risk ?? []) {
    const points = Math.round((score * SIGNAL_POINTS_MAX) / 100);
    if (points > 0) contributions.push({ code: `signal:${signal}`, points });
    sum += points;
  }
  return { score: Math.min(100, Math.round(sum)), contributions: few(contributions) };
}

const few = (contributions: Risk["contributions"]): Risk["contributions"] =>
  contributions.length > limits.listItemsMax ? contributions.slice(0, limits.listItemsMax) : contributions;

function callRisk(action: Action, facts: Facts, add: (code: RiskCode) => void): void {
  if (facts.tool.meaning === undefined) add("unknown-tool");
  if (facts.tool.deceptive) add("deceptive-name");
  if (facts.oddCharacters.length > 0) add("odd-characters");
  if (facts.caps.length > 0) add("cap-hit");
  if (facts.secrets.length > 0) add("secret");
  if (action.trust === "quarantined") add("trust-quarantined");
  if (action.trust === "blocked") add("trust-blocked");
  const environment = action.environment?.name;
  if (environment !== undefined && /^(prod|live)/i.test(environment)) add("production");
  const classification = action.resource?.classification;
  if (classification !== undefined && !HARMLESS_CLASSES.has(classification.toLowerCase())) add("classification");
}

/** Below the folder, or the folder itself: `/home/dev/api2` is not inside `/home/dev/api`. */
const isInside = (path: string, folder: string): boolean =>
  path.startsWith(folder) &&
  (path.length === folder.length || folder.endsWith("/") || path.charCodeAt(folder.length) === 47);

function atomRisk(atom: Atom, action: Action, add: (code: RiskCode) => void): void {
  if (atom.class === "warn") add("class-warn");
  else if (atom.class === "blocked-by-default") add("class-blocked");
  if (atom.opaque.length > 0) add("opaque");
  if (atom.runsCode.length > 0) add("runs-code");
  if (atom.words.includes(null)) add("dynamic");
  for (const wrapper of atom.wrappers)
    if (wrapper === "sudo" || wrapper === "doas" || wrapper === "su") add("privilege");
  for (const { path, access, mayContain } of atom.paths) {
    if (access === "read") continue;
    if (access === "delete") add(mayContain ? "deletes-below" : "deletes");
    if (access === "delete" && mayContain) add("deletes");
    if (access === "execute") add("makes-code-run");
    if (action.cwd !== undefined && path.startsWith("/") && !isInside(path, action.cwd))
      add("writes-outside-workspace");
  }
  for (const { zone, upload } of atom.hosts) {
    if (upload) add("upload");
    if (zone === "public") add("egress-public");
    else if (zone === "unknown") add("egress-unknown");
    else if (zone === "metadata" || zone === "link-local") add("egress-metadata");
  }
  for (const { verb, unbounded } of atom.databases) {
    if (/^(drop|truncate|flush)/.test(verb)) add("database-destructive");
    else if (unbounded) add("database-unbounded");
    else if (/^(alter|create|rename|migrate)/.test(verb)) add("schema-change");
  }
}
