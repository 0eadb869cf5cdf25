// authzen.test.ts — AuthZEN 1.0: a yes is claimed and over; everything that is more than a yes is a no

import { afterAll, beforeAll, expect, test } from "vitest";
import { call, type House, MIGRATE, openHouse, proposal } from "./house.ts";

let house: House;
let key: string;
beforeAll(async () => {
  house = await openHouse();
  key = await house.key({ role: "authzen", attests: { home: "/home/dev" } });
});
afterAll(() => house?.close());

const evaluation = (command: string, more: Record<string, unknown> = {}) => ({
  subject: { type: "agent", id: "claude-code" },
  action: { name: "Bash" },
  resource: { type: "repository", id: "/home/dev/api" },
  context: { args: { command }, cwd: "/home/dev/api", session: { id: "s-authzen" } },
  ...more,
});
const ask = (body: unknown, path = "/access/v1/evaluation", headers: Record<string, string> = {}) =>
  call(house, "POST", path, { key, body, headers });

test("an allow is true, and the action ends with an unknown outcome", async () => {
  const { status, headers, body } = await ask(evaluation("git status"), undefined, { "x-request-id": "r-1" });
  expect([status, headers.get("x-request-id")]).toEqual([200, "r-1"]);
  expect(body).toMatchObject({
    decision: true,
    context: { effect: "allow", outcome: "allow", reason_user: expect.any(String) },
  });
  const entry = await house.engine.store.decisions.get("default", body.context.decisionId);
  expect(entry?.row.state).toBe("outcome_unknown");
});

test("a denial is false with the generic sentence", async () => {
  const { body } = await ask(evaluation("rm -rf /home/dev/other"));
  expect(body).toMatchObject({
    decision: false,
    context: { effect: "deny", reason_user: "Tool call denied by policy" },
  });
});

test("an ask is false; asked again after a person said yes it is true, once", async () => {
  const first = await ask(evaluation(MIGRATE));
  expect(first.body).toMatchObject({ decision: false, context: { effect: "ask" } });
  const { items } = (await call(house, "GET", "/v1/approvals?state=pending", { key: house.approverKey })).body;
  const [{ id, card }] = items;
  await call(house, "POST", `/v1/approvals/${id}/votes`, {
    key: house.approverKey,
    body: { vote: "approve", cardSha256: card.sha256 },
  });
  expect((await ask(evaluation(MIGRATE))).body.decision).toBe(true);
  expect((await ask(evaluation(MIGRATE))).body.decision).toBe(false);
});

test("a required sandbox is false: a yes could not tell it", async () => {
  const document = {
    rules: [
      {
        id: "caged",
        effect: "modify",
        when: { commands: ["git shortlog"] },
        obligations: { sandbox: { required: { network: "none" } } },
      },
    ],
  };
  const made = await call(house, "POST", "/v1/policies", { key: house.adminKey, body: { name: "caged", document } });
  await call(house, "POST", `/v1/policies/${made.body.id}/publish`, { key: house.adminKey });
  expect((await ask(evaluation("git shortlog"))).body).toMatchObject({ decision: false, context: { effect: "allow" } });
});

test("several at once share what they leave out, and may stop at the first no", async () => {
  const { context: _context, ...common } = evaluation("");
  const each = (command: string) => ({ context: { args: { command }, cwd: "/home/dev/api" } });
  const evaluations = [each("git status"), each("rm -rf /home/dev/other"), each("git diff")];
  const all = await ask({ ...common, evaluations }, "/access/v1/evaluations");
  expect(all.body.evaluations.map(({ decision }: { decision: boolean }) => decision)).toEqual([true, false, true]);
  const first = await ask(
    { ...common, evaluations, options: { evaluations_semantic: "deny_on_first_deny" } },
    "/access/v1/evaluations",
  );
  expect(first.body.evaluations).toHaveLength(2);
});

test.each<[string, unknown, string]>([
  ["no subject", { ...evaluation("ls"), subject: undefined }, "/subject"],
  ["a subject that is no agent", evaluation("ls", { subject: { type: "user", id: "a" } }), "/subject/type"],
  [
    "an unknown property of the subject",
    evaluation("ls", { subject: { type: "agent", id: "a", properties: { shoe: 1 } } }),
    "/subject/properties/shoe",
  ],
  ["an unknown context", evaluation("ls", { context: { args: {}, weather: "fine" } }), "/context/weather"],
])("%s is refused in its place", async (_what, body, at) => {
  const answer = await ask(body);
  expect([answer.status, answer.body.at]).toEqual([422, at]);
});

test("only its own role asks, and it does nothing else", async () => {
  expect(
    (await call(house, "POST", "/access/v1/evaluation", { key: house.agentKey, body: evaluation("ls") })).status,
  ).toBe(403);
  expect((await call(house, "POST", "/v1/actions", { key, body: proposal("ls") })).status).toBe(403);
  const narrow = await house.key({ role: "authzen", agents: ["codex"] });
  expect((await call(house, "POST", "/access/v1/evaluation", { key: narrow, body: evaluation("ls") })).body.at).toBe(
    "/subject/id",
  );
});

test("the metadata names the endpoints", async () => {
  const { body } = await call(house, "GET", "/.well-known/authzen-configuration");
  expect(body.access_evaluation_endpoint).toBe(`${house.url}/access/v1/evaluation`);
});
