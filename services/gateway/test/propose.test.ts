// propose.test.ts — proposals over HTTP: decided, held, denied, replayed, joined, claimed in one round trip

import { afterAll, beforeAll, expect, test } from "vitest";
import { call, type House, MIGRATE, openHouse, proposal } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const agent = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  call(house, method, path, { key: house.agentKey, body, ...(headers && { headers }) });

test("an everyday command is allowed, with a decision and a receipt", async () => {
  const { status, body } = await agent("POST", "/v1/actions?wait=10000", proposal("git status"));
  expect([status, body.state, body.decision.effect]).toEqual([200, "allowed", "allow"]);
  expect(body).toMatchObject({ replayed: false, version: 2, receipt: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
});

test("a migration is held, with its approval in the same body", async () => {
  const { status, body } = await agent("POST", "/v1/actions?wait=10000", proposal(MIGRATE));
  expect([status, body.state]).toEqual([202, "held"]);
  expect(body.decision.approval).toMatchObject({ id: expect.stringMatching(/^apr_/), quorum: 1 });
});
