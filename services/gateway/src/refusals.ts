// refusals.ts — refused requests are evidence too (rulings §F): noted beside the answer, never instead of it

import type { Clock } from "@holdpoint/runtime/clock.ts";
import { createCounted } from "@holdpoint/runtime/counted.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import type { Store } from "@holdpoint/store/store.ts";
import type { Credential } from "@holdpoint/wire/access.ts";
import type { Actor } from "@holdpoint/wire/event.ts";
import { FAULTS, type Fault } from "@holdpoint/wire/fault.ts";
import { id } from "@holdpoint/wire/scalars.ts";
import type { Gateway } from "./parts.ts";
import type { Route } from "./route.ts";

export const actorOf = ({ id: credential, person }: Credential): Actor => ({
  credential,
  ...(person !== undefined && { person }),
});

interface Refused {
  tenant: string;
  actionId?: string | undefined;
  type: string;
  actor: Actor;
  detail: Record<string, unknown>;
}

export interface Refusals {
  /**
   * Evidence without a version. The first of its kind is written at once; its like of the next ten seconds are one more
   * event with their number. Never throws: a refusal stays one when the evidence of it could not be written.
   * @param like what tells kinds apart, beside tenant, type and credential: of few values
   */
  note(refused: Refused, like: string): Promise<void>;
  /** Writes the counts that are still open. */
  flush(): Promise<void>;
}

const FLUSH_EVERY_MS = 30_000;

/** @param closing ends the look after counts that are still open; what is open then is the closer's to flush */
export function createRefusals(
  { store, clock, log }: { store: Pick<Store, "actions">; clock: Clock; log: Log },
  closing: AbortSignal,
): Refusals {
  const counted = createCounted<Refused>(clock, ({ tenant, actionId, type, actor, detail }, times) =>
    store.actions.note(tenant, actionId, type, actor, { ...detail, times }).then(
      () => undefined,
      (error: unknown) => log.error({ error, type, ...detail, times }, "a refusal was not recorded"),
    ),
  );
  const timer = setInterval(() => void counted.flush(), FLUSH_EVERY_MS).unref();
  closing.addEventListener("abort", () => clearInterval(timer), { once: true });
  return {
    note: (refused, like) =>
      counted.note(JSON.stringify([refused.tenant, refused.type, refused.actor.credential ?? "", like]), refused),
    flush: () => counted.flush(),
  };
}

/** Faults whose evidence a route has written in words of its own. */
const told = new WeakSet<Fault>();

/** Records an event of its own, each time, and throws. A store that cannot take it changes nothing about the refusal. */
export async function refuse(
  { store, log }: Pick<Gateway, "store" | "log">,
  credential: Credential,
  about: { actionId?: string | undefined; type: string; detail: Record<string, unknown> },
  fault: Fault,
): Promise<never> {
  const { actionId, type, detail } = about;
  await store.actions.note(credential.tenant, actionId, type, actorOf(credential), detail).catch((error: unknown) => {
    log.warn({ error, type, actionId }, "a refusal was not recorded");
  });
  told.add(fault);
  throw fault;
}

/** What a request was about, where that is a row of its tenant: an approval leads to its action. */
async function aboutOf({ store }: Gateway, tenant: string, named: string | undefined): Promise<Partial<Refused>> {
  if (id("act").safeParse(named).success)
    return { actionId: (await store.actions.get(tenant, named ?? ""))?.action.id };
  if (!id("apr").safeParse(named).success) return {};
  return { actionId: (await store.approvals.get(tenant, named ?? ""))?.actionId };
}

const WORDS_MAX = 300;
const cut = (text: unknown): string | undefined => (typeof text === "string" ? text.slice(0, WORDS_MAX) : undefined);

/** Under whose name strangers are written down: nobody knows whose they are. */
const STRANGERS_TENANT = "default";

/**
 * The evidence of a request that would have changed something and was refused, whatever was wrong with it: key, role,
 * id, field, time. What a route has told in its own words is not told twice; trouble of ours is no refusal.
 */
export async function noteRefused(
  gateway: Gateway,
  route: Pick<Route, "method" | "operationId" | "refused">,
  by: { caller: Credential | undefined; params: Readonly<Record<string, string>> },
  fault: Fault,
): Promise<void> {
  if (told.has(fault) || route.method === "GET" || FAULTS[fault.code].status >= 500) return;
  const { caller, params } = by;
  const tenant = caller?.tenant ?? gateway.signIn?.tenant ?? STRANGERS_TENANT;
  const named = params["id"];
  const about = caller === undefined ? {} : await aboutOf(gateway, tenant, named).catch(() => ({}));
  const { code, message, place } = fault;
  await gateway.refusals.note(
    {
      tenant,
      ...about,
      type: route.refused ?? "request.refused",
      actor: caller === undefined ? { channel: "api" } : actorOf(caller),
      detail: { code, operation: route.operationId, reason: cut(message), at: cut(place.at), named: cut(named) },
    },
    // Of strangers nothing that they chose tells their like apart: nobody fills the evidence without a key.
    [code, route.operationId, ...(caller === undefined ? [] : [about.actionId, cut(place.at)])].join(" "),
  );
}
