// health.ts — the small HTTP listeners of a worker process: alive, ready, and its metrics

import { createServer, type Server } from "node:http";
import type { Log } from "@holdpoint/runtime/log.ts";
import { metricsText } from "@holdpoint/runtime/metrics.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import { listenOn } from "./listener.ts";

export interface HealthDeps {
  /** why this process is not well; undefined when it is */
  trouble(): string | undefined;
  /** can decide and record; throws otherwise */
  ready(): Promise<void>;
  log: Log;
}

export interface Health {
  url: string;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  body: string;
  type: string;
}
const json = (status: number, body: object): Answer => ({
  status,
  body: `${JSON.stringify(body)}\n`,
  type: "application/json",
});

async function answer(path: string, deps: HealthDeps): Promise<Answer> {
  switch (path) {
    case "/healthz": {
      const trouble = deps.trouble();
      return trouble === undefined ? json(200, { status: "ok" }) : json(503, { status: "stuck", detail: trouble });
    }
    case "/readyz":
      try {
        await deps.ready();
        return json(200, { status: "ready" });
      } catch (error) {
        // The code only: a driver's message may quote a URL with its password.
        return json(503, { status: "not_ready", code: isFault(error) ? error.code : "internal" });
      }
    case "/metrics":
      return { status: 200, body: metricsText(), type: "text/plain; version=0.0.4; charset=utf-8" };
    default:
      return json(404, { status: "not_found" });
  }
}

/** @param at port 0 for any free one */
export async function startHealth(at: { port: number; host: string }, deps: HealthDeps): Promise<Health> {
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://worker").pathname;
    answer(path, deps).then(
      ({ status, body, type }) => response.writeHead(status, { "content-type": type }).end(body),
      (error: unknown) => {
        deps.log.error({ error, path }, "a health request failed");
        response.writeHead(500).end();
      },
    );
  });
  server.requestTimeout = 5_000;
  const { url, close } = await listenOn(server, at);
  return { url, close: () => close(true) };
}
