// inbound.ts — answers of channels: handed to the courier as they came, because their signatures are over every byte

import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { readBytes } from "../body.ts";
import type { Gateway } from "../parts.ts";
import { notFound } from "../query.ts";
import { type Call, METHODS, route } from "../route.ts";

const CHANNEL = /^[a-z0-9][a-z0-9-]{0,31}$/;
/** Of one connection, or set anew by whoever sends. A key is for the gateway: no channel uses one. */
const NOT_HANDED_ON = new Set([
  ..."connection host keep-alive transfer-encoding upgrade te trailer content-length expect".split(" "),
  ..."proxy-authorization authorization".split(" "),
]);

const handedOn = ({ raw }: Call): [string, string][] =>
  Object.entries(raw.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || NOT_HANDED_ON.has(name) ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
  );

async function forward(call: Call, gateway: Gateway): Promise<Response> {
  const { courierUrl } = gateway;
  const channel = call.params["channel"] ?? "";
  if (courierUrl === undefined || !CHANNEL.test(channel)) throw notFound();
  const url = call.raw.url ?? "";
  const query = url.includes("?") ? url.slice(url.indexOf("?")) : "";
  const method = call.raw.method ?? "GET";
  const body = method === "GET" ? undefined : await readBytes(call.raw);
  try {
    const answer = await fetch(`${courierUrl}/inbound/${channel}${query}`, {
      method,
      headers: handedOn(call),
      redirect: "manual",
      signal: AbortSignal.any([call.gone, AbortSignal.timeout(limits.inboundMs)]),
      ...(body !== undefined && { body }),
    });
    const headers = new Headers(answer.headers);
    for (const name of ["connection", "keep-alive", "transfer-encoding", "content-length", "date"])
      headers.delete(name);
    return new Response(await answer.arrayBuffer(), { status: answer.status, headers });
  } catch (error) {
    throw new Fault("not_ready", "the courier cannot be reached: nothing was counted, try again", {}, { cause: error });
  }
}

export const inboundRoutes = METHODS.slice(0, 2).map((method) =>
  route({
    method,
    path: "/inbound/:channel",
    operationId: method === "GET" ? "lookAtInbound" : "inbound",
    summary: "An answer on one of the courier's channels; each channel checks who sent it",
    who: "anyone",
    // Channels read their own: what is unknown is theirs to refuse, with a reason to whoever answers.
    ownQuery: true,
    answers: { 200: "what the channel says", 404: "there is no such channel", 503: "the courier is away" },
    run: (call, gateway) => forward(call as unknown as Call, gateway),
  }),
);
