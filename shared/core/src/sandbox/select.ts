// select.ts — which rung an action should run in (recommended) and must run in (required): rulings §C6

import type { Action } from "@holdpoint/wire/action.ts";
import type { Rung, Sandbox } from "@holdpoint/wire/decision.ts";
import type { Atom, Facts } from "@holdpoint/wire/facts.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { heavier, joinRequirements, lightestFor, satisfies } from "./profiles.ts";

const RISKY_SCORE = 70;
const needsNetwork = (atom: Atom): boolean => atom.hosts.some(({ zone }) => zone !== "loopback");

/** What one atom suggests, when no rule says it. A call of a tool other than a shell runs inside the client: nothing to wrap. */
function suggested(atom: Atom): Rung {
  if (atom.kind === "call") return "none";
  if (atom.class === "blocked-by-default") return "container";
  const runsUnread = atom.runsCode.length > 0 || atom.opaque.length > 0;
  const writes = atom.paths.some(({ access }) => access !== "read");
  if (needsNetwork(atom)) return runsUnread || writes ? "workspace+egress-list" : "scrubbed";
  if (runsUnread || writes || atom.class === "warn") return "workspace";
  return "read-only";
}

function recommendation(verdict: Verdict, action: Action, facts: Facts): Rung {
  const wishes = verdict.sandboxWishes.flatMap(({ recommended }) => (recommended === undefined ? [] : [recommended]));
  // A policy author's word is better than a guess.
  if (wishes.length > 0) return wishes.reduce(heavier);
  const guess = facts.atoms.map(suggested).reduce(heavier, "none");
  const shaky = verdict.risk.score >= RISKY_SCORE || action.trust === "quarantined" || action.trust === "blocked";
  return guess !== "none" && shaky ? heavier(guess, "container") : guess;
}

/** Adds the sandbox to a verdict and changes nothing else: a missing rung denies at claim, where the executor says what it has. */
export function selectSandbox(verdict: Verdict, action: Action, facts: Facts): Verdict {
  const required = verdict.sandboxWishes.map((wish) => wish.required).reduce(joinRequirements, undefined);
  const wanted = recommendation(verdict, action, facts);
  const online = facts.atoms.some(needsNetwork);
  const recommended = satisfies(wanted, required) ? wanted : (lightestFor(required, online) ?? wanted);
  const sandbox: Sandbox = {
    recommended,
    ...(required !== undefined && Object.keys(required).length > 0 && { required }),
  };
  return { ...verdict, sandbox };
}
