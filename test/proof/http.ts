// http.ts — a small client on kept connections, as an agent's own would be: an answer, or undefined where there was none

import { Agent, request } from "node:http";

export interface Answered {
  status: number;
  body: Record<string, unknown>;
}

export interface Client {
  /** Undefined where no whole answer came within `timeoutMs`: what the server did of it is unknown. */
  call(method: "GET" | "POST", path: string, options: CallOptions): Promise<Answered | undefined>;
  close(): void;
}

export interface CallOptions {
  key: string;
  body?: object;
  headers?: Record<string, string>;
  timeoutMs?: number;
}

const ANSWER_MS = 8_000;

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined; // cut in the middle: no answer
  }
}

export function openClient(port: number, connections: number): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    call: (method, path, { key, body, headers, timeoutMs = ANSWER_MS }) =>
      new Promise((resolve) => {
        const text = body === undefined ? undefined : JSON.stringify(body);
        const sent = request({
          agent,
          host: "127.0.0.1",
          port,
          method,
          path,
          headers: {
            authorization: `Bearer ${key}`,
            ...(text !== undefined && {
              "content-type": "application/json",
              "content-length": Buffer.byteLength(text),
            }),
            ...headers,
          },
        });
        const late = setTimeout(() => sent.destroy(), timeoutMs);
        const end = (answer: Answered | undefined) => {
          clearTimeout(late);
          resolve(answer);
        };
        sent.on("error", () => end(undefined));
        sent.on("response", (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", () => end(undefined));
          response.on("close", () => {
            const answer = response.complete ? parsed(Buffer.concat(chunks).toString("utf8")) : undefined;
            end(answer && { status: response.statusCode ?? 0, body: answer });
          });
        });
        sent.end(text);
      }),
    close: () => agent.destroy(),
  };
}
