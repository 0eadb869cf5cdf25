// erase.ts — an ended action's arguments leave the store; that it was, and what was decided, stays

import { Fault } from "@holdpoint/wire/fault.ts";
import { EraseRequest } from "@holdpoint/wire/grant.ts";
import { notFound, pathId } from "../query.ts";
import { actorOf } from "../refusals.ts";
import { ok, route } from "../route.ts";

export const eraseRoutes = [
  route({
    method: "POST",
    path: "/v1/actions/:id/erase",
    operationId: "eraseAction",
    summary: "Erase the arguments of an action that has ended, and whatever quoted them",
    who: ["operator", "admin"],
    body: EraseRequest,
    bodyOptional: true,
    answers: { 200: "erased, now or before", 409: "it has not ended" },
    async run({ credential, params, body }, { store }) {
      const actionId = pathId("act", params["id"]);
      const { status } = await store.actions.erase(credential.tenant, actionId, actorOf(credential), body.reason);
      if (status === "unknown") throw notFound();
      if (status === "open")
        throw new Fault("illegal_transition", "an action is erased when it has ended, not before", { actionId });
      return ok({ actionId, erased: true });
    },
  }),
];
