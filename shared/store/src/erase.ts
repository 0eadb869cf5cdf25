// erase.ts — take an ended action's arguments, and whatever quoted them, out of the store; the evidence that it was stays

import type { Action } from "@holdpoint/wire/action.ts";
import type { Card } from "@holdpoint/wire/approval.ts";
import type { Actor } from "@holdpoint/wire/event.ts";
import type { Judgement } from "./judgement.ts";
import { noteWithin } from "./note.ts";
import type { Database, Transaction } from "./pool.ts";
import type { Part, TenantKey, TenantKeys } from "./seal.ts";

export type Erased =
  | { status: "erased" }
  /** it was before */
  | { status: "already" }
  /** it has not ended: what it would run is still needed */
  | { status: "open" }
  | { status: "unknown" };

/** In the place of what was said. */
const GONE = "[erased]";

/** Who, when and which tool stay; what was passed to it, why, and even the hash by which a guess could be tried do not. */
function emptied({ plan: _plan, bindings: _bindings, resource: _resource, cwd: _cwd, ...action }: Action): Action {
  return { ...action, args: {}, argsHash: GONE };
}

/** What was decided and by which rules; not the facts and the words, which quote the arguments. */
const bare = ({ decision }: Judgement): Judgement => ({
  decision: { ...decision, reason: GONE, findings: [], redactions: [], argsHash: GONE },
});

/** People's answers are theirs: who said what stays. Of all other events nothing but the person does. */
const ANSWERS: readonly string[] = ["voted", "approved", "rejected", "revoked"];

interface EventContent {
  id: string;
  type: string;
  content: Buffer;
}

function eventWithout(key: TenantKey, { id, content }: EventContent) {
  const { person } = JSON.parse(key.open(id, "event", content)) as { person?: unknown };
  const kept = person === undefined ? undefined : JSON.stringify({ person });
  return { part: "event", id, sealed: kept === undefined ? null : key.seal(id, "event", kept).toString("base64") };
}

interface SealedRow {
  id: string;
  sealed: Buffer;
}

function replaced(key: TenantKey, part: Part, { id, sealed }: SealedRow, change: (kept: never) => unknown) {
  const kept = JSON.parse(key.open(id, part, sealed)) as never;
  return { part, id, sealed: key.seal(id, part, JSON.stringify(change(kept))).toString("base64") };
}

async function sealedRows(tx: Transaction, key: TenantKey, actionId: string): Promise<object[]> {
  const read = (table: string, column: string) =>
    tx.query<SealedRow>(`SELECT id, sealed FROM ${table} WHERE ${column} = $1`, [actionId]);
  const card: Card = { text: GONE, sha256: GONE, truncated: true };
  const events = await tx.query<EventContent>(
    "SELECT id, type, content FROM events WHERE action_id = $1 AND content IS NOT NULL AND type <> ALL ($2)",
    [actionId, ANSWERS],
  );
  const questions = await tx.query<{ id: string }>(
    "SELECT q.id FROM questions q JOIN approvals a ON a.id = q.approval_id WHERE a.action_id = $1",
    [actionId],
  );
  const said = (id: string, part: Part) => key.seal(id, part, GONE).toString("base64");
  return [
    ...events.map((event) => eventWithout(key, event)),
    ...questions.map(({ id }) => ({ part: "question", id, sealed: said(id, "question"), answer: said(id, "answer") })),
    ...(await read("actions", "id")).map((row) => replaced(key, "action", row, emptied)),
    ...(await read("decisions", "action_id")).map((row) => replaced(key, "decision", row, bare)),
    ...(await read("approvals", "action_id")).map((row) =>
      replaced(key, "approval", row, (kept: object) => ({ ...kept, card })),
    ),
  ];
}

/** Committed together with its `erased` event. Hashes and signatures still verify: they cover commitments, not words. */
export function erase(
  database: Database,
  keys: TenantKeys,
): (tenant: string, actionId: string, actor: Actor, reason?: string) => Promise<Erased> {
  return async (tenant, actionId, actor, reason) => {
    const key = await keys.of(tenant);
    return database.inTenant(tenant, async (tx) => {
      for (;;) {
        const rows = await sealedRows(tx, key, actionId);
        const [answer] = await tx.query<{ status: Erased["status"] | "again" }>(
          "SELECT erase_action($1, $2, $3) AS status",
          [tenant, actionId, JSON.stringify(rows)],
        );
        const status = answer?.status ?? "unknown";
        if (status === "again") continue; // decided once more between the two
        if (status === "erased")
          await noteWithin(tx, key, tenant, "erased", actor, reason === undefined ? {} : { reason }, actionId);
        return { status };
      }
    });
  };
}
