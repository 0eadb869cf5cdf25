// rejudge.ts — what a fresh verdict makes of an action that was allowed or approved under an older one

import { basisOf } from "@holdpoint/core/escalation/basis.ts";
import { ballotsFrom } from "@holdpoint/core/escalation/counting.ts";
import { tally } from "@holdpoint/core/escalation/tally.ts";
import type { ActionRow } from "@holdpoint/store/types.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import type { Gateway } from "./parts.ts";
import { votesOn } from "./voters.ts";

export type Standing = "go" | "denied" | "held" | "revoked";

/** What a fresh verdict makes of an action that was allowed or approved under an older one (rulings §C1). */
export async function standing(gateway: Gateway, row: ActionRow, verdict: Verdict): Promise<Standing> {
  const { effect, ask } = verdict;
  if (effect === "deny") return "denied";
  // The table knows no way from allowed to held: it has to be asked for anew, and then waits for people.
  if (row.state !== "approved") return effect === "allow" ? "go" : "denied";
  const { given, counting, chain: called } = await votesOn(gateway, row);
  // Who approved must still be someone who may, even where policy by now would not have asked.
  const asked = ask?.requirements ?? row.decision?.approval?.requirements ?? [];
  const chain = ask?.chain ?? called;
  // Votes were given for an outcome: where policy by now says something else, they were not given for this.
  if (
    ask !== undefined &&
    row.verdict !== undefined &&
    basisOf(row.action, row.verdict) !== basisOf(row.action, verdict)
  )
    return "held";
  if (tally(asked, ballotsFrom(counting), chain).state === "approved") return "go";
  return tally(asked, ballotsFrom(given), chain).state === "approved" ? "revoked" : "held";
}
