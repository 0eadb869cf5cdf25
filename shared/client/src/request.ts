// request.ts — one HTTP call to the gateway: bounded in time and bytes, problems as faults with their code

import { bearer } from "@holdpoint/wire/bearer.ts";
import { FAULTS, Fault, type FaultCode } from "@holdpoint/wire/fault.ts";
import { Problem } from "@holdpoint/wire/problem.ts";
import type { z } from "zod";

export interface ClientOptions {
  /** of the gateway: `http://127.0.0.1:8787` */
  url: string;
  /** `hp_…` */
  key: string;
  /** how long an answer may take beyond what the call itself waits for */
  timeoutMs?: number;
  /** another way to fetch, for tests and proxies */
  fetch?: typeof fetch;
}

export interface Sending {
  body?: unknown;
  query?: Record<string, string | number | undefined>;
  idempotencyKey?: string | undefined;
  /** the `etag` of what is changed: refused when it has changed since */
  ifMatch?: string | undefined;
  /** what the server is asked to wait, on top of the time that any answer may take */
  waitMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

export type Request = <T extends z.ZodType>(
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  answer: T,
  sending?: Sending,
) => Promise<z.output<T>>;

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 8 * 1_048_576;

const unanswered = (why: string, cause?: unknown): Fault =>
  new Fault("outbound_failed", `the gateway gave no usable answer: ${why}`, {}, { cause });

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw unanswered(`it is larger than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** A problem of the server under its own code, so that callers branch on `fault.code` and never on a text. */
function refusal(status: number, value: unknown): Fault {
  const parsed = Problem.safeParse(value);
  if (!parsed.success) return unanswered(`status ${status} without a problem body`);
  const { code, detail, type: _type, title: _title, ...place } = parsed.data;
  const known = Object.hasOwn(FAULTS, code) ? (code as FaultCode) : "internal";
  return new Fault(known, detail, { ...place, code });
}

/**
 * Throws a `Fault`: the server's own code, or `outbound_failed` where there was no answer, too late, or none that fits.
 * An answer that does not fit is never taken for one that does. A key that is none throws `config_invalid` here at once.
 */
export function createRequest({ url, key, timeoutMs = TIMEOUT_MS, fetch: send = fetch }: ClientOptions): Request {
  const base = new URL(url);
  const authorization = bearer(key, "the client's `key`");
  return async (method, path, answer, { body, query = {}, idempotencyKey, ifMatch, waitMs = 0, signal } = {}) => {
    const target = new URL(path, base);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) target.searchParams.set(name, String(value));
    const late = AbortSignal.timeout(timeoutMs + waitMs);
    let status: number;
    let text: string;
    try {
      const response = await send(target, {
        method,
        redirect: "error",
        signal: signal ? AbortSignal.any([signal, late]) : late,
        headers: {
          authorization,
          accept: "application/json",
          ...(body !== undefined && { "content-type": "application/json" }),
          ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
          ...(ifMatch !== undefined && { "if-match": `"${ifMatch}"` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      status = response.status;
      text = await readText(response);
    } catch (error) {
      if (error instanceof Fault) throw error;
      throw unanswered(late.aborted ? `none within ${timeoutMs + waitMs} ms` : "the connection failed", error);
    }
    let value: unknown;
    try {
      value = text === "" ? undefined : JSON.parse(text);
    } catch (error) {
      throw unanswered(`status ${status} with something that is not JSON`, error);
    }
    if (status >= 300) throw refusal(status, value);
    const parsed = answer.safeParse(value);
    if (!parsed.success) throw unanswered("it does not have the shape of one", parsed.error);
    return parsed.data;
  };
}
