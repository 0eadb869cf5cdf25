// exchange.ts — a client's call as a proposal, and what its answer means in the client's own words

import type { Json } from "@holdpoint/wire/scalars.ts";
import type { Meaning } from "./answer.ts";
import type { Client, HookCall, JsonRecord } from "./clients.ts";

/** What becomes of a call that a person must answer: stop it, wait here, or have the client hold it. */
export type OnHold = "deny" | "wait" | "defer";

export const proposalOf = (call: HookCall, { agent }: Client): Json => ({
  tool: call.tool,
  args: call.input,
  ...(call.cwd === undefined ? {} : { cwd: call.cwd }),
  ...(call.callId === undefined ? {} : { toolCallId: call.callId }),
  principal: { agent },
  session: { id: call.session },
  client: agent,
  claim: true,
});

/** What the client is told; undefined where the call must be stopped with exit 2. */
export function answerTo(client: Client, meaning: Meaning, onHold: OnHold): JsonRecord | undefined {
  switch (meaning.kind) {
    case "allow":
      return client.allow();
    case "deny":
      return meaning.terminate ? client.stop(meaning.reason) : client.deny(meaning.reason);
    case "held": {
      const pending = `approval pending: ${meaning.approvalId}`;
      if (onHold === "defer" && client.defer !== undefined) return client.defer(`Waiting for a person, ${pending}`);
      return client.deny(`${meaning.reason} (${pending}). Repeat the same call when it has been approved.`);
    }
    case "unusable":
      return undefined;
  }
}
