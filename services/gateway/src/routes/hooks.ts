// hooks.ts — agent clients that call their hooks by HTTP: the same reading and the same words as `holdpoint hook`

import { meaningOf } from "@holdpoint/core/hooks/answer.ts";
import { readCall } from "@holdpoint/core/hooks/call.ts";
import { CLIENTS, type Client, type HookCall, type JsonRecord } from "@holdpoint/core/hooks/clients.ts";
import { answerTo, proposalOf } from "@holdpoint/core/hooks/exchange.ts";
import { outcomeOf } from "@holdpoint/core/hooks/outcome.ts";
import { Proposal } from "@holdpoint/wire/action.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { timestamp } from "@holdpoint/wire/scalars.ts";
import { z } from "zod";
import { fit, readBytes } from "../body.ts";
import type { Gateway } from "../parts.ts";
import { naturalKey } from "../propose.ts";
import { notFound } from "../query.ts";
import { type Call, ok, route } from "../route.ts";
import { propose } from "./actions.ts";
import { report } from "./run.ts";

const AGENTS = ["agent", "executor"] as const;

async function before(call: Call, gateway: Gateway, hook: HookCall, client: Client): Promise<JsonRecord> {
  const body = fit(Proposal, proposalOf(hook, client));
  const { status, body: answer } = await propose({ ...call, body, query: { wait: limits.hookDeadlineMs } }, gateway);
  const meaning = meaningOf(status, answer as never, hook.input);
  return answerTo(client, meaning, "deny") ?? client.deny(meaning.kind === "unusable" ? meaning.reason : "no answer");
}

/** The same proposal again finds the call that runs; one that was never let through by us is nobody's to report. */
async function after(call: Call, gateway: Gateway, hook: HookCall, client: Client): Promise<void> {
  if (hook.callId === undefined) return;
  const { tenant, id } = call.credential;
  const key = naturalKey({ client: client.agent, session: { id: hook.session }, toolCallId: hook.callId });
  const row = key === undefined ? undefined : await gateway.store.actions.byIdempotencyKey(tenant, id, key);
  if (row?.state !== "executing") return;
  const body = { grant: gateway.grants.token(row), ...outcomeOf(hook.result) };
  await report({ ...call, params: { id: row.action.id }, query: {}, body }, gateway);
}

/** Whatever goes wrong is a no in the client's own words: most clients take another status for "no opinion". */
async function answered(call: Call, gateway: Gateway): Promise<JsonRecord> {
  const name = call.params["client"] ?? "";
  const client = Object.hasOwn(CLIENTS, name) ? CLIENTS[name] : undefined;
  if (client === undefined) throw notFound();
  let hook: HookCall | undefined;
  try {
    const credential = await gateway.door.caller(call.header("authorization"));
    if (!AGENTS.some((role) => role === credential.role)) return client.deny("this key is not an agent's");
    hook = readCall((await readBytes(call.raw)).toString("utf8"), client);
    const vetted = { ...call, credential };
    if (hook.when === "before") return await before(vetted, gateway, hook, client);
    await after(vetted, gateway, hook, client);
    return {};
  } catch (error) {
    if (!isFault(error)) gateway.log.warn({ error }, "a hook's call was not understood");
    return hook?.when === "after"
      ? {}
      : client.deny(`Holdpoint: ${error instanceof Error ? error.message : "unexpected"}`);
  }
}

/** What a hook refused while nobody could record it (rulings §F). Ids, hashes and reasons: never arguments. */
const Refusals = z.strictObject({
  refusals: z
    .array(
      z.strictObject({
        at: timestamp,
        client: z.string().max(limits.nameCharsMax),
        session: z.string().max(limits.nameCharsMax).optional(),
        callId: z.string().max(limits.nameCharsMax).optional(),
        tool: z.string().max(limits.nameCharsMax).optional(),
        args: z.string().max(100).optional(),
        reason: z.string().max(limits.textCharsMax),
      }),
    )
    .min(1)
    .max(limits.listItemsMax),
});

export const hookRoutes = [
  route({
    method: "POST",
    path: "/v1/refusals",
    operationId: "tellRefusals",
    summary: "What hooks refused while this gateway was away, as evidence",
    who: AGENTS,
    body: Refusals,
    answers: { 200: "noted; `noted` says how many" },
    async run({ credential, body }, gateway) {
      for (const refusal of body.refusals)
        await gateway.store.actions.note(
          credential.tenant,
          undefined,
          "hook.refused",
          { credential: credential.id },
          { ...refusal, claimed: true },
        );
      return ok({ noted: body.refusals.length });
    },
  }),
  route({
    method: "POST",
    path: "/hooks/:client",
    operationId: "hook",
    summary: "A client's hook by HTTP: answers in the client's own words; whatever goes wrong is a no",
    // The key is asked for inside, because a client takes 401 for "no opinion".
    who: "anyone",
    query: z.looseObject({}),
    answers: { 200: "yes or no, as the client says it; `{}` after a call", 404: "there is no such client" },
    run: async (call, gateway) => ok(await answered(call as unknown as Call, gateway)),
  }),
];
