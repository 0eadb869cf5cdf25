// before.ts — a call that is about to run: proposed with a claim, and let through only on a grant

import { randomUUID } from "node:crypto";
import { type Meaning, meaningOf } from "@holdpoint/core/hooks/answer.ts";
import type { Client, HookCall, JsonRecord } from "@holdpoint/core/hooks/clients.ts";
import { type OnHold, proposalOf } from "@holdpoint/core/hooks/exchange.ts";
import type { HookSettings } from "./settings.ts";
import { request } from "./wire.ts";

export interface BeforeDeps {
  settings: HookSettings;
  client: Client;
  onHold: OnHold;
  signal: AbortSignal;
  /** ms that are left until our own deadline */
  leftMs(): number;
}

/** Kept back from what we let the gateway wait, so that its answer still arrives in time. */
const marginMs = 400;
const waitMsMax = 60_000;
const waitMs = (leftMs: number): number => Math.max(0, Math.min(waitMsMax, Math.floor(leftMs - marginMs)));

/** Stays with a held action until it is answered or our time is nearly over, then claims it where it was approved. */
async function waitForPeople(held: Extract<Meaning, { kind: "held" }>, args: JsonRecord, deps: BeforeDeps) {
  const path = `/v1/actions/${encodeURIComponent(held.actionId)}`;
  for (;;) {
    const wait = waitMs(deps.leftMs());
    if (wait === 0) return held;
    const { status, body } = await request(
      deps.settings,
      { method: "GET", path: `${path}?wait=${wait}&until=settled` },
      deps.signal,
    );
    const state = typeof body === "object" && body !== null && !Array.isArray(body) ? body["state"] : undefined;
    if (state === "held") continue;
    if (state !== "approved") return meaningOf(status, body, args);
    const claimed = await request(
      deps.settings,
      { method: "POST", path: `${path}/claim`, body: {}, idempotencyKey: randomUUID() },
      deps.signal,
    );
    return meaningOf(claimed.status, claimed.body, args, { fresh: true });
  }
}

/** Throws where no usable answer could be had. */
export async function askBefore(call: HookCall, deps: BeforeDeps): Promise<Meaning> {
  const path = `/v1/actions?wait=${waitMs(deps.leftMs())}`;
  const { status, body } = await request(
    deps.settings,
    { method: "POST", path, body: proposalOf(call, deps.client) },
    deps.signal,
  );
  const meaning = meaningOf(status, body, call.input);
  return meaning.kind === "held" && deps.onHold === "wait" ? waitForPeople(meaning, call.input, deps) : meaning;
}
