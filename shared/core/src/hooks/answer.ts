// answer.ts — what an answer of the gateway means for the call: it runs only on a grant in a fresh answer with equal arguments

import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import type { JsonRecord } from "./clients.ts";

export type Meaning =
  | { kind: "allow"; actionId: string; grant: string }
  | { kind: "deny"; reason: string; terminate: boolean; actionId?: string }
  | { kind: "held"; actionId: string; approvalId: string; reason: string }
  /** not an answer to rely on: the call is stopped with exit 2 */
  | { kind: "unusable"; reason: string };

const ENDED = ["denied", "rejected", "expired", "cancelled", "revoked"];
const SENTENCE = "Tool call denied by policy";

const record = (value: Json | undefined): JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
const word = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
const unusable = (reason: string): Meaning => ({ kind: "unusable", reason });

/** A problem+json body in one line, or what little is known. */
export function problemLine(status: number, body: Json | undefined): string {
  const { code, detail } = record(body);
  return `the gateway answered ${status}${word(code) ? ` ${word(code)}` : ""}${word(detail) ? `: ${word(detail)}` : ""}`;
}

function denial(decision: JsonRecord, actionId: string | undefined): Meaning {
  const message = word(decision["message"]) ?? SENTENCE;
  // Present only where the policy's disclosure lets the agent know.
  const reason = word(decision["reason"]);
  return {
    kind: "deny",
    reason: reason === undefined || message.includes(reason) ? message : `${message}: ${reason}`,
    terminate: decision["outcome"] === "terminate",
    ...(actionId === undefined ? {} : { actionId }),
  };
}

/**
 * @param args the arguments that the client is about to run
 * @param known `fresh` where the request carried a key of its own that nobody used before (a claim)
 */
export function meaningOf(
  status: number,
  body: Json | undefined,
  args: JsonRecord,
  known: { fresh: boolean } = { fresh: false },
): Meaning {
  if (status !== 200 && status !== 202) return unusable(problemLine(status, body));
  const answer = record(body);
  const state = word(answer["state"]);
  const actionId = word(answer["actionId"]);
  const decision = record(answer["decision"]);
  if (state === undefined || actionId === undefined) return unusable("the gateway's answer is not a decision");
  if (ENDED.includes(state)) return denial(decision, actionId);
  if (state === "held") {
    const approvalId = word(record(decision["approval"])["id"]);
    if (approvalId === undefined) return unusable("the call is held, but the answer names no approval");
    return { kind: "held", actionId, approvalId, reason: word(decision["message"]) ?? SENTENCE };
  }
  if (state === "received" || state === "evaluating") return unusable("no decision was made in time");
  if (answer["replayed"] !== false && !(known.fresh && answer["replayed"] === undefined))
    return { kind: "deny", reason: `${SENTENCE}: this very call was answered before`, terminate: false, actionId };
  const grant = word(record(answer["grant"])["token"]);
  const { effect } = decision;
  if (effect !== "allow" && effect !== "ask") return unusable("the gateway's answer contradicts itself");
  if (state !== "executing" || grant === undefined)
    return unusable(`the action is \`${state}\`, and no grant to run it came with the answer`);
  const stored = answer["args"];
  if (stored === undefined || canonicalJson(stored) !== canonicalJson(args))
    return {
      kind: "deny",
      reason: `${SENTENCE}: the arguments that were decided are not the ones of this call`,
      terminate: false,
      actionId,
    };
  return { kind: "allow", actionId, grant };
}
