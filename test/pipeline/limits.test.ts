// limits.test.ts — limits over a fleet: four engines on one store, each with the stages that settle, and no limit is ever exceeded

import type { RunningStage } from "@holdpoint/engine/start.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import { startSafety } from "@holdpoint/safety/start.ts";
import { startSandbox } from "@holdpoint/sandbox/start.ts";
import type { ActionRow } from "@holdpoint/store/types.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Line, openLine } from "./line.ts";

const policy: PolicySource = {
  name: "limits.yaml",
  dialect: "native-yaml",
  text: `
default: deny
rules:
  - { id: look, effect: allow, when: { commands: ["ls", "cat"] } }
  - { id: never, effect: deny, when: { commands: ["rm -rf"] } }
  - { id: pause, effect: require_approval, holds: run, when: { commands: ["npx prisma migrate deploy"] } }
  - { id: five-a-day, effect: deny, reason: five a day, when: { limits: { agent: { allows: { gte: 5, within: 1d } } } }, unless: { principal: { agent: free } } }
  - { id: budget, effect: require_approval, reason: the budget is used up, when: { limits: { run: { costUsd: { gt: 2 } } } } }
  - { id: enough, effect: terminate, reason: denied too often, when: { session: { denials: { gte: 3, within: 10m } } } }
  - { id: warmed-up, effect: allow, when: { tool: shell, program: [make], session: { allows: { gte: 2 } } } }
`,
};
const DECIDED: ActionRow["state"][] = ["allowed", "held", "denied"];

let line: Line;
let owner: pg.Client;
const others: RunningStage[] = [];
beforeAll(async () => {
  line = await openLine({ policy: [policy] });
  owner = new pg.Client({ connectionString: line.databaseUrl });
  await owner.connect();
  for (let each = 0; each < 3; each++) {
    const engine = await line.another();
    others.push(startSafety(engine), startSandbox(engine));
  }
});
afterAll(async () => {
  await Promise.all(others.map((stage) => stage.stop()));
  await owner?.end();
  await line?.close();
});

async function waitsFor(actionId: string): Promise<string | null> {
  const { rows } = await owner.query("SELECT waits_for FROM holdpoint.actions WHERE id = $1", [actionId]);
  return rows[0]?.waits_for;
}

let sessions = 0;
const own = (agent = "free"): Partial<Action> => ({
  principal: { agent },
  session: { id: `s-${++sessions}` },
  credential: "key_1",
});
const decided = async (overrides: Partial<Action>) => {
  const { action } = await line.propose(overrides);
  return line.until(action.id, DECIDED);
};
const run = (command: string, more: Partial<Action>) => decided({ ...more, args: { command } });

test("32 at once over four engines: of five, five are allowed, and the rest are denied by that rule", async () => {
  const rows = await Promise.all(
    Array.from({ length: 32 }, (_, n) => line.commit({ ...own("busy"), args: { command: `ls ${n}` } })),
  );
  await line.send(rows);
  const ends = await Promise.all(rows.map(({ action }) => line.until(action.id, DECIDED)));
  expect(ends.filter(({ state }) => state === "allowed")).toHaveLength(5);
  for (const { decision } of ends.filter(({ state }) => state === "denied"))
    expect(decision).toMatchObject({ rules: [{ id: "five-a-day" }], reason: "five a day" });
  expect((await run("ls", own("another"))).state).toBe("allowed");
});

test("a budget is spent exactly, and above it people are asked", async () => {
  const rows = await Promise.all(
    Array.from({ length: 12 }, (_, n) =>
      line.commit({ ...own(), args: { command: `cat ${n}` }, usage: { runId: "r-1", costUsd: 0.4 } }),
    ),
  );
  await line.send(rows);
  const states = await Promise.all(rows.map(async ({ action }) => (await line.until(action.id, DECIDED)).state));
  // What is held is reserved too: its share is given back only when people say no.
  expect(states.filter((state) => state === "allowed")).toHaveLength(5);
  expect(states.filter((state) => state === "held")).toHaveLength(7);
});

test("the session ends with the fourth denial, and not before", async () => {
  const mine = own();
  for (const _each of [1, 2, 3]) expect((await run("rm -rf /", mine)).decision?.outcome).toBe("deny");
  expect((await run("ls", mine)).decision).toMatchObject({ outcome: "terminate", rules: [{ id: "enough" }] });
  expect((await run("cat x", mine)).state).toBe("denied");
  expect((await run("ls", own())).state).toBe("allowed");
});

test("what only history allows is allowed once it is true, and checkers are heard before", async () => {
  const mine = own();
  expect((await run("make", mine)).state).toBe("denied");
  await run("ls", mine);
  await run("cat x", mine);
  const row = await run("make", mine);
  expect(row).toMatchObject({ state: "allowed", decision: { rules: [{ id: "warmed-up" }] } });
  expect(row.decision?.stages.map(({ stage }) => stage)).toContain("safety");
});

test("a question with `holds: run` lets siblings wait; they go on by themselves once it is answered", async () => {
  const mine = own();
  const held = await run("npx prisma migrate deploy", mine);
  expect(held.state).toBe("held");
  const { action: sibling } = await line.propose({ ...mine, args: { command: "ls" } });
  expect((await run("ls", own())).state).toBe("allowed"); // as a sibling would long be, if it did not wait
  expect((await run("rm -rf /", mine)).state).toBe("denied");
  await expect.poll(() => waitsFor(sibling.id)).toBe(held.approvalId);
  expect((await line.engine.store.actions.get("default", sibling.id))?.state).toBe("received");
  const approval = await line.engine.store.approvals.get("default", held.approvalId ?? "");
  await line.engine.store.approvals.vote({
    tenant: "default",
    approvalId: approval?.id ?? "",
    voteId: newId("vote"),
    voter: "alice",
    credential: "key_alice",
    channel: "test",
    vote: "approve",
    roles: ["approver"],
    ...(approval && { cardSha256: approval.card.sha256 }),
    barred: [],
  });
  await line.engine.store.approvals.apply("default", approval?.id ?? "", { system: "test" });
  expect((await line.until(sibling.id, DECIDED)).state).toBe("allowed");
});
