// standing.ts — what answers without a person: standing grants, and denials that are remembered; listed, ended, forgotten

import { notFound, pathId } from "../query.ts";
import { actorOf } from "../refusals.ts";
import { noContent, ok, route } from "../route.ts";

const WHO = ["approver", "operator", "auditor", "admin"] as const;
const ENDS = ["approver", "operator", "admin"] as const;

export const standingRoutes = [
  route({
    method: "GET",
    path: "/v1/grants",
    operationId: "listGrants",
    summary: "Standing grants: a yes for the next ones of the same call, newest first",
    who: WHO,
    answers: { 200: "all standing grants of the last month" },
    async run({ credential }, { store }) {
      return ok({ items: await store.standing.list(credential.tenant) });
    },
  }),
  route({
    method: "DELETE",
    path: "/v1/grants/:id",
    operationId: "revokeGrant",
    summary: "Revoke a standing grant; what it gave and nobody has claimed is asked about again",
    who: ENDS,
    answers: { 204: "revoked" },
    async run({ credential, params }, { store }) {
      if (!(await store.standing.end(credential.tenant, pathId("grt", params["id"]), actorOf(credential))))
        throw notFound();
      return noContent;
    },
  }),
  route({
    method: "GET",
    path: "/v1/denials",
    operationId: "listDenials",
    summary: "Denials that answer the same ask for a while yet",
    who: WHO,
    answers: { 200: "the approvals that were denied, and until when that stands" },
    async run({ credential }, { store }) {
      return ok({ items: await store.standing.denials(credential.tenant) });
    },
  }),
  route({
    method: "DELETE",
    path: "/v1/denials/:id",
    operationId: "forgetDenial",
    summary: "Forget a denial, by its approval: the next ask is shown to people again",
    who: ENDS,
    answers: { 204: "forgotten" },
    async run({ credential, params }, { store }) {
      if (!(await store.standing.forget(credential.tenant, pathId("apr", params["id"]), actorOf(credential))))
        throw notFound();
      return noContent;
    },
  }),
];
