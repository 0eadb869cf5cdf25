// successor.ts — a new action in the place of another one: edited, escalated or promoted, and judged from the first stage

import { argsHash } from "@holdpoint/core/args-hash.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import type { TraceCarrier } from "@holdpoint/wire/job.ts";
import type { Id, Json } from "@holdpoint/wire/scalars.ts";
import type { Gateway } from "./parts.ts";
import { newAction, type Taken } from "./propose.ts";

export type Change =
  | { why: "edit"; args: Action["args"]; by: string }
  | { why: "escalate"; justification: string }
  | { why: "promote" };

function changed(change: Change): Partial<Action> {
  switch (change.why) {
    case "edit":
      return { args: change.args, argsHash: argsHash(change.args as Json), editedBy: change.by };
    case "escalate":
      return { escalated: { justification: change.justification } };
    case "promote":
      return { mode: "auto" };
  }
}

/**
 * Commits the successor. The same change of the same action is one successor, however often it is asked for. Bindings
 * of the original say nothing about other arguments, so an edit starts without any: NOT PINNED, and the card says so. It is
 * still meant for the same place and for the same tool.
 */
export function succeed(
  { intake, clock }: Gateway,
  original: Action,
  change: Change,
  options: { waits: boolean; under: TraceCarrier | undefined; parked?: boolean },
): Promise<Taken> {
  const { bindings, toolCallId: _call, editedBy: _editor, escalated, ...kept } = original;
  const { id, proposedAt } = newAction(clock);
  const action: Action = {
    ...kept,
    ...(bindings && change.why !== "edit" && { bindings }),
    ...(escalated && { escalated }),
    ...changed(change),
    id,
    replaces: original.id as Id<"act">,
    proposedAt,
  };
  const once = change.why === "edit" ? `edit:${original.id}:${action.argsHash}` : `${change.why}:${original.id}`;
  return intake.take(action, { requestHash: once, idempotencyKey: once, ...options });
}
