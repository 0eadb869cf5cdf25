// stops.ts — end a session, or stop everything: from then on every claim is refused and every new action denied

import { KillSwitchRequest, SessionRequest } from "@holdpoint/wire/access.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { notFound } from "../query.ts";
import { actorOf } from "../refusals.ts";
import { ok, route } from "../route.ts";

const STOPPERS = ["operator", "admin"] as const;

function sessionId(params: Readonly<Record<string, string>>): string {
  const id = params["id"] ?? "";
  if (id === "" || id.length > limits.nameCharsMax || id.includes("\0")) throw notFound();
  return id;
}

export const stopRoutes = [
  route({
    method: "POST",
    path: "/v1/sessions/:id/terminate",
    operationId: "terminateSession",
    summary: "Deny everything of a session until it is resumed",
    who: STOPPERS,
    body: SessionRequest,
    answers: { 200: "terminated" },
    async run({ credential, params, body }, { store }) {
      const id = sessionId(params);
      await store.stops.terminateSession(credential.tenant, id, body.reason, actorOf(credential));
      return ok({ id, state: "terminated", reason: body.reason });
    },
  }),
  route({
    method: "POST",
    path: "/v1/sessions/:id/resume",
    operationId: "resumeSession",
    summary: "Let a terminated session go on",
    who: STOPPERS,
    body: SessionRequest,
    answers: { 200: "resumed" },
    async run({ credential, params, body }, { store }) {
      const id = sessionId(params);
      await store.stops.resumeSession(credential.tenant, id, body.reason, actorOf(credential));
      return ok({ id, state: "active", reason: body.reason });
    },
  }),
  route({
    method: "PUT",
    path: "/v1/kill-switch",
    operationId: "setKillSwitch",
    summary: "Engage or release the kill switch, of one agent or of all",
    who: STOPPERS,
    body: KillSwitchRequest,
    answers: { 200: "the switch as it is now" },
    async run({ credential, body }, { store }) {
      if (body.reason.trim() === "") throw new Fault("invalid", "`/reason`: expected a reason", { at: "/reason" });
      await store.stops.killSwitch(credential.tenant, body.engaged, body.agent, body.reason, actorOf(credential));
      return ok({ ...body, switches: await store.stops.engaged(credential.tenant) });
    },
  }),
  route({
    method: "GET",
    path: "/v1/kill-switch",
    operationId: "getKillSwitch",
    summary: "Which kill switches are engaged",
    who: [...STOPPERS, "auditor", "approver"],
    answers: { 200: "the engaged switches" },
    async run({ credential }, { store }) {
      const switches = await store.stops.engaged(credential.tenant);
      return ok({ engaged: switches.some(({ agent }) => agent === undefined), switches });
    },
  }),
];
