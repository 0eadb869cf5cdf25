// fixture.ts — a store on a database of its own, its owner's connection beside it, and actions to feed it

import { sampleAction, sampleAsk, sampleFacts, sampleVerdict } from "@holdpoint/core/sample.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { privateDatabase } from "@holdpoint/testkit/postgres.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import type { Decision } from "@holdpoint/wire/decision.ts";
import pg from "pg";
import { openStore, type StoreOptions } from "../src/open.ts";
import type { Store } from "../src/store.ts";
import type { ActionRow, ClaimAttempt, NewAction, NewApproval, NewVote, Settlement } from "../src/types.ts";

export const masterKey = Buffer.alloc(32, 7);
export const log = createLogger("store-test", { level: "silent" });
export const digest = `sha256:${"a".repeat(64)}`;
export const system = { system: "test" };

export interface TestStore {
  store: Store;
  url: string;
  /** as the owner of the tables, whom no row-level security holds back */
  owner: pg.Client;
  close(): Promise<void>;
}

export async function openTestStore(options: Partial<StoreOptions> = {}): Promise<TestStore> {
  const database = await privateDatabase();
  const store = await openStore({ url: database.url, masterKey, log, ...options });
  const owner = new pg.Client({ connectionString: database.url });
  owner.on("error", () => undefined);
  await owner.connect();
  await owner.query("SET search_path = holdpoint");
  await activate(owner, "default", digest);
  return {
    store,
    url: database.url,
    owner,
    async close() {
      await store.close();
      await owner.end();
      await database.drop();
    },
  };
}

/** Makes `sha` the active set of a tenant without compiling anything. */
export async function activate(owner: pg.Client, tenant: string, sha: string): Promise<void> {
  await owner.query("INSERT INTO policy_sets (digest, sources) VALUES ($1, '[]') ON CONFLICT DO NOTHING", [sha]);
  await owner.query("UPDATE tenants SET policy_digest = $2 WHERE tenant = $1", [tenant, sha]);
}

export function newAction(overrides: Partial<Action> = {}, more: Partial<NewAction> = {}): NewAction {
  const id = newId("act");
  const action = sampleAction({ id, ...overrides });
  return { action, requestHash: `request ${id}`, joinHash: `join ${id}`, trace: {}, decideWithinMs: 60_000, ...more };
}

/** Commits one new action and returns its row. */
export async function propose(
  store: Store,
  overrides: Partial<Action> = {},
  more: Partial<NewAction> = {},
): Promise<ActionRow> {
  const item = newAction(overrides, more);
  const [outcome] = await store.actions.propose(item.action.tenant, [item]);
  if (outcome?.status !== "created") throw new Error(`expected a new action, got ${JSON.stringify(outcome)}`);
  return outcome.row;
}

export function newDecision(action: Action, overrides: Partial<Decision> = {}): Decision {
  return {
    decisionId: newId("dec"),
    actionId: action.id,
    effect: "allow",
    outcome: "allow",
    reason: "a reason",
    message: "",
    rules: [{ id: "rule-1", document: "test", effect: "allow" }],
    risk: { score: 3, contributions: [] },
    findings: [],
    sandbox: { recommended: "none" },
    redactions: [],
    alerts: [],
    policyDigest: digest,
    stages: [],
    decidedAt: new Date().toISOString(),
    ...overrides,
  };
}

export function newApproval(overrides: Partial<NewApproval> & { expiresMs?: number } = {}): NewApproval {
  const { expiresMs = 60_000, ...rest } = overrides;
  return {
    id: newId("apr"),
    ask: sampleAsk({ requirements: [{ role: "approver", quorum: 1 }] }),
    card: { text: "the card\n", sha256: "sha256:card", truncated: false },
    basis: "sha256:basis",
    expiresAt: new Date(Date.now() + expiresMs),
    ...rest,
  };
}

export function settlement(
  row: ActionRow,
  state: Settlement["state"],
  overrides: Partial<Settlement> = {},
): Settlement {
  const effect = state === "held" ? "ask" : state === "allowed" ? "allow" : "deny";
  return {
    tenant: row.action.tenant,
    actionId: row.action.id,
    epoch: row.epoch,
    state,
    decision: newDecision(row.action, { effect, outcome: effect === "ask" ? "require_approval" : effect }),
    verdict: sampleVerdict({ effect }),
    facts: sampleFacts(row.action),
    findings: [],
    actor: { system: "rules" },
    command: "git status",
    ...(state === "held" ? { approval: newApproval() } : {}),
    ...overrides,
  };
}

/** Proposes and settles; the row as it stands then. */
export async function decided(
  store: Store,
  state: Settlement["state"],
  action: Partial<Action> = {},
  overrides: Partial<Settlement> = {},
): Promise<ActionRow> {
  const row = await propose(store, action);
  const [outcome] = await store.actions.settle(row.action.tenant, [settlement(row, state, overrides)]);
  if (outcome?.status !== "settled") throw new Error(`expected a settled action, got ${JSON.stringify(outcome)}`);
  return read(store, row);
}

export async function read(store: Store, { action }: ActionRow): Promise<ActionRow> {
  const row = await store.actions.get(action.tenant, action.id);
  if (!row) throw new Error(`\`${action.id}\` is not there`);
  return row;
}

export function attempt(row: ActionRow, overrides: Partial<ClaimAttempt> = {}): ClaimAttempt {
  const { tenant, id, credential } = row.action;
  return {
    tenant,
    actionId: id,
    credential,
    version: row.version,
    policyDigest: digest,
    leaseMs: 60_000,
    actor: { credential },
    ...overrides,
  };
}

export function newVote(row: ActionRow, overrides: Partial<NewVote> = {}): NewVote {
  return {
    tenant: row.action.tenant,
    approvalId: row.approvalId ?? "",
    voteId: newId("vote"),
    voter: "alice",
    credential: newId("key"),
    channel: "cli",
    vote: "approve",
    roles: ["approver"],
    assurance: "signed-in",
    cardSha256: "sha256:card",
    barred: [],
    ...overrides,
  };
}
