// settled-words.ts — what whoever answers in vain is told: how it ended, by whom and when, or why their yes would count for nothing

import type { Approval } from "@holdpoint/wire/approval.ts";

/** Undefined where it still waits. Names of voters and a time only: no word of the agent's. */
export function settledWords({ state, votes, settledAt }: Approval): string | undefined {
  if (state === "pending") return undefined;
  const by = votes.filter((vote) => vote.void === undefined).map(({ voter }) => voter);
  const at = settledAt === undefined ? "" : `, ${settledAt.slice(0, 16).replace("T", " ")} UTC`;
  return `this is settled already: ${state}${by.length === 0 ? "" : ` by ${by.join(", ")}`}${at}`;
}

/** To whoever a chain has called where not every rule calls them, or where several roles are asked. */
export const VETO_ONLY_WORDS =
  "your role is called here to say no only: you may deny; a yes comes from the roles that are asked, each of them";
