// clients.ts — how each agent client speaks to its hooks: what it sends, and the words it obeys (data, no logic)

import type { Json } from "@holdpoint/wire/scalars.ts";

export type JsonRecord = { [key: string]: Json };

/** What a client said: a call that is about to run, or one that has run. */
export interface HookCall {
  when: "before" | "after";
  session: string;
  callId?: string;
  tool: string;
  input: JsonRecord;
  cwd?: string;
  /** what the tool gave back; only after */
  result?: Json;
}

export interface Client {
  /** as `principal.agent` and as `client` of the natural idempotency key */
  agent: string;
  fields: { session: string; callId?: string; tool: string; input: string; cwd: string; result: string };
  /** values of `hook_event_name`; a client that sends none is told apart by its result field */
  events?: { before: string; after: string };
  /** some clients send the arguments as JSON text */
  inputMayBeText?: boolean;
  /** used where a client names no session */
  sessionless?: string;
  allow(): JsonRecord;
  deny(reason: string): JsonRecord;
  /** deny, and end the run */
  stop(reason: string): JsonRecord;
  /** hold the call until the client is resumed; only where the client is known to do so */
  defer?(reason: string): JsonRecord;
}

const nested = (permissionDecision: string, permissionDecisionReason?: string): JsonRecord => ({
  hookSpecificOutput: {
    hookEventName: "PreToolUse",
    permissionDecision,
    ...(permissionDecisionReason === undefined ? {} : { permissionDecisionReason }),
  },
});
const flat = (permissionDecision: string, permissionDecisionReason?: string): JsonRecord => ({
  permissionDecision,
  ...(permissionDecisionReason === undefined ? {} : { permissionDecisionReason }),
});
const ALLOWED = "allowed by Holdpoint";
const snake = {
  session: "session_id",
  callId: "tool_use_id",
  tool: "tool_name",
  input: "tool_input",
  cwd: "cwd",
  result: "tool_response",
};
const ended = (answer: JsonRecord, reason: string): JsonRecord => ({ ...answer, continue: false, stopReason: reason });

/** Never `ask`: one client ignores it, another hangs on it, and none of them is an approval channel. */
export const CLIENTS: Readonly<Record<string, Client>> = {
  "claude-code": {
    agent: "claude-code",
    fields: snake,
    events: { before: "PreToolUse", after: "PostToolUse" },
    allow: () => nested("allow", ALLOWED),
    deny: (reason) => nested("deny", reason),
    stop: (reason) => ended(nested("deny", reason), reason),
    defer: (reason) => nested("defer", reason),
  },
  codex: {
    agent: "codex",
    fields: snake,
    events: { before: "PreToolUse", after: "PostToolUse" },
    allow: () => nested("allow", ALLOWED),
    deny: (reason) => nested("deny", reason),
    stop: (reason) => ended(nested("deny", reason), reason),
  },
  gemini: {
    agent: "gemini-cli",
    fields: { session: "session_id", tool: "tool_name", input: "tool_input", cwd: "cwd", result: "tool_response" },
    events: { before: "BeforeTool", after: "AfterTool" },
    allow: () => ({ decision: "allow" }),
    deny: (reason) => ({ decision: "deny", reason }),
    stop: (reason) => ended({ decision: "deny", reason }, reason),
  },
  copilot: {
    agent: "copilot-cli",
    fields: {
      session: "sessionId",
      callId: "toolCallId",
      tool: "toolName",
      input: "toolArgs",
      cwd: "cwd",
      result: "toolResult",
    },
    inputMayBeText: true,
    sessionless: "copilot-cli",
    allow: () => flat("allow", ALLOWED),
    deny: (reason) => flat("deny", reason),
    stop: (reason) => flat("deny", reason),
  },
};
