// keys.ts — credentials: made, listed, rotated and deleted by admins; a key's secret is shown once

import { KeyRequest } from "@holdpoint/wire/access.ts";
import { Fault, isFault } from "@holdpoint/wire/fault.ts";
import { z } from "zod";
import { AGENT_ROLES, agentPatterns } from "../auth.ts";
import { notFound, pathId } from "../query.ts";
import { actorOf } from "../refusals.ts";
import { created, noContent, ok, route } from "../route.ts";

/** A key for agents that names none may speak for any of them; what it attests still says what is believed. */
function completed(request: KeyRequest): KeyRequest {
  const { role, agents, expiresAt } = request;
  try {
    agentPatterns(agents ?? []);
  } catch (error) {
    if (!isFault(error)) throw error;
    const at = `/agents/${error.place["index"]}`;
    throw new Fault("invalid", `\`${at}\`: ${error.message}`, { at }, { cause: error });
  }
  if (expiresAt !== undefined && Date.parse(expiresAt) <= Date.now())
    throw new Fault("invalid", "`/expiresAt`: expected a time to come", { at: "/expiresAt" });
  return AGENT_ROLES.includes(role) ? { ...request, agents: agents ?? ["*"] } : request;
}

export const keyRoutes = [
  route({
    method: "POST",
    path: "/v1/keys",
    operationId: "createKey",
    summary: "Make a key; the answer is the only time that its secret is shown",
    who: ["admin"],
    body: KeyRequest,
    answers: { 201: "the key with its secret" },
    async run({ credential, body }, { store }) {
      const { record, key } = await store.keys.create(credential.tenant, completed(body), actorOf(credential));
      return created({ ...record, key });
    },
  }),
  route({
    method: "GET",
    path: "/v1/keys",
    operationId: "listKeys",
    summary: "The keys of this tenant, without their secrets",
    who: ["admin", "auditor"],
    answers: { 200: "all keys" },
    async run({ credential }, { store }) {
      return ok({ items: await store.keys.list(credential.tenant) });
    },
  }),
  route({
    method: "POST",
    path: "/v1/keys/:id/rotate",
    operationId: "rotateKey",
    summary: "A new secret for a key; the old one stops working",
    who: ["admin"],
    body: z.strictObject({}),
    bodyOptional: true,
    answers: { 200: "the key with its new secret" },
    async run({ credential, params }, { store, door }) {
      const rotated = await store.keys.rotate(credential.tenant, pathId("key", params["id"]), actorOf(credential));
      if (!rotated) throw notFound();
      door.forget();
      return ok({ ...rotated.record, key: rotated.key });
    },
  }),
  route({
    method: "DELETE",
    path: "/v1/keys/:id",
    operationId: "deleteKey",
    summary: "End a key; it stops working everywhere within a second",
    who: ["admin"],
    answers: { 204: "gone" },
    async run({ credential, params }, { store, door }) {
      if (!(await store.keys.remove(credential.tenant, pathId("key", params["id"]), actorOf(credential))))
        throw notFound();
      door.forget();
      return noContent;
    },
  }),
];
