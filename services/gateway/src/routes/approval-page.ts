// approval-page.ts — the full view that every channel's link leads to: the whole card for who signed in, and a form whose POST decides

import { cardHtml, escapeHtml } from "@holdpoint/core/escalation/card-html.ts";
import { soFar } from "@holdpoint/core/escalation/so-far.ts";
import type { Credential } from "@holdpoint/wire/access.ts";
import { type Approval, VoteRequest } from "@holdpoint/wire/approval.ts";
import { FAULTS, Fault, isFault } from "@holdpoint/wire/fault.ts";
import { text } from "@holdpoint/wire/scalars.ts";
import { z } from "zod";
import { actingAs } from "../auth.ts";
import { fit, readForm } from "../body.ts";
import type { Gateway } from "../parts.ts";
import { pathId } from "../query.ts";
import { noteRefused } from "../refused.ts";
import { type Call, route } from "../route.ts";
import { goTo, page, said, sentence } from "../sign-in/pages.ts";
import { deskOf, sameOrigin, signedIn } from "../sign-in/session.ts";
import { voteRoute } from "./votes.ts";

const Decision = z.strictObject({
  decide: z.enum(["approve", "deny"]),
  card: z.string().max(200),
  reason: text().optional(),
});

const particulars = (approval: Approval): string =>
  [
    approval.state,
    ...soFar(approval),
    `until ${approval.expiresAt}`,
    ...approval.votes.map(
      ({ voter, vote, reason }) => `${voter}: ${vote}${reason === undefined ? "" : ` (${reason})`}`,
    ),
  ].join(" · ");

function form({ card, state }: Approval): string {
  if (state !== "pending") return "";
  const approve = card.truncated ? "" : `<button name="decide" value="approve">Approve</button>`;
  return (
    `<form method="post"><input type="hidden" name="card" value="${escapeHtml(card.sha256)}">` +
    `<label>Reason (needed to deny)<textarea name="reason" rows="3" maxlength="1000"></textarea></label>` +
    `${approve}<button name="decide" value="deny">Deny</button></form>`
  );
}

/** The approval of who is signed in; a request of another tenant does not exist. */
async function shown(gateway: Gateway, who: Credential, id: string): Promise<Approval | undefined> {
  const approval = await gateway.store.approvals.get(who.tenant, pathId("apr", id));
  return approval;
}

const nowhere = () => sentence(404, "Not here", "There is no such request, or it is not yours to see.");

/** By the very route that keys vote by: every check is its own. Whatever stands in the way is said on a page, and is evidence like any other refused vote. */
async function decide(call: Call, gateway: Gateway, who: Credential | undefined): Promise<Response> {
  try {
    sameOrigin(deskOf(gateway), call);
    if (who === undefined) throw new Fault("unauthenticated", "sign in first, then answer again");
    const { decide: vote, card, reason = "" } = await readForm(call.raw, Decision);
    const body = fit(VoteRequest, { vote, cardSha256: card, ...(reason.trim() !== "" && { reason: reason.trim() }) });
    const credential = actingAs(who, ["approver"]);
    if (credential === undefined) throw new Fault("not_an_approver", "none of your roles answers requests");
    await voteRoute.run({ ...call, credential, query: {}, body } as unknown as Call<never, never>, gateway);
  } catch (error) {
    if (!isFault(error)) throw error;
    await noteRefused(gateway, voteRoute, { caller: who, params: call.params }, error);
    if (error.code === "not_found") return nowhere();
    const { status } = FAULTS[error.code];
    return sentence(status < 500 ? status : 503, "Not counted", `Nothing was counted: ${error.message}.`);
  }
  const now = await shown(gateway, who, call.params["id"] ?? "");
  return sentence(200, "Counted", `Your answer is counted: the request is ${now?.state ?? "gone"}.`);
}

export const approvalPageRoutes = (["GET", "POST"] as const).map((method) =>
  route({
    method,
    path: "/approvals/:id",
    operationId: method === "GET" ? "approvalPage" : "decideOnPage",
    summary: method === "GET" ? "A request with its whole card, for who signed in" : "The answer of who signed in",
    who: "anyone",
    produces: "text/html",
    answers: { 200: "the page", 303: "to sign in first", 403: "the form came from elsewhere", 404: "no such request" },
    async run(call, gateway) {
      const desk = deskOf(gateway);
      const id = call.params["id"] ?? "";
      const who = await signedIn(gateway, call);
      if (method === "POST") return decide(call as unknown as Call, gateway, who);
      if (who === undefined)
        return goTo(`${desk.publicUrl}/sign-in?back=${encodeURIComponent(`${desk.publicUrl}/approvals/${id}`)}`);
      const approval = await shown(gateway, who, id).catch((error: unknown) => {
        if (isFault(error) && error.code === "not_found") return undefined;
        throw error;
      });
      if (approval === undefined) return nowhere();
      return page(
        200,
        approval.state === "pending" ? "Approval needed" : `It is ${approval.state}`,
        `${said(`${approval.id} · ${particulars(approval)}`)}${cardHtml(approval.card.text)}${form(approval)}`,
      );
    },
  }),
);
