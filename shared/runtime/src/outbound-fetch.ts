// outbound-fetch.ts — the guarded sender in the shape of `fetch`, for libraries that let one be passed in

import { Fault } from "@holdpoint/wire/fault.ts";
import type { Outbound, OutboundRequest } from "./outbound.ts";

interface FetchInit {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
}

const METHODS: readonly OutboundRequest["method"][] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const BODILESS = new Set([101, 204, 205, 304]);

/** An answer that was cut is a failure here: a library would take the part for the whole. */
export const outboundFetch =
  (outbound: Outbound) =>
  async (url: string | URL, init: FetchInit = {}): Promise<Response> => {
    const method = METHODS.find((each) => each === (init.method ?? "GET").toUpperCase());
    if (method === undefined) throw new Fault("outbound_refused", `the method \`${init.method}\` is not sent`);
    const body = init.body instanceof URLSearchParams ? init.body.toString() : (init.body ?? undefined);
    if (body !== undefined && typeof body !== "string") throw new Fault("outbound_refused", "only text is sent");
    const answer = await outbound.send({
      url: String(url),
      method,
      ...(init.headers === undefined ? {} : { headers: init.headers }),
      ...(body === undefined ? {} : { body }),
      ...(init.signal === undefined ? {} : { signal: init.signal }),
    });
    if (answer.cut) throw new Fault("outbound_failed", "the answer is larger than what is read");
    return new Response(BODILESS.has(answer.status) ? null : answer.body, {
      status: answer.status,
      headers: { ...answer.headers },
    });
  };
