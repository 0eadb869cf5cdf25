// server.ts — the app behind real sockets: bounded headers and times, readable answers to what is no HTTP, a clean end

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { startHealth } from "@holdpoint/engine/health.ts";
import { listenOn } from "@holdpoint/engine/listener.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { problem } from "@holdpoint/wire/problem.ts";
import { getRequestListener } from "@hono/node-server";
import { createApp, openGateway } from "./app.ts";
import type { GatewayOptions, Parts } from "./parts.ts";
import { asFault, problemResponse, SECURITY_HEADERS } from "./problems.ts";
import { pause } from "./waiters.ts";

const HEADER_BYTES_MAX = 16_384;
const HEADERS_MS = 10_000;
/** Longer than the body's own limit: that one answers in words, this one cuts. */
const REQUEST_MS = limits.bodyReadMs + 5_000;
const KEEP_ALIVE_MS = 65_000;
const CHECK_MS = 1_000;
/** What is in hand may end within this; the rest of the drain budget belongs to the engine. */
const DRAIN_MS = limits.drainMs - 4_000;
const IDLE_MS = 25;
/** For what was committed and is being sent. */
const SEND_MS = 1_000;

export interface ServerOptions extends GatewayOptions {
  /** 0 for any free one */
  port: number;
  host?: string;
  /** of the listener for metrics and probes; 0 for any free one */
  metricsPort: number;
  metricsHost?: string | undefined;
}

export interface RunningGateway {
  url: string;
  metricsUrl: string;
  /** Takes no new request, lets waiting calls answer with what they have, and ends within the drain budget. */
  close(): Promise<void>;
}

/** Bytes that never became a request still get an answer that can be read. */
function answerNoRequest(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const late = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
  const overflow = error.code === "HPE_HEADER_OVERFLOW";
  const fault = late
    ? new Fault("request_timeout", "the request did not arrive in time")
    : new Fault("bad_header", overflow ? `headers larger than ${HEADER_BYTES_MAX} bytes` : "this is not HTTP/1.1");
  const body = JSON.stringify({ ...problem(fault), ...(overflow && { status: 431 }) });
  const status = late ? "408 Request Timeout" : overflow ? "431 Request Header Fields Too Large" : "400 Bad Request";
  const headers = Object.entries({
    ...SECURITY_HEADERS,
    "content-type": "application/problem+json",
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status}\r\n${headers.join("")}\r\n${body}`);
}

/** Who asks before sending is told at once; nobody has to send what is too large anyway. */
const isDeclaredTooLarge = ({ headers }: IncomingMessage): boolean =>
  Number(headers["content-length"] ?? 0) > limits.bodyBytesMax;

function sendTooLarge(response: ServerResponse): void {
  const body = JSON.stringify(problem(new Fault("too_large", `the body is larger than ${limits.bodyBytesMax} bytes`)));
  response
    .writeHead(413, { ...SECURITY_HEADERS, "content-type": "application/problem+json", connection: "close" })
    .end(body);
}

/** Serves until closed. The engine stays its opener's: closing the gateway leaves it open. */
export async function startGateway(parts: Parts, options: ServerOptions): Promise<RunningGateway> {
  const { log, store } = parts;
  const host = options.host ?? "127.0.0.1";
  const closing = new AbortController();
  const gateway = openGateway(parts, options, closing.signal);
  const unlisten = await store.listen((notice) => {
    gateway.waiters.notice(notice);
    if (notice.kind === "events") gateway.bells.ring(notice.tenant);
    if (notice.kind === "reconnected") gateway.bells.ringAll();
  });
  const answer = getRequestListener(createApp(gateway).fetch, {
    hostname: host,
    // Unread bodies are left to node, which drains them behind the answer.
    autoCleanupIncoming: false,
    errorHandler: (error) =>
      problemResponse(
        error instanceof Error && error.name === "RequestError"
          ? new Fault("bad_header", "the request's target or host is not understood")
          : asFault(error, log),
      ),
  });
  const server = createServer({
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_MS,
  });
  server.on("request", answer);
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    if (isDeclaredTooLarge(request)) return sendTooLarge(response);
    response.writeContinue();
    void answer(request, response);
  });
  server.on("clientError", answerNoRequest);
  try {
    const { url } = await listenOn(server, { port: options.port, host });
    const metrics = await startHealth(
      { port: options.metricsPort, host: options.metricsHost ?? host },
      { trouble: () => undefined, ready: parts.ready, log },
    );
    return {
      url,
      metricsUrl: `${metrics.url}/metrics`,
      async close() {
        closing.abort();
        await drained(server);
        await within(SEND_MS, gateway.intake.idle());
        await gateway.refusals.flush();
        await Promise.all([unlisten(), metrics.close()]);
      },
    };
  } catch (error) {
    server.close();
    await unlisten();
    throw error;
  }
}

/** Answers what is in hand, then ends; connections that fall idle meanwhile are not waited for. */
async function drained(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_MS);
  const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

/** What a queue that hangs never ends is the reconciler's to find; it must not hold up the end of this process. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const over = new AbortController();
  await Promise.race([work.finally(() => over.abort()), pause(ms, over.signal)]);
}
