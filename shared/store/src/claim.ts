// claim.ts — hand out permission to run exactly once

import type { ClaimRefusal } from "@holdpoint/wire/grant.ts";
import { createBatcher } from "./batch.ts";
import { createBlob } from "./blob.ts";
import { countersOf, countsFor } from "./counts.ts";
import { writeEvent } from "./evidence.ts";
import type { Database } from "./pool.ts";
import { readActions } from "./rows.ts";
import type { TenantKeys } from "./seal.ts";
import type { ClaimAttempt, Claimed, Transition, Transitioned } from "./types.ts";

interface ClaimAnswer {
  r_n: number;
  r_status: "claimed" | "repeated" | "stale" | ClaimRefusal;
  r_why: string | null;
  r_digest: string | null;
}

const CLAIM = "SELECT * FROM holdpoint.claim($1, $2, $3, $4)";

/** What the claimant said of itself, as evidence. */
function presented({ executor, bindings, audience, toolVersion }: ClaimAttempt) {
  const said = [executor, bindings, audience, toolVersion].some((each) => each !== undefined);
  return said ? { detail: { executor, bindings, audience, toolVersion } } : {};
}

/** Claims of a tenant that arrive while one is being committed go together; the database says who has it. */
export function claim(
  database: Database,
  keys: TenantKeys,
  transition: (change: Transition) => Promise<Transitioned>,
): (attempt: ClaimAttempt) => Promise<Claimed> {
  const batcher = createBatcher<ClaimAttempt, ClaimAnswer | undefined>({
    itemsMax: 200,
    async flush(tenant, attempts) {
      const key = await keys.of(tenant);
      const blob = createBlob();
      const items = attempts.map((attempt, n) => {
        const event = writeEvent(key, {
          tenant,
          actionId: attempt.actionId,
          type: "executing",
          state: "executing",
          actor: attempt.actor,
          policyDigest: attempt.policyDigest,
          content: presented(attempt),
        });
        const [c0, c1] = blob.add(event.content);
        return {
          n,
          id: attempt.actionId,
          credential: attempt.credential,
          key: attempt.idempotencyKey,
          version: attempt.version,
          digest: attempt.policyDigest,
          lease_ms: attempt.leaseMs,
          executor: attempt.executor,
          event: event.id,
          payload: event.payload,
          c0,
          c1,
          run: attempt.run,
          audience: attempt.audience,
          tool_version: attempt.toolVersion,
          counts: countsFor(attempt, attempt.state ?? "allowed"),
        };
      });
      const counters = countersOf(attempts);
      const answers = await database.call<ClaimAnswer>("claim", CLAIM, [
        tenant,
        JSON.stringify(items),
        blob.bytes(),
        counters.length > 0 ? JSON.stringify(counters) : null,
      ]);
      const byItem = new Map(answers.map((answer) => [answer.r_n, answer]));
      return attempts.map((_attempt, n) => byItem.get(n));
    },
  });

  return async (attempt) => {
    const { tenant, actionId } = attempt;
    const answer = await batcher.submit(tenant, attempt);
    if (!answer) return { status: "unknown" };
    // Stopped: the action is denied here and now (rulings §C1), whatever becomes of the caller.
    if (answer.r_status === "kill_switch")
      await transition({
        tenant,
        actionId,
        from: ["allowed", "approved"],
        to: "denied",
        actor: attempt.actor,
        reason: `stopped: ${answer.r_why ?? "kill switch"}`,
      });
    const [row] = await readActions(database, await keys.of(tenant), tenant, [actionId]);
    if (!row) return { status: "unknown" };
    switch (answer.r_status) {
      case "claimed":
        return { status: "claimed", row, repeated: false };
      case "repeated":
        return { status: "claimed", row, repeated: true };
      case "stale":
        return { status: "stale", row, activeDigest: answer.r_digest ?? "" };
      default:
        return { status: "refused", reason: answer.r_status, row };
    }
  };
}
