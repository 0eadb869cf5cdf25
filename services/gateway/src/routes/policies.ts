// policies.ts — policy administration: write drafts, publish them to every live worker, retire them

import { sourceOf } from "@holdpoint/store/policy-source.ts";
import type { PolicyRecord } from "@holdpoint/store/store.ts";
import type { Credential } from "@holdpoint/wire/access.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { POLICY_STATUSES, type PolicyStatus, PolicyWrite, PublishRequest } from "@holdpoint/wire/policy.ts";
import { z } from "zod";
import { ifMatch } from "../headers.ts";
import type { Gateway } from "../parts.ts";
import { notFound, pageParameters } from "../query.ts";
import { type Answer, type Call, created, noContent, ok, route } from "../route.ts";
import { pause } from "../waiters.ts";

export const POLICY_READERS = ["policy-author", "policy-publisher", "operator", "auditor", "admin"] as const;
/** How often a publish looks whether the workers have caught up. */
const ACK_POLL_MS = 25;

const authorOf = ({ person, id }: Credential): string => person ?? id;

/** In a fleet admins keep keys and members, others write policy, and yet others publish it. */
function mayAdminister({ onePerson }: Gateway, { role }: Credential): void {
  if (role === "admin" && !onePerson)
    throw new Fault("forbidden", "in a fleet policy is written and published by people with those roles");
}

const etagHeader = ({ etag }: PolicyRecord) => ({ etag: `"${etag}"` });
const shown = ({ write, ...record }: PolicyRecord) => ({ ...write, ...record });

/** Throws `policy_invalid` with every file, line and column: what does not compile is not even kept as a draft. */
const check = async ({ policies }: Gateway, write: PolicyWrite, version: number): Promise<void> =>
  void (await policies.compile([sourceOf(write, version)]));

async function record(
  { store }: Gateway,
  { credential, params }: Pick<Call, "credential" | "params">,
): Promise<PolicyRecord> {
  const found = await store.policies.get(credential.tenant, params["id"] ?? "");
  if (!found) throw notFound();
  return found;
}

const changed = () => new Fault("precondition_failed", "the policy has changed since; read it again");

/** Returns when every live worker, this process too, runs the set that the change made. */
async function put(
  gateway: Gateway,
  call: Pick<Call, "credential" | "params" | "gone">,
  status: PolicyStatus,
): Promise<Answer> {
  const { store, policies, onePerson, closing } = gateway;
  const { credential, params, gone } = call;
  const { tenant } = credential;
  mayAdminister(gateway, credential);
  if (status === "draft") throw new Fault("invalid", "a published policy cannot become a draft again");
  const set = await store.policies.publish(tenant, params["id"] ?? "", status, authorOf(credential), !onePerson);
  if (set === "unknown") throw notFound();
  if (set === "same_author")
    throw new Fault("two_person_required", "somebody else than its author has to publish this");
  await policies.refresh(tenant);
  const deadline = gateway.clock.now() + limits.policyAckMs;
  let behind = await store.workers.behind(tenant, set.digest);
  while (behind.length > 0 && gateway.clock.now() < deadline && !gone.aborted && !closing.aborted) {
    await pause(ACK_POLL_MS, gone, closing);
    behind = await store.workers.behind(tenant, set.digest);
  }
  if (behind.length > 0)
    throw new Fault("not_acknowledged", `published, but ${behind.length} workers do not run it yet`, {
      digest: set.digest,
      workers: behind,
    });
  const now = await record(gateway, call);
  return ok({ ...shown(now), digest: set.digest }, etagHeader(now));
}

export const policyRoutes = [
  route({
    method: "GET",
    path: "/v1/policies",
    operationId: "listPolicies",
    summary: "Policies as they were written, with their status",
    who: POLICY_READERS,
    query: z.strictObject({ status: z.enum(POLICY_STATUSES).optional(), ...pageParameters }),
    answers: { 200: "a page of policies; `next` is the cursor of the next one" },
    async run({ credential, query }, { store }) {
      const { limit = limits.pageItemsDefault, ...filter } = query;
      const page = await store.policies.list(credential.tenant, { ...filter, limit });
      return ok({ ...page, items: page.items.map(shown) });
    },
  }),
  route({
    method: "POST",
    path: "/v1/policies",
    operationId: "createPolicy",
    summary: "Write a policy, as a row or a whole document; it is a draft until it is published",
    who: ["policy-author", "admin"],
    body: PolicyWrite,
    answers: { 201: "the draft, with its `etag`", 422: "it does not compile; `errors` names every place" },
    async run({ credential, body }, gateway) {
      mayAdminister(gateway, credential);
      await check(gateway, body, 1);
      const made = await gateway.store.policies.create(credential.tenant, body, authorOf(credential));
      return created(shown(made), etagHeader(made));
    },
  }),
  route({
    method: "GET",
    path: "/v1/policies/:id",
    operationId: "getPolicy",
    summary: "One policy, with its `etag`",
    who: POLICY_READERS,
    answers: { 200: "the policy" },
    async run(call, gateway) {
      const found = await record(gateway, call);
      return ok(shown(found), etagHeader(found));
    },
  }),
  route({
    method: "PUT",
    path: "/v1/policies/:id",
    operationId: "replacePolicy",
    summary: "Change a policy; what runs stays as it is until the change is published",
    who: ["policy-author", "admin"],
    body: PolicyWrite,
    answers: { 200: "the policy with its new `etag`", 412: "it has changed since", 428: "`if-match` is missing" },
    async run(call, gateway) {
      const { credential, params, body } = call;
      mayAdminister(gateway, credential);
      const etag = ifMatch(call);
      const before = await record(gateway, call);
      await check(gateway, body, before.version + 1);
      const now = await gateway.store.policies.replace(
        credential.tenant,
        params["id"] ?? "",
        etag,
        body,
        authorOf(credential),
      );
      if (now === "unknown") throw notFound();
      if (now === "changed") throw changed();
      return ok(shown(now), etagHeader(now));
    },
  }),
  route({
    method: "DELETE",
    path: "/v1/policies/:id",
    operationId: "deletePolicy",
    summary: "Delete a policy that does not run",
    who: ["policy-author", "admin"],
    answers: {
      204: "gone",
      409: "it runs: retire it first",
      412: "it has changed since",
      428: "`if-match` is missing",
    },
    async run(call, gateway) {
      mayAdminister(gateway, call.credential);
      const removed = await gateway.store.policies.remove(
        call.credential.tenant,
        call.params["id"] ?? "",
        ifMatch(call),
      );
      if (removed === "unknown") throw notFound();
      if (removed === "changed") throw changed();
      if (removed === "active") throw new Fault("illegal_transition", "the policy runs: retire it first");
      return noContent;
    },
  }),
  route({
    method: "POST",
    path: "/v1/policies/:id/publish",
    operationId: "publishPolicy",
    summary: "Let every worker run it, or watch it beside what runs (`as: shadow`)",
    who: ["policy-publisher", "admin"],
    body: PublishRequest,
    bodyOptional: true,
    answers: { 200: "every live worker runs it", 409: "not by its author, or not every worker has answered" },
    run: (call, gateway) => put(gateway, call, call.body.as ?? "active"),
  }),
  route({
    method: "POST",
    path: "/v1/policies/:id/retire",
    operationId: "retirePolicy",
    summary: "Take it out of what runs",
    who: ["policy-publisher", "admin"],
    body: z.strictObject({}),
    bodyOptional: true,
    answers: { 200: "no live worker runs it any more", 409: "not by its author, or not every worker has answered" },
    run: (call, gateway) => put(gateway, call, "retired"),
  }),
];
