// people.ts — who may answer: people, their roles, and who they are in a channel

import { PersonRequest } from "@holdpoint/wire/access.ts";
import { notFound } from "../query.ts";
import { actorOf } from "../refusals.ts";
import { created, noContent, ok, route } from "../route.ts";

const READERS = ["admin", "auditor"] as const;

export const peopleRoutes = [
  route({
    method: "POST",
    path: "/v1/people",
    operationId: "putPerson",
    summary: "Add a person, or replace what is known of one; roles that are newer than a request do not count for it",
    who: ["admin"],
    body: PersonRequest,
    answers: { 201: "the person" },
    async run({ credential, body }, { store }) {
      return created(await store.people.put(credential.tenant, body, actorOf(credential)));
    },
  }),
  route({
    method: "GET",
    path: "/v1/people",
    operationId: "listPeople",
    summary: "All people of this tenant",
    who: READERS,
    answers: { 200: "all people" },
    async run({ credential }, { store }) {
      return ok({ items: await store.people.list(credential.tenant) });
    },
  }),
  route({
    method: "GET",
    path: "/v1/people/:id",
    operationId: "getPerson",
    summary: "One person",
    who: READERS,
    answers: { 200: "the person" },
    async run({ credential, params }, { store }) {
      const person = await store.people.get(credential.tenant, params["id"] ?? "");
      if (!person) throw notFound();
      return ok(person);
    },
  }),
  route({
    method: "DELETE",
    path: "/v1/people/:id",
    operationId: "deletePerson",
    summary: "Remove a person; votes that rest on it no longer count when an action is claimed",
    who: ["admin"],
    answers: { 204: "gone" },
    async run({ credential, params }, { store }) {
      if (!(await store.people.remove(credential.tenant, params["id"] ?? "", actorOf(credential)))) throw notFound();
      return noContent;
    },
  }),
];
