// rejudge.ts — held actions under a new policy: found by an index, judged again, and asked about anew where the outcome changed

import { toDecision } from "@holdpoint/core/decision.ts";
import type { PolicySet } from "@holdpoint/core/rules/compile.ts";
import type { Engine } from "@holdpoint/engine/deps.ts";
import { rejudge } from "@holdpoint/engine/rejudge.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import { countDecision } from "@holdpoint/runtime/metrics.ts";
import { traceIdOf } from "@holdpoint/runtime/trace.ts";
import type { Id } from "@holdpoint/wire/scalars.ts";

/** One by one, each under its lock: a publish with thousands waiting is worked off in several turns. */
const REJUDGE_ROWS = 500;

async function again(
  engine: Engine,
  at: { tenant: string; approvalId: string; actionId: string },
  set: PolicySet,
): Promise<void> {
  const { store, clock } = engine;
  const { tenant, approvalId, actionId } = at;
  const row = await store.actions.get(tenant, actionId);
  if (row?.state !== "held") return;
  const { verdict, facts, findings } = await rejudge(engine, row, set);
  const { requirements, expiresAt } = row.decision?.approval ?? {};
  const decision = toDecision(verdict, {
    decisionId: newId("dec"),
    actionId: actionId as Id<"act">,
    argsHash: row.action.argsHash,
    decidedAt: new Date(clock.now()).toISOString(),
    stages: row.decision?.stages ?? [],
    traceId: traceIdOf(row.trace),
    ...(verdict.ask && requirements && expiresAt && { approval: { id: approvalId as Id<"apr">, expiresAt } }),
  });
  const done = await store.approvals.rejudged({
    tenant,
    approvalId,
    decision,
    verdict,
    facts,
    findings,
    actor: { system: "escalation" },
  });
  if (done.status !== "done") return;
  if (verdict.effect === "deny") countDecision("deny", verdict.outcome, "escalation");
  engine.audit.record({ message: { action: row.action }, verdict, facts }, decision);
}

/** A publish costs nothing for what waits: whatever was judged by another set is found here, and at its claim at the latest. */
export async function rejudgeHeld(engine: Engine): Promise<void> {
  const found = await engine.store.approvals.outdated(REJUDGE_ROWS);
  for (const [tenant, outdated] of Map.groupBy(found, (each) => each.tenant)) {
    // Read from the store: this process may not have heard of the publish yet.
    const set = await engine.policies.refresh(tenant);
    for (const at of outdated)
      await again(engine, at, set).catch((error: unknown) =>
        engine.log.warn({ error, approvalId: at.approvalId }, "not judged again; it is tried again"),
      );
  }
}
