// view.ts — an action as its caller may see it: agents are told what they need to go on, people everything

import { forAgent } from "@holdpoint/core/decision.ts";
import type { ActionRow } from "@holdpoint/store/types.ts";
import type { Credential } from "@holdpoint/wire/access.ts";
import type { ShownState } from "@holdpoint/wire/action.ts";
import { isAgentSide } from "./auth.ts";
import type { Grants } from "./grants.ts";

/** `evaluating` is `received` with a live dispatch; it is not stored (rulings §C1). */
const shown = ({ state, dispatchedAt }: ActionRow): ShownState =>
  state === "received" && dispatchedAt !== undefined ? "evaluating" : state;

function decisionFor(row: ActionRow, credential: Credential): object | undefined {
  if (!row.decision) return undefined;
  // Without the verdict nobody knows what its documents disclose: then nothing.
  return isAgentSide(credential)
    ? forAgent(row.decision, row.verdict?.disclosure ?? "generic", row.state)
    : row.decision;
}

export interface Extras {
  replayed?: boolean;
  /** a claim that succeeded just now, or again: only then grant and arguments are shown */
  grants?: Grants;
}

/** The one body of every answer about an action. */
export function actionBody(row: ActionRow, credential: Credential, { replayed, grants }: Extras = {}): object {
  const { action, version, receipt, replacedBy, approvalId, approvalToken, claim } = row;
  const decision = decisionFor(row, credential);
  // Seed 002's token goes to the action's own key and to nobody else.
  const retry = row.state === "approved" && approvalToken !== undefined && action.credential === credential.id;
  return {
    actionId: action.id,
    state: shown(row),
    version,
    argsHash: action.argsHash,
    ...(action.replaces !== undefined && { replaces: action.replaces }),
    ...(replacedBy !== undefined && { replacedBy }),
    ...(replayed !== undefined && { replayed }),
    receipt,
    ...(decision && { decision }),
    ...(retry && { approval: { id: approvalId, token: approvalToken } }),
    ...(grants &&
      claim && {
        grant: { token: grants.token(row), expiresAt: claim.leaseUntil.toISOString() },
        args: action.args,
      }),
  };
}
