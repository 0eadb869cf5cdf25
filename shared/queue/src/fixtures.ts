// fixtures.ts — a message for the queue's tests, and waiting without sleeping

import { newId } from "@holdpoint/runtime/id.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";

export const message = (more: { tenant?: string; args?: { [key: string]: Json }; epoch?: number } = {}): Message => ({
  v: 1,
  action: {
    id: newId("act"),
    tenant: more.tenant ?? "default",
    kind: "tool",
    tool: "Bash",
    args: more.args ?? { command: "ls" },
    argsHash: "sha256-jcs:0",
    principal: { agent: "tester" },
    session: { id: "s" },
    trust: "verified",
    mode: "auto",
    attested: [],
    credential: "key_test",
    proposedAt: new Date().toISOString(),
  },
  epoch: more.epoch ?? 1,
  trace: {},
  sentAt: Date.now(),
  stages: [],
});

export const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Resolves as soon as `condition` holds; fails by name after `ms`. */
export async function until(condition: () => boolean, ms = 15_000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not so after ${ms} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
