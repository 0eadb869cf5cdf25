// two-admins.test.ts — in a fleet a change of who may answer takes two people, and each of its steps is evidence

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Body, call, type House, openHouse } from "./house.ts";

let house: House;
let ann: string;
let ben: string;
beforeAll(async () => {
  house = await openHouse({ onePerson: false, stages: false });
  ann = await house.key({ role: "admin", person: "ann" });
  ben = await house.key({ role: "admin", person: "ben" });
});
afterAll(() => house?.close());

const as = (key: string, method: string, path: string, body?: unknown): Promise<Answer> =>
  call(house, method, path, { key, ...(body !== undefined && { body }) });
const person = (id: string, roles = ["dba"]) => ({ id, name: id, roles });
const known = async (id: string) => (await as(ann, "GET", `/v1/people/${id}`)).status === 200;
const events = async (): Promise<Body[]> => {
  await house.engine.store.events.sequence();
  return (await house.engine.store.events.after("default", 0, 1_000)).map(({ event }) => event);
};

test("a person is proposed by one admin and there when another has confirmed", async () => {
  const proposed = await as(ann, "POST", "/v1/people", person("dora"));
  expect([proposed.status, proposed.body.proposedBy]).toEqual([202, "ann"]);
  expect(await known("dora")).toBe(false);
  expect((await as(ben, "GET", "/v1/changes")).body.items).toContainEqual(proposed.body);
  expect((await as(ben, "POST", `/v1/changes/${proposed.body.id}/confirm`, {})).status).toBe(201);
  expect(await known("dora")).toBe(true);
  expect((await as(ben, "POST", `/v1/changes/${proposed.body.id}/confirm`, {})).status).toBe(404);
  const steps = async () =>
    (await events())
      .filter(({ type }) => /^(change|person)\./.test(type))
      .map(({ type, actor }) => [type, actor.person]);
  await expect.poll(steps).toEqual([
    ["change.proposed", "ann"],
    ["change.confirmed", "ben"],
    ["person.changed", "ben"],
  ]);
});

test("whoever proposed it cannot confirm it, with no key of theirs", async () => {
  const { body } = await as(ann, "POST", "/v1/people", person("eve", ["*"]));
  const second = await house.key({ role: "admin", person: "ann" });
  for (const key of [ann, second])
    expect((await as(key, "POST", `/v1/changes/${body.id}/confirm`, {})).body).toMatchObject({
      code: "two_person_required",
    });
  expect(await known("eve")).toBe(false);
  expect((await as(ann, "DELETE", `/v1/changes/${body.id}`)).status).toBe(204);
  expect((await as(ben, "POST", `/v1/changes/${body.id}/confirm`, {})).status).toBe(404);
});

test("a key that names nobody is no second person beside admins who are known", async () => {
  const nameless = await house.key({ role: "admin" });
  const { body } = await as(ann, "POST", "/v1/people", person("gil"));
  for (const answer of [
    await as(nameless, "POST", `/v1/changes/${body.id}/confirm`, {}),
    await as(nameless, "POST", "/v1/people", person("gil")),
  ])
    expect([answer.status, answer.body.code]).toEqual([409, "two_person_required"]);
  expect(await known("gil")).toBe(false);
  expect((await as(ben, "POST", `/v1/changes/${body.id}/confirm`, {})).status).toBe(201);
});

test("what such a key proposed before there were two admins with names is not confirmed by one of them", async () => {
  const young = await openHouse({ onePerson: false, stages: false });
  const at = (key: string, path: string, body: unknown) => call(young, "POST", path, { key, body });
  const nameless = await young.key({ role: "admin" });
  const first = await young.key({ role: "admin", person: "ann" });
  const { body } = await at(nameless, "/v1/people", person("gil"));
  await young.key({ role: "admin", person: "ben" });
  const confirm = async () => (await at(first, `/v1/changes/${body.id}/confirm`, {})).body.code;
  expect(await confirm()).toBe("two_person_required");
  const { store } = young.engine;
  const own = (await store.keys.list("default")).filter(({ role, person: who }) => role === "admin" && !who);
  for (const { id } of own) await store.keys.remove("default", id, { system: "test" });
  expect(await confirm()).toBe("two_person_required");
  await young.close();
});

test.each(["approver", "admin", "policy-publisher"])("a key with role %s takes two, too", async (role) => {
  const proposed = await as(ann, "POST", "/v1/keys", { role, person: "ann-again" });
  expect(proposed.status).toBe(202);
  expect(JSON.stringify(proposed.body)).not.toContain("hp_");
  const made = await as(ben, "POST", `/v1/changes/${proposed.body.id}/confirm`, {});
  expect([made.status, made.body.role, made.body.key]).toEqual([201, role, expect.stringMatching(/^hp_key_/)]);
  expect((await as(ben, "POST", `/v1/keys/${made.body.id}/rotate`, {})).body.code).toBe("two_person_required");
});

describe("one admin alone", () => {
  test("makes, rotates and ends keys of agents, and ends a key that leaked", async () => {
    const { status, body } = await as(ann, "POST", "/v1/keys", { role: "agent" });
    expect(status).toBe(201);
    expect((await as(ann, "POST", `/v1/keys/${body.id}/rotate`, {})).status).toBe(200);
    expect((await as(ann, "DELETE", `/v1/keys/${body.id}`)).status).toBe(204);
    const approver = (await as(ann, "GET", "/v1/keys")).body.items.find(({ role }: Body) => role === "approver");
    expect((await as(ann, "DELETE", `/v1/keys/${approver.id}`)).status).toBe(204);
  });
  test("does not become the only one by ending the others' keys", async () => {
    const other = (await as(ann, "GET", "/v1/keys")).body.items.find(({ person: who }: Body) => who === "ben");
    expect((await as(ann, "DELETE", `/v1/keys/${other.id}`)).status).toBe(202);
    expect((await as(ben, "GET", "/v1/keys")).status).toBe(200);
  });
});

test.each([["agent"], ["approver"], ["auditor"]] as const)("a key with role %s confirms nothing", async (role) => {
  const { body } = await as(ann, "POST", "/v1/people", person("fay"));
  const key = await house.key({ role });
  expect((await as(key, "POST", `/v1/changes/${body.id}/confirm`, {})).status).toBe(403);
  expect(await known("fay")).toBe(false);
});
