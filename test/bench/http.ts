// http.ts — what a client sees: proposals over HTTP to `holdpoint up`, a process of its own, each answered with its decision

import { Agent, request } from "node:http";
import { startProduct } from "../e2e/product.ts";
import { closedLoop, type Measured } from "./drive.ts";

export interface HttpFigures {
  backend: "redis" | "postgres";
  lanes: number;
  many: Measured;
  alone: Measured;
}

let turn = 0;

/** One proposal on a kept connection; rejects unless the answer is a decision that allows. */
function propose(agent: Agent, url: URL, key: string): Promise<void> {
  turn++;
  const body = JSON.stringify({
    tool: "Bash",
    args: { command: "git status" },
    cwd: "/home/dev/api",
    home: "/home/dev",
    principal: { agent: `bench-${turn % 64}` },
    session: { id: `s-${turn}` },
  });
  return new Promise((resolve, reject) => {
    const call = request(
      {
        agent,
        host: url.hostname,
        port: url.port,
        method: "POST",
        path: "/v1/actions?wait=10000",
        headers: {
          authorization: `Bearer ${key}`,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
        },
      },
      (answer) => {
        let text = "";
        answer.on("data", (chunk) => {
          text += chunk;
        });
        answer.on("error", reject);
        answer.on("end", () => {
          if (answer.statusCode === 200 && text.includes('"effect":"allow"')) resolve();
          else reject(new Error(`${answer.statusCode}: ${text.slice(0, 200)}`));
        });
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

/** @param redisUrl the queue; without it the embedded default */
export async function benchHttp(
  backend: "redis" | "postgres",
  redisUrl: string | undefined,
  options: { lanes: number; secondsPerTurn: number },
): Promise<HttpFigures> {
  const env: Record<string, string> = { HOLDPOINT_LOG_LEVEL: "error" };
  if (backend === "redis" && redisUrl !== undefined) env["HOLDPOINT_QUEUE_URL"] = redisUrl;
  const product = await startProduct({ env });
  const agent = new Agent({ keepAlive: true, maxSockets: options.lanes });
  try {
    const url = new URL(product.url);
    const operation = () => propose(agent, url, product.agentKey);
    await closedLoop(options.lanes, 2, operation);
    const many = await closedLoop(options.lanes, options.secondsPerTurn, operation);
    const alone = await closedLoop(1, options.secondsPerTurn, operation);
    return { backend, lanes: options.lanes, many, alone };
  } finally {
    agent.destroy();
    await product.stop();
  }
}
