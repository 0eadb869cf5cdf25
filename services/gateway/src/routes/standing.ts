// standing.ts — standing grants: none can be made yet (a vote that asks for one is refused), so the list is empty

import { notFound } from "../query.ts";
import { type noContent, ok, route } from "../route.ts";

const WHO = ["approver", "operator", "auditor", "admin"] as const;

export const standingRoutes = [
  route({
    method: "GET",
    path: "/v1/grants",
    operationId: "listGrants",
    summary: "Standing grants",
    who: WHO,
    answers: { 200: "all standing grants" },
    run: () => ok({ items: [] }),
  }),
  route({
    method: "DELETE",
    path: "/v1/grants/:id",
    operationId: "revokeGrant",
    summary: "Revoke a standing grant",
    who: ["approver", "operator", "admin"],
    answers: { 204: "revoked" },
    run(): typeof noContent {
      throw notFound();
    },
  }),
];
