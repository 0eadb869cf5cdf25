// actions.ts — proposed actions: accept, read, dispatch again, and note what changes no state

import { limits } from "@holdpoint/wire/limits.ts";
import { writtenOnce } from "@holdpoint/wire/written.ts";
import { textArray, valueArray } from "./arrays.ts";
import { createBlob } from "./blob.ts";
import { writeEvent } from "./evidence.ts";
import { writeNote } from "./note.ts";
import type { Database } from "./pool.ts";
import { readActions } from "./rows.ts";
import type { TenantKey, TenantKeys } from "./seal.ts";
import type { Actions } from "./store.ts";
import type { ActionRow, NewAction, Proposed } from "./types.ts";

type Reading = Pick<
  Actions,
  | "byIdempotencyKey"
  | "propose"
  | "assure"
  | "get"
  | "many"
  | "states"
  | "heartbeat"
  | "redispatch"
  | "retake"
  | "overdue"
  | "note"
>;

interface ProposeAnswer {
  r_n: number;
  r_status: Proposed["status"];
  r_id: string;
  r_at: Date;
  r_receipt: string | null;
  r_open: number;
}

const PROPOSE =
  "SELECT * FROM holdpoint.propose($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";

export function actions(database: Database, keys: TenantKeys, openActionsPerAgentMax: number): Reading {
  async function get(tenant: string, ids: readonly string[]) {
    return readActions(database, await keys.of(tenant), tenant, ids);
  }

  return {
    async propose(tenant, items) {
      if (items.length === 0) return [];
      const key = await keys.of(tenant);
      const values = proposeValues(key, tenant, items, openActionsPerAgentMax);
      const answers = await database.call<ProposeAnswer>("propose", PROPOSE, values);
      const existing = answers.filter(({ r_status }) => r_status === "replayed" || r_status === "joined");
      const found = await get(
        tenant,
        existing.map(({ r_id }) => r_id),
      );
      const rowOf = new Map(existing.map(({ r_n }, at) => [r_n, found[at]]));
      return items.map((item, n) => {
        const answer = answers[n];
        return proposed(item, answer, answer && rowOf.get(answer.r_n));
      });
    },
    async assure(tenant, actionIds) {
      const sql = "SELECT assure AS id FROM holdpoint.assure($1, $2)";
      const rows = await database.call<{ id: string }>("assure", sql, [tenant, actionIds]);
      return new Set(rows.map(({ id }) => id));
    },
    async get(tenant, actionId) {
      return (await get(tenant, [actionId]))[0];
    },
    many: get,
    async states(tenant, actionIds) {
      const rows = await database.call<{ id: string; state: ActionRow["state"]; version: number }>(
        "read_states",
        "SELECT * FROM holdpoint.read_states($1, $2)",
        [tenant, actionIds],
      );
      return new Map(rows.map(({ id, state, version }) => [id, { state, version }]));
    },
    async heartbeat(tenant, actionId, claimNumber, leaseMs) {
      const [row] = await database.call<{ until: Date | null }>(
        "heartbeat",
        "SELECT holdpoint.heartbeat($1, $2, $3, $4) AS until",
        [tenant, actionId, claimNumber, leaseMs],
      );
      return row?.until ?? undefined;
    },
    async redispatch(tenant, actionIds) {
      const rows = await database.call<{ r_id: string }>("redispatch", "SELECT * FROM holdpoint.redispatch($1, $2)", [
        tenant,
        actionIds,
      ]);
      const found = await get(tenant, rows.map(({ r_id }) => r_id).sort());
      return found.filter((row) => row !== undefined);
    },
    async retake(tenant, actionIds) {
      const sql = "SELECT * FROM holdpoint.retake($1, $2, $3)";
      const rows = await database.call<{ r_id: string }>("retake", sql, [tenant, actionIds, limits.retakenMs]);
      return new Set(rows.map(({ r_id }) => r_id));
    },
    async overdue(olderThanMs, rows) {
      const found = await database.call<{ r_tenant: string; r_id: string }>(
        "overdue",
        "SELECT * FROM holdpoint.overdue($1, $2)",
        [olderThanMs, rows],
      );
      return found.map(({ r_tenant, r_id }) => ({ tenant: r_tenant, actionId: r_id }));
    },
    async byIdempotencyKey(tenant, credential, key) {
      const [found] = await database.inTenant(tenant, (tx) =>
        tx.query<{ action_id: string }>(
          "SELECT action_id FROM idempotency_keys WHERE tenant = $1 AND credential = $2 AND key = $3",
          [tenant, credential, key],
        ),
      );
      return found && (await get(tenant, [found.action_id]))[0];
    },
    async note(tenant, actionId, type, actor, detail) {
      return writeNote(database, await keys.of(tenant), tenant, actionId, type, actor, detail);
    },
  };
}

