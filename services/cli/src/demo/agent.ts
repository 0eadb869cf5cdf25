// agent.ts — the demo's agent at the gateway: it proposes, waits, claims and reports with its own key, like any other

import type { Body } from "../api.ts";

export interface Answer {
  actionId: string;
  state: string;
  message: string;
  approvalId?: string;
  decisionId?: string;
  grant?: string;
  /** stored arguments: what may run; only with a grant */
  args?: Record<string, unknown>;
  /** from asking to knowing */
  ms: number;
}

export interface Agent {
  propose(call: { tool: string; args: Record<string, string>; why: string }): Promise<Answer>;
  /** Until a person has answered, or `waitMs` is over. */
  settled(actionId: string, waitMs: number): Promise<Answer>;
  claim(actionId: string): Promise<Answer>;
  report(
    actionId: string,
    grant: string,
    outcome: { outcome: string; exitCode?: number; summary: string },
  ): Promise<void>;
}

const waitMs = 20_000;

function answerOf(body: Body, ms: number): Answer {
  return {
    actionId: body.actionId,
    state: body.state,
    message: body.decision?.message ?? "",
    ...(body.decision?.approval && { approvalId: body.decision.approval.id }),
    ...(body.decision?.decisionId && { decisionId: body.decision.decisionId }),
    ...(body.grant && { grant: body.grant.token, args: body.args }),
    ms,
  };
}

export function demoAgent(options: { url: string; key: string; cwd: string; session: string }): Agent {
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const startMs = performance.now();
    const response = await fetch(options.url + path, {
      method,
      headers: {
        authorization: `Bearer ${options.key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const said: Body = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${said.code}: ${said.detail}`);
    return answerOf(said, performance.now() - startMs);
  };
  return {
    propose: ({ tool, args, why }) =>
      call("POST", `/v1/actions?wait=${waitMs}`, {
        tool,
        args,
        cwd: options.cwd,
        principal: { agent: "demo-agent" },
        session: { id: options.session },
        client: "holdpoint-demo",
        plan: { why },
        claim: true,
      }),
    settled: (actionId, ms) => call("GET", `/v1/actions/${actionId}?wait=${ms}&until=settled`),
    claim: (actionId) => call("POST", `/v1/actions/${actionId}/claim`, {}),
    report: async (actionId, grant, outcome) => {
      await call("POST", `/v1/actions/${actionId}/report`, { grant, ...outcome });
    },
  };
}
