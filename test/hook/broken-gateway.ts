// broken-gateway.ts — a gateway that misbehaves on purpose: this mock stands for broken gateways and for nothing else.
// What a sound gateway answers is tested against the real one, in real.test.ts.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

export interface Seen {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}
export interface BrokenGateway {
  url: string;
  seen: Seen[];
  close(): Promise<void>;
}

export type Behave = (response: ServerResponse, seen: Seen) => void;

const port = (server: Server): number => {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
};

/** Answers every request with `behave`; one that never answers is cut at the close. */
export async function brokenGateway(behave: Behave): Promise<BrokenGateway> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const one = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
      seen.push(one);
      behave(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${port(server)}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
};

const ACTION = "act_019a0000-0000-7000-8000-000000000001";
const APPROVAL = "apr_019a0000-0000-7000-8000-000000000001";

/** A body that lets the call run, so that a test can spoil one thing of it. */
export const granted = (args: unknown, spoiled: Record<string, unknown> = {}) => ({
  actionId: ACTION,
  state: "executing",
  version: 3,
  replayed: false,
  decision: { decisionId: ACTION.replace("act", "dec"), effect: "allow", outcome: "allow", message: "allowed" },
  grant: { token: "grant-token", expiresAt: "2026-11-21T12:00:00.000Z" },
  args,
  ...spoiled,
});
export const held = () => ({
  actionId: ACTION,
  state: "held",
  version: 2,
  replayed: false,
  decision: {
    effect: "ask",
    outcome: "require_approval",
    message: "Tool call denied by policy",
    approval: { id: APPROVAL, role: "approver", quorum: 1, requirements: [], expiresAt: "2026-11-21T12:00:00.000Z" },
  },
});
export const denied = (outcome = "deny") => ({
  actionId: ACTION,
  state: "denied",
  version: 2,
  replayed: false,
  decision: { effect: "deny", outcome, message: "Tool call denied by policy" },
});
export { ACTION, APPROVAL };
