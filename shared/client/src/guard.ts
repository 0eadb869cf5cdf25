// guard.ts — runs a tool only under a fresh grant, with the arguments that were decided, and says how it ended

import type { Proposal } from "@holdpoint/wire/action.ts";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import type { ActionAnswer } from "./answers.ts";
import type { Client } from "./client.ts";

export interface GuardOptions {
  client: Client;
  /** what every call has in common: principal, session, cwd, client, the audience that runs it … */
  context: Omit<Proposal, "tool" | "args" | "claim" | "approval">;
  /** how long a call that is held may wait for a person; 0 throws at once, and the same call again joins the held one */
  holdMs?: number;
  /** how often the lease is renewed while a tool runs */
  heartbeatMs?: number;
  /** hears of what could not be reported; the tool's own result stands */
  onUnreported?: (error: unknown) => void;
}

export interface ToolCall {
  tool: string;
  args: Proposal["args"];
  /** the tool's version or the digest of its definition: what is decided is good for this one only */
  toolVersion?: string;
  /** the client's own id of this call: the same one is never run twice */
  toolCallId?: string;
  signal?: AbortSignal;
}

export type Guard = <T>(call: ToolCall, run: (args: Proposal["args"]) => T | Promise<T>) => Promise<T>;

const OPEN = ["received", "evaluating", "held"];
const HEARTBEAT_MS = 60_000;

/** Why the tool does not run. `state` and `approvalId` say what to do about it; the message is the one for the model. */
function refused(answer: ActionAnswer, why?: string): Fault {
  const { actionId, state, decision } = answer;
  return new Fault("not_claimable", why ?? decision?.message ?? "the tool call was not allowed", {
    actionId,
    state,
    ...(decision && { decisionId: decision.decisionId }),
    ...(decision?.approval && { approvalId: decision.approval.id }),
  });
}

/** Waits in slices that a server allows, until nobody needs to be asked any more or the time is over. */
async function answered(client: Client, first: ActionAnswer, holdMs: number, signal: AbortSignal | undefined) {
  const end = performance.now() + holdMs;
  let answer = first;
  for (let left = holdMs; OPEN.includes(answer.state) && left > 0; left = end - performance.now()) {
    const waitMs = Math.ceil(Math.min(left, limits.waitMsMax));
    answer = await client.get(answer.actionId, { waitMs, until: "settled", ...(signal && { signal }) });
  }
  return answer;
}

/** What the proposal names and the claim has to repeat. */
function pinsOf({ bindings, audience, ...context }: GuardOptions["context"], call: ToolCall) {
  const toolVersion = call.toolVersion ?? context.toolVersion;
  return {
    ...(bindings && { bindings }),
    ...(audience !== undefined && { audience }),
    ...(toolVersion !== undefined && { toolVersion }),
  };
}

/**
 * Throws `not_claimable` where the call may not run, and whatever the tool itself throws. Everything unclear is a
 * refusal: no grant, a replayed answer, other arguments than the ones in hand.
 */
export function createGuard({
  client,
  context,
  holdMs = 0,
  heartbeatMs = HEARTBEAT_MS,
  onUnreported,
}: GuardOptions): Guard {
  async function permitted(call: ToolCall): Promise<{ actionId: string; grant: string }> {
    const { tool, args, toolCallId, signal } = call;
    const pins = pinsOf(context, call);
    const proposal = { ...context, ...pins, tool, args, claim: true, ...(toolCallId !== undefined && { toolCallId }) };
    const first = await client.propose(proposal, { waitMs: limits.hookDeadlineMs, ...(signal && { signal }) });
    if (first.replayed !== false) throw refused(first, "this very call was answered before");
    const answer = await answered(client, first, holdMs, signal);
    const claimable = answer.state === "allowed" || answer.state === "approved";
    const claimed = claimable && !answer.grant ? await client.claim(answer.actionId, pins) : answer;
    if (claimed.state !== "executing" || !claimed.grant || !claimed.args) throw refused(claimed);
    if (canonicalJson(claimed.args as Json) !== canonicalJson(args as Json))
      throw refused(claimed, "the arguments that were decided are not the ones of this call");
    return { actionId: claimed.actionId, grant: claimed.grant.token };
  }

  return async (call, run) => {
    const { actionId, grant } = await permitted(call);
    const unreported = (error: unknown) => onUnreported?.(error);
    const beat = setInterval(() => void client.heartbeat(actionId, grant).catch(unreported), heartbeatMs);
    const report = (outcome: "succeeded" | "failed") => client.report(actionId, { grant, outcome }).catch(unreported);
    try {
      const result = await run(call.args);
      await report("succeeded");
      return result;
    } catch (error) {
      await report("failed");
      throw error;
    } finally {
      clearInterval(beat);
    }
  };
}
