// simulate.ts — what would be decided if these documents were the policy: nothing is kept, nothing runs

import { decide } from "@holdpoint/core/decide.ts";
import { decisionAlone } from "@holdpoint/core/decision.ts";
import type { PolicySet } from "@holdpoint/core/rules/compile.ts";
import { sourceOf } from "@holdpoint/store/policy-source.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import { ATTESTABLE, JsonObject, Proposal, ProposedAction } from "@holdpoint/wire/action.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { PolicyRow, type PolicySource, PolicyWhole } from "@holdpoint/wire/policy.ts";
import { z } from "zod";
import { accept, asProposal } from "../attest.ts";
import { newAction } from "../propose.ts";
import { ok, route } from "../route.ts";
import { POLICY_READERS } from "./policies.ts";

/** A whole document as it is, or as it is written to `/v1/policies`. */
const Candidate = z.union([PolicyWhole, PolicyRow, JsonObject, z.string().max(limits.policyFileBytesMax)]);

const SimulateRequest = z.strictObject({
  candidate: z.array(Candidate).min(1).max(limits.listItemsMax),
  action: z.union([Proposal, ProposedAction]),
});

function source(candidate: z.output<typeof Candidate>, index: number): PolicySource {
  const name = `candidate/${index + 1}`;
  if (typeof candidate === "string") return { name, dialect: "native-yaml", text: candidate };
  const written = PolicyWhole.safeParse(candidate).data ?? PolicyRow.safeParse(candidate).data;
  return written ? sourceOf(written, 1) : { name, dialect: "native-json", text: JSON.stringify(candidate) };
}

const judged = (set: PolicySet, action: Action) => decisionAlone(decide(set, action).verdict);

export const simulateRoutes = [
  route({
    method: "POST",
    path: "/v1/policies/simulate",
    operationId: "simulatePolicy",
    summary: "Judge an action by candidate documents and by what runs now; what the action says counts as attested",
    who: POLICY_READERS,
    body: SimulateRequest,
    answers: {
      200: "the decision by the candidates, the one by what runs now, and whether they differ",
      422: "a candidate does not compile",
    },
    async run({ credential, body }, { policies, clock }) {
      const set = await policies.compile(body.candidate.map(source));
      const action = {
        ...accept(asProposal(body.action), { ...credential, attests: {} }, newAction(clock)),
        attested: [...ATTESTABLE],
      };
      const [decision, active] = [judged(set, action), judged(await policies.active(credential.tenant), action)];
      const changed = decision.effect !== active.effect || decision.outcome !== active.outcome;
      return ok({ decision, active, changed });
    },
  }),
];
