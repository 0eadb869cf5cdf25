// limits.test.ts — limits as a client meets them: a rate, a budget that reports make true, and a question that holds its run

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, call, type Product, proposal, startProduct } from "./product.ts";

const POLICY = `
default: deny
rules:
  - { id: look, effect: allow, when: { commands: ["ls", "cat"] } }
  - { id: pause, effect: require_approval, holds: run, when: { commands: ["make deploy"] } }
  - { id: rate, effect: deny, when: { limits: { agent: { actions: { gte: 4, within: 1h } } } }, unless: { principal: { agent: "free-*" } } }
  - { id: budget, effect: deny, when: { limits: { run: { costUsd: { gt: 1 } } } } }
`;
const folder = mkdtempSync(join(tmpdir(), "holdpoint-limits-"));
const policyFile = join(folder, "limits.yaml");
let product: Product;
let executor = "";
beforeAll(async () => {
  writeFileSync(policyFile, POLICY);
  product = await startProduct({ args: ["--policy-file", policyFile] });
  const made = await call(product, "POST", "/v1/keys", {
    key: product.adminKey,
    body: { role: "executor", agents: ["*"] },
  });
  executor = made.body.key;
});
afterAll(async () => {
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const by = (name: string, session: string, more: object = {}) => ({
  principal: { agent: name },
  session: { id: session },
  ...more,
});
const propose = (command: string, more: Record<string, unknown>, key = product.agentKey): Promise<Answer> =>
  call(product, "POST", "/v1/actions?wait=10000", { key, body: proposal(command, more) });

test("of twenty at once four pass, and one that is withdrawn makes room for one more", async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => propose(`cat ${n}`, by("busy", `s-${n % 3}`))),
  );
  const allowed = answers.filter(({ body }) => body.state === "allowed");
  expect(allowed).toHaveLength(4);
  expect(answers.filter(({ body }) => body.state === "denied")).toHaveLength(16);
  await call(product, "POST", `/v1/actions/${allowed[0]?.body.actionId}/cancel`, { key: product.agentKey });
  const again = [await propose("ls a", by("busy", "s-1")), await propose("ls b", by("busy", "s-1"))];
  expect(again.map(({ body }) => body.state)).toEqual(["allowed", "denied"]);
});

test("a budget: reserved by what was announced, made true by what an executor reports", async () => {
  const spend = (costUsd: number) =>
    propose("ls", by("free-1", "s-b", { usage: { runId: "r-b", costUsd }, claim: true }), executor);
  const first = await spend(0.9);
  expect(first.body.state).toBe("executing");
  expect((await spend(0.2)).body.state).toBe("denied");
  const reported = await call(product, "POST", `/v1/actions/${first.body.actionId}/report`, {
    key: executor,
    body: { grant: first.body.grant.token, outcome: "succeeded", usage: { costUsd: 0.3 } },
  });
  expect(reported.status).toBe(200);
  expect((await spend(0.7)).body.state).toBe("executing");
  expect((await spend(0.01)).body.state).toBe("denied");
});

test("`holds: run`: a sibling waits, and goes on when a person has answered", async () => {
  const held = await propose("make deploy", by("free-2", "s-h"));
  expect(held.body.state).toBe("held");
  const waiting = await call(product, "POST", "/v1/actions?wait=0", {
    key: product.agentKey,
    body: proposal("ls", by("free-2", "s-h")),
  });
  expect((await propose("ls", by("free-2", "s-other"))).body.state).toBe("allowed");
  const state = async (wait: number) =>
    (await call(product, "GET", `/v1/actions/${waiting.body.actionId}?wait=${wait}`, { key: product.agentKey })).body
      .state;
  expect(["received", "evaluating"]).toContain(await state(300));
  const { id } = held.body.decision.approval;
  await call(product, "POST", `/v1/approvals/${id}/votes`, {
    key: product.approverKey,
    body: { vote: "deny", reason: "not today" },
  });
  expect(await state(10_000)).toBe("allowed");
});
