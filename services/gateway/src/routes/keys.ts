// keys.ts — credentials: made, listed, rotated and deleted by admins; a key's secret is shown once

import { AGENT_ROLES, type Credential, KeyRequest, type Role } from "@holdpoint/wire/access.ts";
import { Fault, isFault } from "@holdpoint/wire/fault.ts";
import { z } from "zod";
import { agentPatterns } from "../auth.ts";
import type { Gateway } from "../parts.ts";
import { notFound, pathId } from "../query.ts";
import { actorOf } from "../refusals.ts";
import { created, noContent, ok, route } from "../route.ts";
import { change, takesTwo } from "./changes.ts";

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

/** What answers people, or decides who they are: making one is a change of people. */
const HUMAN_ROLES: readonly Role[] = ["approver", "admin", "policy-publisher"];

/** A new secret of somebody else's key would be that somebody's voice in the hand of one admin. */
async function mayHaveSecret(gateway: Gateway, credential: Credential, id: string): Promise<void> {
  const key = (await gateway.store.keys.list(credential.tenant)).find((each) => each.id === id);
  if (key === undefined || !HUMAN_ROLES.includes(key.role) || key.id === credential.id) return;
  if (await takesTwo(gateway, credential))
    throw new Fault("two_person_required", "it is somebody else's key: end it, and propose a new one");
}

export const keyRoutes = [
  route({
    method: "POST",
    path: "/v1/keys",
    operationId: "createKey",
    summary: "Make a key; the answer is the only time that its secret is shown",
    who: ["admin"],
    body: KeyRequest,
    answers: {
      201: "the key with its secret",
      202: "a key for people, where there are two admins: another one confirms it",
    },
    async run({ credential, body }, gateway) {
      const request = completed(body);
      if (HUMAN_ROLES.includes(request.role)) return change(gateway, credential, { kind: "key.create", key: request });
      const { record, key } = await gateway.store.keys.create(credential.tenant, request, actorOf(credential));
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
    async run({ credential, params }, gateway) {
      const { store, door } = gateway;
      const id = pathId("key", params["id"]);
      await mayHaveSecret(gateway, credential, id);
      const rotated = await store.keys.rotate(credential.tenant, id, actorOf(credential));
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
    answers: { 202: "another admin's, where there are two: a second one confirms it", 204: "gone" },
    async run({ credential, params }, gateway) {
      const id = pathId("key", params["id"]);
      const key = (await gateway.store.keys.list(credential.tenant)).find((each) => each.id === id);
      if (key === undefined) throw notFound();
      // Whoever ends the other admins' keys is an only admin afterwards; any other key is ended at once, because it may have leaked.
      if (key.role === "admin" && key.id !== credential.id)
        return change(gateway, credential, { kind: "key.remove", id });
      await gateway.store.keys.remove(credential.tenant, id, actorOf(credential));
      gateway.door.forget();
      return noContent;
    },
  }),
];
