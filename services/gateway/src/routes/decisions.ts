// decisions.ts — what was decided and why, for people

import { endedWords } from "@holdpoint/core/escalation/settled-words.ts";
import { explain } from "@holdpoint/core/explain.ts";
import { actionMask } from "@holdpoint/core/redact/judgement.ts";
import { PEOPLE_ROLES } from "@holdpoint/wire/access.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { EFFECTS, OUTCOMES } from "@holdpoint/wire/scalars.ts";
import { z } from "zod";
import type { Gateway } from "../parts.ts";
import { flag, instant, notFound, pageParameters, pathId, shortText } from "../query.ts";
import { type Call, ok, route } from "../route.ts";

async function found({ store }: Gateway, { credential, params }: Pick<Call, "credential" | "params">) {
  const entry = await store.decisions.get(credential.tenant, pathId("dec", params["id"]));
  if (!entry) throw notFound();
  return entry;
}

export const decisionRoutes = [
  route({
    method: "GET",
    path: "/v1/decisions",
    operationId: "listDecisions",
    summary: "Decisions, newest first",
    who: PEOPLE_ROLES,
    query: z.strictObject({
      effect: z.enum(EFFECTS).optional(),
      outcome: z.enum(OUTCOMES).optional(),
      tool: shortText.optional(),
      agent: shortText.optional(),
      session: shortText.optional(),
      rule: shortText.optional(),
      from: instant.optional(),
      to: instant.optional(),
      ...pageParameters,
    }),
    answers: { 200: "a page of decisions; `next` is the cursor of the next one" },
    async run({ credential, query }, { store }) {
      const { limit = limits.pageItemsDefault, ...filter } = query;
      return ok(await store.decisions.list(credential.tenant, { ...filter, limit }));
    },
  }),
  route({
    method: "GET",
    path: "/v1/decisions/:id",
    operationId: "getDecision",
    summary: "One decision",
    who: PEOPLE_ROLES,
    answers: { 200: "the decision" },
    async run(call, gateway) {
      return ok((await found(gateway, call)).decision);
    },
  }),
  route({
    method: "GET",
    path: "/v1/decisions/:id/explanation",
    operationId: "explainDecision",
    summary: "A decision in sentences; with `trace=true` as a tree of all rules that were tried",
    who: PEOPLE_ROLES,
    query: z.strictObject({ trace: flag.optional() }),
    answers: { 200: "the explanation" },
    async run(call, gateway) {
      const { decision, row } = await found(gateway, call);
      // The row holds the judgement of its current decision; an older one is explained by what it says itself.
      const current = row.decision?.decisionId === decision.decisionId;
      const text = explain(decision, current ? row.verdict : undefined, current ? row.facts : undefined, {
        trace: call.query.trace ?? false,
      });
      const key = await gateway.store.tenants.redactionKey(call.credential.tenant);
      const mask = row.facts ? actionMask(row.action, row.facts, key) : (plain: string) => plain;
      // A decision stays as it was made; what people have answered since then is said beside it.
      const asked =
        decision.approval && (await gateway.store.approvals.get(call.credential.tenant, decision.approval.id));
      const ended = asked && endedWords(asked);
      const whole = ended === undefined ? text : `${text.trimEnd()}\nSince then: ${ended}.`;
      return ok({ decisionId: decision.decisionId, actionId: decision.actionId, text: mask(whole) });
    },
  }),
];
