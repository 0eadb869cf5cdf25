// held.ts — a store on a database of its own with a policy, and actions that are held in it

import { renderCard } from "@holdpoint/core/escalation/card.ts";
import { pack } from "@holdpoint/core/rules/packs.ts";
import { sampleAction, sampleAsk, sampleFacts, sampleVerdict } from "@holdpoint/core/sample.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import { openStore } from "@holdpoint/store/open.ts";
import type { Store } from "@holdpoint/store/store.ts";
import { privateDatabase } from "@holdpoint/testkit/postgres.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import type { Approval } from "@holdpoint/wire/approval.ts";
import { log } from "./world.ts";

export const masterKey = Buffer.alloc(32, 7);

export interface HeldStore {
  store: Store;
  url: string;
  /** an action that waits for one person with the role */
  hold(overrides?: Partial<Action>, role?: string): Promise<Approval>;
  close(): Promise<void>;
}

export async function heldStore(): Promise<HeldStore> {
  const database = await privateDatabase();
  const store = await openStore({ url: database.url, masterKey, log });
  await store.policies.installBase([pack("coding-agent")], { system: "test" });
  const { digest } = await store.policies.active("default");
  return {
    store,
    url: database.url,
    async hold(overrides = {}, role = "repo-owner") {
      const action = sampleAction({ id: newId("act"), ...overrides });
      const { id, tenant } = action;
      const item = { action, requestHash: id, joinHash: id, trace: {}, decideWithinMs: 60_000 };
      const [proposed] = await store.actions.propose(tenant, [item]);
      if (proposed?.status !== "created") throw new Error(`not accepted: ${JSON.stringify(proposed)}`);
      const facts = sampleFacts(action);
      const ask = sampleAsk({ requirements: [{ role, quorum: 1 }] });
      const verdict = sampleVerdict({ effect: "ask", outcome: "require_approval", ask, policyDigest: digest });
      const approvalId = newId("apr");
      const expiresAt = new Date(Date.now() + 3_600_000);
      const [settled] = await store.actions.settle(tenant, [
        {
          tenant,
          actionId: id,
          epoch: proposed.row.epoch,
          state: "held",
          verdict,
          facts,
          findings: [],
          actor: { system: "escalation" },
          command: "",
          approval: {
            id: approvalId,
            ask,
            card: renderCard({ action, facts, verdict }),
            basis: "sha256:basis",
            expiresAt,
          },
          decision: {
            decisionId: newId("dec"),
            actionId: id,
            effect: "ask",
            outcome: "require_approval",
            reason: "somebody should look",
            message: "",
            rules: [],
            risk: { score: 72, contributions: [] },
            findings: [],
            sandbox: { recommended: "none" },
            redactions: [],
            alerts: [],
            policyDigest: digest,
            stages: [],
            decidedAt: new Date().toISOString(),
          },
        },
      ]);
      if (settled?.status !== "settled") throw new Error(`not held: ${JSON.stringify(settled)}`);
      const approval = await store.approvals.get(tenant, approvalId);
      if (approval === undefined) throw new Error("no approval");
      return approval;
    },
    async close() {
      await store.close();
      await database.drop();
    },
  };
}
