// settled-words.ts — what whoever answers too late is told: how it ended, by whom and when

import type { Approval } from "@holdpoint/wire/approval.ts";

/** Undefined where it still waits. Names of voters and a time only: no word of the agent's. */
export function settledWords({ state, votes, settledAt }: Approval): string | undefined {
  if (state === "pending") return undefined;
  const by = votes.filter((vote) => vote.void === undefined).map(({ voter }) => voter);
  const at = settledAt === undefined ? "" : `, ${settledAt.slice(0, 16).replace("T", " ")} UTC`;
  return `this is settled already: ${state}${by.length === 0 ? "" : ` by ${by.join(", ")}`}${at}`;
}
