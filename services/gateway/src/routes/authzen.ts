// authzen.ts — OpenID AuthZEN 1.0: may this subject do this? A yes is a claim whose outcome nobody reports (rulings §C8)

import type { ActionRow } from "@holdpoint/store/types.ts";
import type { Credential } from "@holdpoint/wire/access.ts";
import { JsonObject, Proposal } from "@holdpoint/wire/action.ts";
import { Fault, isFault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { name } from "@holdpoint/wire/scalars.ts";
import { z } from "zod";
import { accept } from "../attest.ts";
import { fit } from "../body.ts";
import { claimAction } from "../claim.ts";
import { traceOf } from "../headers.ts";
import { mayPropose } from "../may-propose.ts";
import type { Gateway } from "../parts.ts";
import { pinsOf } from "../pins.ts";
import { newAction, requestHashOf } from "../propose.ts";
import { actorOf } from "../refusals.ts";
import { type Call, ok, route } from "../route.ts";
import { actionBody } from "../view.ts";
import { followed } from "./actions.ts";

const WHO = ["authzen"] as const;
/** The protocol knows no "later": what is not decided by then cannot be decided. */
const WAIT_MS = 10_000;
const SESSION = "authzen";

const Subject = z.strictObject({ type: z.literal("agent"), id: name(), properties: JsonObject.optional() });
const ToolName = z.strictObject({ name: name(), properties: JsonObject.optional() });
const Resource = z.strictObject({ type: name(), id: name(4096), properties: JsonObject.optional() });
const Evaluation = z.strictObject({
  subject: Subject,
  action: ToolName,
  resource: Resource,
  context: JsonObject.optional(),
});
type Evaluation = z.output<typeof Evaluation>;
const Evaluations = z.strictObject({
  ...Evaluation.partial().shape,
  evaluations: z.array(Evaluation.partial()).min(1).max(limits.listItemsMax),
  options: z
    .strictObject({
      evaluations_semantic: z.enum(["execute_all", "deny_on_first_deny", "permit_on_first_permit"]).optional(),
    })
    .optional(),
});

/** Where a field of the proposal came from, so that an error names the caller's own place. */
const ORIGINS: readonly [ours: string, theirs: string][] = [
  ["/principal/agent", "/subject/id"],
  ["/principal", "/subject/properties"],
  ["/tool", "/action/name"],
  ["/resource/type", "/resource/type"],
  ["/resource", "/resource/properties"],
];

function asProposal({ subject, action, resource, context }: Evaluation): Proposal {
  const { args = {}, session = { id: SESSION }, ...rest } = context ?? {};
  try {
    return fit(Proposal, {
      ...rest,
      tool: action.name,
      args,
      session,
      principal: { ...subject.properties, agent: subject.id },
      resource: { path: resource.id, ...resource.properties, type: resource.type },
    });
  } catch (error) {
    if (!isFault(error)) throw error;
    const at = error.place.at ?? "";
    const origin = ORIGINS.find(([ours]) => at === ours || at.startsWith(`${ours}/`));
    const place = origin ? origin[1] + at.slice(origin[0].length) : `/context${at}`;
    throw new Fault(error.code, error.message.replace(`\`${at}\``, `\`${place}\``), { at: place });
  }
}

/** Something that the caller would have to do, and that a yes or no cannot tell it. */
const obliges = ({ decision }: ActionRow): boolean =>
  decision === undefined ||
  decision.sandbox.required !== undefined ||
  decision.modifications !== undefined ||
  decision.redactions.length > 0;

/** Claimed, and at once of unknown outcome: whoever asked will not come back to tell. */
async function taken(
  gateway: Gateway,
  call: Pick<Call, "credential" | "header">,
  proposal: Proposal,
  row: ActionRow,
): Promise<boolean> {
  const { credential } = call;
  try {
    const claimant = { credential, request: pinsOf(proposal), under: traceOf(call) };
    const claimed = await claimAction(gateway, row, claimant);
    const done = await gateway.store.actions.transition({
      tenant: row.action.tenant,
      actionId: row.action.id,
      from: ["executing"],
      to: "outcome_unknown",
      actor: actorOf(credential),
      ...(claimed.claim && { claimNumber: claimed.claim.number }),
      reason: "answered by AuthZEN: nobody reports",
    });
    return done.status === "done";
  } catch (error) {
    if (isFault(error) && error.code === "not_claimable") return false;
    throw error;
  }
}

interface Evaluated {
  decision: boolean;
  context: object;
}

async function evaluate(
  gateway: Gateway,
  call: Pick<Call, "credential" | "header" | "gone">,
  asked: Evaluation,
): Promise<Evaluated> {
  const { credential, gone } = call;
  const proposal = asProposal(asked);
  await mayPropose(gateway, credential, proposal, { agent: "/subject/id", audience: "/context/audience" });
  const entered = await gateway.intake.take(accept(proposal, credential, newAction(gateway.clock)), {
    requestHash: requestHashOf(proposal),
    waits: true,
    under: traceOf(call),
  });
  const row = await followed(entered, { wait: WAIT_MS }, gone);
  if (!row.decision) throw new Fault("not_ready", "there was no decision in time", { actionId: row.action.id });
  const claimable = row.state === "allowed" || row.state === "approved";
  const decision = claimable && !obliges(row) && (await taken(gateway, call, proposal, row));
  return { decision, context: contextOf(row, credential) };
}

function contextOf(row: ActionRow, credential: Credential): object {
  const { decision } = actionBody(row, credential) as { decision: Record<string, unknown> };
  const { decisionId, effect, outcome, message, reason } = decision;
  return { decisionId, effect, outcome, reason_user: message, ...(reason !== undefined && { reason_admin: reason }) };
}

/** Echoed, as the protocol asks, so that a caller can match its logs. */
function requestId({ header }: Pick<Call, "header">): Record<string, string> {
  const id = header("x-request-id");
  return id !== undefined && /^[\x21-\x7e]{1,200}$/.test(id) ? { "x-request-id": id } : {};
}

export const authzenRoutes = [
  route({
    method: "POST",
    path: "/access/v1/evaluation",
    operationId: "evaluateAccess",
    summary: "AuthZEN: one evaluation; an ask, an obligation or a required sandbox is `false`",
    who: WHO,
    body: Evaluation,
    answers: { 200: "`decision` and its `context`" },
    async run(call, gateway) {
      return ok(await evaluate(gateway, call, call.body), requestId(call));
    },
  }),
  route({
    method: "POST",
    path: "/access/v1/evaluations",
    operationId: "evaluateAccesses",
    summary: "AuthZEN: several evaluations; what one leaves out is taken from the request",
    who: WHO,
    body: Evaluations,
    answers: { 200: "`evaluations`, in order" },
    async run(call, gateway) {
      const { evaluations, options, ...common } = call.body;
      const stop = { deny_on_first_deny: false, permit_on_first_permit: true, execute_all: undefined };
      const stopAt = stop[options?.evaluations_semantic ?? "execute_all"];
      const answers: Evaluated[] = [];
      for (const each of evaluations) {
        const answer = await evaluate(gateway, call, fit(Evaluation, { ...common, ...each }));
        answers.push(answer);
        if (answer.decision === stopAt) break;
      }
      return ok({ evaluations: answers }, requestId(call));
    },
  }),
  route({
    method: "GET",
    path: "/.well-known/authzen-configuration",
    operationId: "authzenConfiguration",
    summary: "AuthZEN: where the endpoints are",
    who: "anyone",
    answers: { 200: "the metadata" },
    run({ header }) {
      const base = `http://${header("host") ?? "localhost"}`;
      return ok({
        policy_decision_point: base,
        access_evaluation_endpoint: `${base}/access/v1/evaluation`,
        access_evaluations_endpoint: `${base}/access/v1/evaluations`,
      });
    },
  }),
];
