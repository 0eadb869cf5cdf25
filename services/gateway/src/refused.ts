// refused.ts — refused requests are evidence too (rulings §F): noted beside the answer, never instead of it

import type { Credential } from "@holdpoint/wire/access.ts";
import { FAULTS, type Fault } from "@holdpoint/wire/fault.ts";
import { id } from "@holdpoint/wire/scalars.ts";
import type { Gateway } from "./parts.ts";
import { actorOf } from "./refusals.ts";
import type { Route } from "./route.ts";

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
async function aboutOf(
  { store }: Gateway,
  tenant: string,
  named: string | undefined,
): Promise<{ actionId?: string | undefined }> {
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
