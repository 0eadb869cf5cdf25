// agent.ts — the demo's agent: the SDK that any agent would use, with its own key, and a stop-watch

import type { ActionAnswer } from "@holdpoint/client/answers.ts";
import { createClient } from "@holdpoint/client/client.ts";
import type { Proposal } from "@holdpoint/wire/action.ts";

export interface Timed {
  answer: ActionAnswer;
  /** from asking to knowing */
  ms: number;
}

export interface Agent {
  propose(call: { tool: string; args: Proposal["args"]; why: string }): Promise<Timed>;
  /** Until a person has answered, or `waitMs` is over. */
  settled(actionId: string, waitMs: number): Promise<ActionAnswer>;
  claim(actionId: string): Promise<ActionAnswer>;
  report(
    actionId: string,
    grant: string,
    ran: { outcome: "succeeded" | "failed"; exitCode?: number; note: string },
  ): Promise<void>;
}

const waitMs = 20_000;

export function demoAgent(options: { url: string; key: string; cwd: string; session: string }): Agent {
  const client = createClient(options);
  return {
    async propose({ tool, args, why }) {
      const startMs = performance.now();
      const answer = await client.propose(
        {
          tool,
          args,
          cwd: options.cwd,
          principal: { agent: "demo-agent" },
          session: { id: options.session },
          client: "holdpoint-demo",
          plan: { why },
          claim: true,
        },
        { waitMs },
      );
      return { answer, ms: performance.now() - startMs };
    },
    settled: (actionId, ms) => client.get(actionId, { waitMs: ms, until: "settled" }),
    claim: (actionId) => client.claim(actionId),
    async report(actionId, grant, { outcome, exitCode, note }) {
      await client.report(actionId, { grant, outcome, summary: note, ...(exitCode === undefined ? {} : { exitCode }) });
    },
  };
}
