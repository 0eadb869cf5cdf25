// outbound.ts — outgoing HTTP that cannot be led inside: resolve, check, connect to that address, follow nothing, read little

import { lookup as systemLookup } from "node:dns/promises";
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { isPublicAddress } from "./outbound-address.ts";

export interface Address {
  address: string;
  family: 4 | 6;
}
/** All addresses of a name. Throws where there is none. */
export type Resolve = (host: string) => Promise<Address[]>;

export interface OutboundOptions {
  /** `host:port` exactly as the URL names them: may be inside, and may be plain http. From configuration only. */
  allow?: readonly string[];
  /** over all: resolving, connecting, and the whole answer */
  timeoutMs?: number;
  answerBytesMax?: number;
  /** PEM of the authorities to trust in place of the built-in ones (a receiver inside, with a CA of its own) */
  ca?: string;
  resolve?: Resolve;
}

export interface OutboundRequest {
  url: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  headers?: Readonly<Record<string, string>>;
  body?: string;
  signal?: AbortSignal;
}
export interface OutboundAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** the answer was larger than what is read; the connection was closed there */
  cut: boolean;
}

export interface Outbound {
  /** Throws `outbound_refused` (never sent, never will be) or `outbound_failed` (may work later). */
  send(request: OutboundRequest): Promise<OutboundAnswer>;
  /** The one address to connect to for a host that other libraries speak to (SMTP). Throws as `send` does. */
  pin(host: string, port: number): Promise<Address>;
}

const refuse = (why: string): never => {
  throw new Fault("outbound_refused", why);
};
const fail = (why: string, cause?: unknown): never => {
  throw new Fault("outbound_failed", why, {}, { cause });
};

const resolveBySystem: Resolve = async (host) =>
  (await systemLookup(host, { all: true, order: "verbatim" })).map(({ address, family }) => ({
    address,
    family: family === 6 ? 6 : 4,
  }));

const bare = (host: string): string => (host.startsWith("[") ? host.slice(1, -1) : host);
const portOf = (url: URL): number => (url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port));

interface Checked extends OutboundOptions {
  allowed: ReadonlySet<string>;
  resolve: Resolve;
}

/** One of the host's addresses, all of which are public: a name that also points inside is not half trusted. */
async function checkedAddress(host: string, port: number, options: Checked): Promise<Address> {
  const known = options.allowed.has(`${host.toLowerCase()}:${port}`);
  const name = bare(host);
  const literal = isIP(name);
  const found: Address[] =
    literal === 0
      ? await options.resolve(name).catch((error) => fail(`\`${host}\` does not resolve`, error))
      : [{ address: name, family: literal === 6 ? 6 : 4 }];
  const inside = found.find(({ address }) => !isPublicAddress(address));
  if (inside !== undefined && !known)
    refuse(`\`${host}\` leads to \`${inside.address}\`, which is not a public address`);
  return found[0] ?? fail(`\`${host}\` has no address`);
}

function checkedUrl(text: string, allowed: ReadonlySet<string>): URL {
  const url = URL.canParse(text) ? new URL(text) : refuse("expected a URL");
  const secure = url.protocol === "https:";
  if (!secure && url.protocol !== "http:") refuse(`expected https, found \`${url.protocol}\``);
  if (!secure && !allowed.has(`${url.hostname}:${portOf(url)}`)) {
    refuse(`expected https for \`${url.hostname}\`: plain http goes only to listed hosts`);
  }
  if (url.username !== "" || url.password !== "") refuse("expected no user and password in a URL");
  return url;
}

/** Reads up to `bytesMax` and closes the connection there. */
async function readAnswer(message: IncomingMessage, bytesMax: number): Promise<{ body: string; cut: boolean }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, bytesMax - bytes));
    bytes += chunk.length;
    if (bytes > bytesMax) {
      message.destroy();
      break;
    }
  }
  return { body: Buffer.concat(chunks).toString("utf8"), cut: bytes > bytesMax };
}

function exchange(
  url: URL,
  to: Address,
  request: OutboundRequest,
  signal: AbortSignal,
  ca: string | undefined,
): Promise<IncomingMessage> {
  const secure = url.protocol === "https:";
  // An agent of its own: no shared sockets, so no connection that was opened for another check; and no proxy of the environment.
  const agent = secure ? new HttpsAgent({ keepAlive: false, ca }) : new HttpAgent({ keepAlive: false });
  const body = request.body === undefined ? undefined : Buffer.from(request.body, "utf8");
  const name = bare(url.hostname);
  return new Promise((resolve, reject) => {
    const sent = (secure ? httpsRequest : httpRequest)({
      agent,
      signal,
      method: request.method,
      // The address and not the name: nothing is left to resolve a second time.
      host: to.address,
      family: to.family,
      port: portOf(url),
      path: `${url.pathname}${url.search}`,
      ...(secure && isIP(name) === 0 ? { servername: name } : {}),
      headers: {
        "user-agent": "holdpoint",
        "accept-encoding": "identity",
        ...request.headers,
        host: url.host,
        ...(body === undefined ? {} : { "content-length": String(body.length) }),
      },
    });
    sent.on("response", resolve);
    sent.on("error", reject);
    sent.end(body);
  });
}

const headersOf = (message: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );

/** Rejects when the signal does, for what cannot be interrupted itself (resolving a name). */
const until = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });

/**
 * Outgoing requests for URLs that someone configured or sent us. Every address of the host must be public, and the
 * connection goes to the very address that was checked (a second DNS answer is never asked for). A redirect is a failure.
 * @throws Fault `outbound_refused` | `outbound_failed`
 */
export function createOutbound(options: OutboundOptions = {}): Outbound {
  const { timeoutMs = limits.outboundMs, answerBytesMax = limits.outboundAnswerBytesMax } = options;
  const allowed = new Set((options.allow ?? []).map((each) => each.toLowerCase()));
  const checked: Checked = { ...options, allowed, resolve: options.resolve ?? resolveBySystem };

  const attempt = async (request: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer> => {
    const url = checkedUrl(request.url, allowed);
    const to = await until(signal, checkedAddress(url.hostname, portOf(url), checked));
    const message = await exchange(url, to, request, signal, options.ca);
    const status = message.statusCode ?? 0;
    if (status >= 300 && status < 400) {
      message.destroy();
      fail(`\`${url.host}\` answered with a redirect (${status}), which is not followed`);
    }
    return { status, headers: headersOf(message), ...(await readAnswer(message, answerBytesMax)) };
  };

  return {
    pin: (host, port) =>
      until(AbortSignal.timeout(timeoutMs), checkedAddress(host, port, checked)).catch((error) => {
        if (error instanceof Fault) throw error;
        return fail(`\`${host}\` was not resolved within ${timeoutMs} ms`, error);
      }),
    async send(request) {
      const deadline = AbortSignal.timeout(timeoutMs);
      const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]);
      try {
        return await attempt(request, signal);
      } catch (error) {
        if (error instanceof Fault) throw error;
        if (deadline.aborted) return fail(`no whole answer within ${timeoutMs} ms`, error);
        return fail(error instanceof Error ? error.message : "the request failed", error);
      }
    },
  };
}