/** In the order of the SQL function's parameters; its comment names the parts of an item. */
function proposeValues(key: TenantKey, tenant: string, items: NewAction[], openMax: number): unknown[] {
  const blob = createBlob();
  const events: string[] = [];
  const places = items.flatMap(({ action, trace }) => {
    const event = writeEvent(key, {
      tenant,
      actionId: action.id,
      type: "proposed",
      state: "received",
      actor: { credential: action.credential },
      argsMac: key.mac("args", action.argsHash),
      content: {},
    });
    events.push(event.id);
    const sealed = key.seal(action.id, "action", writtenOnce(action));
    return [sealed, event.payload, event.content, JSON.stringify(trace)].flatMap(blob.add);
  });
  const actions = items.map(({ action }) => action);
  return [
    tenant,
    textArray(actions.map(({ id }) => id)),
    textArray(actions.map(({ credential }) => credential)),
    textArray(actions.map(({ principal }) => principal.agent)),
    textArray(actions.map(({ session }) => session.id)),
    textArray(actions.map(({ tool }) => tool)),
    textArray(actions.map(({ mode }) => mode)),
    textArray(actions.map(({ audience }) => audience ?? null)),
    textArray(actions.map(({ toolVersion }) => toolVersion ?? null)),
    textArray(items.map(({ idempotencyKey }) => idempotencyKey ?? null)),
    // only ever compared with another one under the same key
    textArray(
      items.map(({ idempotencyKey, requestHash }) =>
        idempotencyKey === undefined ? null : key.mac("request", requestHash),
      ),
    ),
    textArray(items.map(({ joinHash }) => key.mac("join", joinHash))),
    valueArray(items.map(({ decideWithinMs }) => decideWithinMs)),
    textArray(events),
    valueArray(places),
    blob.bytes(),
    openMax,
    // an action that was edited, escalated or promoted is a new one by intent: it joins nothing
    valueArray(items.map(({ action }) => action.replaces !== undefined)),
    items.every(({ lazily }) => lazily === true),
  ];
}

function proposed(item: NewAction, answer: ProposeAnswer | undefined, row: ActionRow | undefined): Proposed {
  if (!answer) throw new Error(`propose gave no answer for \`${item.action.id}\``);
  if (answer.r_status === "conflict") return { status: "conflict", actionId: answer.r_id };
  if (answer.r_status === "too_many_open") return { status: "too_many_open", open: answer.r_open };
  if (answer.r_status === "created")
    return {
      status: "created",
      row: {
        action: item.action,
        state: "received",
        version: 1,
        epoch: 1,
        deadlineAt: new Date(answer.r_at.getTime() + item.decideWithinMs),
        dispatchedAt: answer.r_at,
        trace: item.trace,
        receipt: answer.r_receipt ?? "",
      },
    };
  if (!row) throw new Error(`\`${answer.r_id}\` was ${answer.r_status} and is not there`);
  return { status: answer.r_status, row };
}
