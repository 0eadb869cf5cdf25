// changes.ts — what changes who may answer: done at once by an only admin, proposed and confirmed where there are two (rulings §D3)

import type { ChangeRequest, Credential } from "@holdpoint/wire/access.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { z } from "zod";
import type { Gateway } from "../parts.ts";
import { notFound } from "../query.ts";
import { actorOf } from "../refusals.ts";
import { type Answer, noContent, ok, route } from "../route.ts";

/** A key that is nobody's stands for itself. */
const whoIs = ({ person, id }: Credential): string => person ?? id;

interface Admins {
  /** people: by their keys, or because they sign in */
  named: ReadonlySet<string>;
  /** keys that name nobody, such as a fleet's first one */
  nameless: ReadonlySet<string>;
}

async function adminsOf({ store, clock, signIn }: Gateway, tenant: string): Promise<Admins> {
  const keys = await store.keys.list(tenant);
  const people = signIn?.tenant === tenant ? await store.people.list(tenant) : [];
  const signingIn = people.filter(
    ({ roles, identities = [] }) => roles.includes("admin") && identities.some(({ channel }) => channel === "oidc"),
  );
  const live = keys.filter(
    ({ role, expiresAt }) => role === "admin" && (expiresAt === undefined || Date.parse(expiresAt) > clock.now()),
  );
  return {
    named: new Set([...live.flatMap(({ person }) => person ?? []), ...signingIn.map(({ id }) => id)]),
    nameless: new Set(live.filter(({ person }) => person === undefined).map(({ id }) => id)),
  };
}

/** Whether there is anybody who could confirm: until a second admin exists, the first one makes the house ready alone. */
export async function takesTwo(gateway: Gateway, { tenant }: Credential): Promise<boolean> {
  if (gateway.onePerson) return false;
  const { named, nameless } = await adminsOf(gateway, tenant);
  return named.size + nameless.size > 1;
}

/**
 * Where two admins are known by name, a key that names nobody is no voice beside them: whoever holds it may be one of the
 * two. Throws `two_person_required`.
 */
async function refuseNameless(gateway: Gateway, tenant: string, voices: readonly string[]): Promise<void> {
  const { named } = await adminsOf(gateway, tenant);
  // Not "is a nameless key": one that ended since has no row to be known by.
  if (named.size > 1 && voices.some((who) => !named.has(who)))
    throw new Fault("two_person_required", "both voices have to be of admins who are known by name: propose it anew");
}

async function done(gateway: Gateway, credential: Credential, change: ChangeRequest): Promise<Answer> {
  const { store, door } = gateway;
  const { tenant } = credential;
  const by = actorOf(credential);
  switch (change.kind) {
    case "person.put": {
      const body = await store.people.put(tenant, change.person, by);
      door.forget(); // sessions act with the roles of their person
      return { status: 201, body };
    }
    case "person.remove":
      if (!(await store.people.remove(tenant, change.id, by))) throw notFound();
      door.forget();
      return noContent;
    case "key.create": {
      const { record, key } = await store.keys.create(tenant, change.key, by);
      return { status: 201, body: { ...record, key } };
    }
    case "key.remove":
      if (!(await store.keys.remove(tenant, change.id, by))) throw notFound();
      door.forget();
      return noContent;
  }
}

/** Makes the change, or answers 202 with what another admin has to confirm. */
export async function change(gateway: Gateway, credential: Credential, wanted: ChangeRequest): Promise<Answer> {
  if (!(await takesTwo(gateway, credential))) return done(gateway, credential, wanted);
  const { tenant } = credential;
  await refuseNameless(gateway, tenant, [whoIs(credential)]);
  const proposed = await gateway.store.proposedChanges.propose(tenant, wanted, whoIs(credential), actorOf(credential));
  return { status: 202, body: proposed };
}

const ADMINS = ["admin"] as const;

export const changeRoutes = [
  route({
    method: "GET",
    path: "/v1/changes",
    operationId: "listChanges",
    summary: "Changes of people and keys that wait for a second admin",
    who: ["admin", "auditor"],
    answers: { 200: "all that wait" },
    async run({ credential }, { store }) {
      return ok({ items: await store.proposedChanges.list(credential.tenant) });
    },
  }),
  route({
    method: "POST",
    path: "/v1/changes/:id/confirm",
    operationId: "confirmChange",
    summary: "Make a change that another admin proposed",
    who: ADMINS,
    body: z.strictObject({}),
    bodyOptional: true,
    answers: {
      200: "what the change answers",
      404: "there is none, or its time is over",
      409: "you proposed it yourself",
    },
    async run({ credential, params }, gateway) {
      const { tenant } = credential;
      const id = params["id"] ?? "";
      const waiting = (await gateway.store.proposedChanges.list(tenant)).find((each) => each.id === id);
      await refuseNameless(gateway, tenant, [whoIs(credential), ...(waiting ? [waiting.proposedBy] : [])]);
      const taken = await gateway.store.proposedChanges.take(tenant, id, whoIs(credential), actorOf(credential));
      if (taken === "unknown") throw notFound();
      if (taken === "same_person")
        throw new Fault("two_person_required", "whoever proposed a change cannot confirm it: another admin has to");
      return done(gateway, credential, taken.change);
    },
  }),
  route({
    method: "DELETE",
    path: "/v1/changes/:id",
    operationId: "dropChange",
    summary: "Drop a change that waits",
    who: ADMINS,
    answers: { 204: "gone" },
    async run({ credential, params }, { store }) {
      if (!(await store.proposedChanges.drop(credential.tenant, params["id"] ?? "", actorOf(credential))))
        throw notFound();
      return noContent;
    },
  }),
];
