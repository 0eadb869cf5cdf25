// people.ts — who may answer: people, their roles, and who they are in a channel

import { PersonRequest } from "@holdpoint/wire/access.ts";
import { notFound } from "../query.ts";
import { ok, route } from "../route.ts";
import { change } from "./changes.ts";

const READERS = ["admin", "auditor"] as const;

export const peopleRoutes = [
  route({
    method: "POST",
    path: "/v1/people",
    operationId: "putPerson",
    summary: "Add a person, or replace what is known of one; roles that are newer than a request do not count for it",
    who: ["admin"],
    body: PersonRequest,
    answers: { 201: "the person", 202: "where there are two admins: another one has to confirm it" },
    run: ({ credential, body }, gateway) => change(gateway, credential, { kind: "person.put", person: body }),
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
    answers: { 202: "where there are two admins: another one has to confirm it", 204: "gone" },
    async run({ credential, params }, gateway) {
      const id = params["id"] ?? "";
      if ((await gateway.store.people.get(credential.tenant, id)) === undefined) throw notFound();
      return change(gateway, credential, { kind: "person.remove", id });
    },
  }),
];
