// votes.ts — a courier's vote in the store, with the requester's side barred, and the escalation stage told to look

import { requestersSide } from "@holdpoint/core/escalation/requesters.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import type { Store } from "@holdpoint/store/store.ts";
import type { ActionRow } from "@holdpoint/store/types.ts";
import type { CourierVote, Votes } from "./ports.ts";

/** Of a person in a one-person `up`: every role that a policy may ask for. */
const ANY = "*";

export interface VotesDeps {
  store: { actions: Pick<Store["actions"], "get">; approvals: Pick<Store["approvals"], "vote"> };
  onePerson: boolean;
  /** wakes the escalation stage; without it the reconciler finds the vote within seconds */
  resume(row: ActionRow, approvalId: string): Promise<void>;
  log: Log;
}

export function votesByStore({ store, onePerson, resume, log }: VotesDeps): Votes {
  const rolesOf = ({ roles, approval }: CourierVote): string[] =>
    onePerson && roles.includes(ANY) ? approval.requirements.map(({ role }) => role) : roles;
  return {
    async cast(vote) {
      const { tenant, approval, voter, channel } = vote;
      const row = await store.actions.get(tenant, approval.actionId);
      if (row === undefined) return { status: "unknown" };
      const voted = await store.approvals.vote({
        tenant,
        approvalId: approval.id,
        voteId: newId("vote"),
        voter,
        credential: `courier:${channel}`,
        channel,
        vote: vote.vote,
        roles: rolesOf(vote),
        // A no only tightens: it counts from every channel.
        assurance: vote.signedIn || vote.vote === "deny" ? "signed-in" : "channel",
        ...(vote.reason === undefined ? {} : { reason: vote.reason }),
        cardSha256: vote.cardSha256,
        barred: onePerson ? [] : requestersSide(row.action),
      });
      if (voted.status === "counted") {
        // The vote is committed: whatever happens to this message, the reconciler finds it.
        await resume(row, approval.id).catch((error: unknown) =>
          log.warn({ error }, "the escalation stage was not told"),
        );
      }
      return voted;
    },
  };
}
