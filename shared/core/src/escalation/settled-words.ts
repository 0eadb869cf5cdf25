// settled-words.ts — what whoever answers in vain is told: how it ended, by whom and when, or why their yes would count for nothing

import type { Approval } from "@holdpoint/wire/approval.ts";

/** `approved by alice, 2026-01-31 12:00 UTC`; undefined where it still waits. Names and a time only: no word of the agent's. */
export function endedWords({ state, votes, settledAt }: Approval): string | undefined {
  if (state === "pending") return undefined;
  const by = votes
    .filter((vote) => vote.void === undefined)
    .map(({ voter, standing }) => (standing === undefined ? voter : `${voter} in advance (${standing})`));
  const at = settledAt === undefined ? "" : `, ${settledAt.slice(0, 16).replace("T", " ")} UTC`;
  return `${state}${by.length === 0 ? "" : ` by ${by.join(", ")}`}${at}`;
}

/** To whoever comes too late; undefined where it still waits. */
export function settledWords(approval: Approval): string | undefined {
  const ended = endedWords(approval);
  return ended === undefined ? undefined : `this is settled already: ${ended}`;
}

/** To whoever a chain has called where not every rule calls them, or where several roles are asked. */
export const VETO_ONLY_WORDS =
  "your role is called here to say no only: you may deny; a yes comes from the roles that are asked, each of them";
