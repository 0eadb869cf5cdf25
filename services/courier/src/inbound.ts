// inbound.ts — the door: reads a bounded request for `/inbound/{channel}` and answers what the channel says

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { listenOn } from "@holdpoint/engine/listener.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Answers } from "./answers.ts";
import type { InboundRequest, Reply } from "./channel.ts";

export interface InboundDeps {
  answers: Answers;
  /** can record; throws otherwise */
  ready(): Promise<void>;
  log: Log;
}
export interface Inbound {
  url: string;
  /** Takes nothing more and lets what is in hand end. */
  close(): Promise<void>;
}

const SAFE = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};
const plain = (status: number, body: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  body: `${body}\n`,
});

const PATH = /^\/inbound\/([a-z0-9][a-z0-9-]{0,31})$/;
const METHODS = ["GET", "POST"];

/** The body as text, exactly; undefined when there is more of it than anybody may send, or it is no UTF-8. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limits.bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    return undefined;
  }
}

/** A header that stands twice is joined as Node does it; a signature that was joined is a wrong one. */
const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );

async function health(path: string, deps: InboundDeps): Promise<Reply | undefined> {
  if (path === "/healthz") return plain(200, "ok");
  if (path !== "/readyz") return undefined;
  try {
    await deps.ready();
    return plain(200, "ready");
  } catch (error) {
    return plain(503, isFault(error) ? error.code : "internal");
  }
}

async function handle(request: IncomingMessage, deps: InboundDeps): Promise<Reply> {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const well = await health(path, deps);
  if (well !== undefined) return well;
  const channel = PATH.exec(path)?.[1];
  if (channel === undefined) return plain(404, "there is nothing here");
  const method = request.method ?? "";
  if (!METHODS.includes(method)) return plain(405, "expected GET or POST", { allow: METHODS.join(", ") });
  const body = await bodyOf(request);
  if (body === undefined)
    return plain(413, `expected at most ${limits.bodyBytesMax} bytes of UTF-8`, { connection: "close" });
  const inbound: InboundRequest = { method, query: mark < 0 ? "" : url.slice(mark), headers: headersOf(request), body };
  return deps.answers(channel, inbound);
}

function send(response: ServerResponse, { status, headers = {}, body = "" }: Reply): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...SAFE, ...headers, "content-length": String(Buffer.byteLength(body)) }).end(body);
}

/** @param at port 0 for any free one */
export async function startInbound(at: { port: number; host: string }, deps: InboundDeps): Promise<Inbound> {
  const server: Server = createServer(
    { maxHeaderSize: 16_384, connectionsCheckingInterval: 1_000 },
    (request, response) => {
      handle(request, deps).then(
        (reply) => send(response, reply),
        (error: unknown) => {
          deps.log.warn({ error }, "an inbound request broke off");
          send(response, plain(500, "it could not be handled"));
        },
      );
    },
  );
  server.headersTimeout = 10_000;
  server.requestTimeout = limits.bodyReadMs;
  server.maxConnections = 1_000;
  const { url, close } = await listenOn(server, at);
  return { url, close: () => close() };
}
