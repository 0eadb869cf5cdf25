// Nothing that quotes an argument is readable in the tables; altered or moved bytes do not open; each tenant sees its own.

import { sampleAsk, sampleAtom, sampleFacts, sampleVerdict } from "@holdpoint/core/sample.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { describe, expect, test } from "vitest";
import {
  activate,
  decided,
  digest,
  log,
  masterKey,
  newApproval,
  newDecision,
  newVote,
  propose,
  settlement,
  system,
} from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";
import { openStore } from "./open.ts";

const t = testStore();

const SECRET = "correct-horse-battery-staple";

test("a planted word appears in no table, by whatever way it came", async () => {
  const row = await propose(
    t.store,
    {
      session: { id: "s-planted" },
      args: { command: `echo ${SECRET}` },
      cwd: `/home/${SECRET}`,
      plan: { why: SECRET },
      resource: { path: SECRET },
    },
    { joinHash: SECRET, requestHash: SECRET },
  );
  const finding = { checker: "c", severity: "warn" as const, code: "x", note: `saw ${SECRET}` };
  await t.store.actions.settle("default", [
    settlement(row, "held", {
      decision: newDecision(row.action, { reason: SECRET, findings: [finding] }),
      verdict: sampleVerdict({ findings: [finding], terminate: true }),
      facts: sampleFacts(row.action, { atoms: [sampleAtom({ text: `echo ${SECRET}` })] }),
      findings: [finding],
      command: `echo ${SECRET}`,
      approval: newApproval({
        card: { text: `card: ${SECRET}\n`, sha256: "sha256:card", truncated: false },
        ask: sampleAsk({ because: [{ rule: "r", reason: SECRET }] }),
      }),
    }),
  ]);
  const held = await t.store.actions.get("default", row.action.id);
  if (!held) throw new Error();
  await t.store.approvals.vote(newVote(held, { vote: "deny", reason: SECRET }));
  await t.store.approvals.apply("default", held.approvalId ?? "", system);
  await t.store.actions.note("default", row.action.id, "late_report", system, { output: SECRET });

  const { rows: tables } = await t.owner.query("SELECT tablename FROM pg_tables WHERE schemaname = 'holdpoint'");
  expect(tables.length).toBeGreaterThan(15);
  const needles = [
    SECRET,
    Buffer.from(SECRET).toString("hex"),
    Buffer.from(SECRET).toString("base64").replaceAll("=", "").slice(0, -2),
  ];
  const leaks: string[] = [];
  for (const { tablename } of tables) {
    const { rows } = await t.owner.query(`SELECT to_jsonb(x)::text AS row FROM ${tablename} x`);
    for (const { row: text } of rows) if (needles.some((needle) => text.includes(needle))) leaks.push(tablename);
  }
  expect(leaks).toEqual([]);
  const events = await t.store.events.ofAction("default", row.action.id);
  expect(JSON.stringify(events)).toContain(SECRET); // with the key it is all there
});

test("neither does the arguments' hash, which could be guessed at", async () => {
  const row = await decided(t.store, "allowed");
  const { rows } = await t.owner.query(
    "SELECT to_jsonb(a)::text || (SELECT string_agg(to_jsonb(e)::text, '') FROM events e WHERE e.action_id = a.id) AS all FROM actions a WHERE id = $1",
    [row.action.id],
  );
  expect(rows[0].all).not.toContain(row.action.argsHash.replace("sha256-jcs:", ""));
});

describe("sealed bytes", () => {
  test("that were altered do not open", async () => {
    const row = await propose(t.store);
    await t.owner.query("UPDATE actions SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE id = $1", [
      row.action.id,
    ]);
    await expect(t.store.actions.get("default", row.action.id)).rejects.toMatchObject({ code: "internal" });
  });
  test("of another action do not open here", async () => {
    const [row, other] = [await propose(t.store), await propose(t.store)];
    await t.owner.query("UPDATE actions SET sealed = (SELECT sealed FROM actions WHERE id = $2) WHERE id = $1", [
      row.action.id,
      other.action.id,
    ]);
    await expect(t.store.actions.get("default", row.action.id)).rejects.toMatchObject({ code: "internal" });
  });
  test("do not open with another master key: the store does not even start", async () => {
    await expect(openStore({ url: t.url, masterKey: Buffer.alloc(32, 8), log })).rejects.toMatchObject({
      code: "config_invalid",
    });
    await expect(openStore({ url: t.url, masterKey: Buffer.alloc(16), log })).rejects.toBeInstanceOf(Fault);
  });
  test("open in every process that has the master key, also those that made the tenant's key at the same time", async () => {
    await t.owner.query("INSERT INTO tenants (tenant, policy_digest) VALUES ('raced', $1)", [digest]);
    const stores = await Promise.all([1, 2, 3].map(() => openStore({ url: t.url, masterKey, log })));
    const rows = await Promise.all(stores.map((store) => propose(store, { tenant: "raced" })));
    for (const store of stores)
      for (const row of rows) expect((await store.actions.get("raced", row.action.id))?.action).toEqual(row.action);
    await Promise.all(stores.map((store) => store.close()));
  });
});

describe("tenants", () => {
  test("do not see each other's rows, in any table, whatever the query asks for", async () => {
    await t.store.tenants.create("left");
    await t.store.tenants.create("right");
    for (const tenant of ["left", "right"]) {
      await activate(t.owner, tenant, digest);
      const of = [{ name: "agent/actions/60000/a", what: "actions", windowMs: 60_000, used: 0 }] as const;
      const row = await decided(
        t.store,
        "held",
        { tenant },
        {
          verdict: sampleVerdict({ effect: "ask", counts: { asks: [], of: [...of] } }),
          approval: newApproval({ ask: sampleAsk({ holds: "run" }) }),
        },
      );
      await t.store.approvals.vote(newVote(row));
      const denied = await decided(
        t.store,
        "held",
        { tenant },
        { approval: newApproval({ memory: { subject: "m", session: "s-1" }, standing: "s" }) },
      );
      await t.store.approvals.vote(newVote(denied, { vote: "deny", reason: "no" }));
      await t.store.approvals.apply(tenant, denied.approvalId ?? "", system);
      const granted = await decided(t.store, "held", { tenant }, { approval: newApproval({ standing: "s" }) });
      await t.store.approvals.vote(
        newVote(granted, { wish: { scope: "session", until: new Date(Date.now() + 60_000) } }),
      );
      await t.store.approvals.apply(tenant, granted.approvalId ?? "", system);
      await t.store.keys.create(tenant, { role: "agent" }, system);
      await t.store.people.put(
        tenant,
        { id: "p", name: "P", roles: ["r"], identities: [{ channel: "c", id: "i" }] },
        system,
      );
      await t.store.proposedChanges.propose(tenant, { kind: "person.remove", id: "x" }, "a", system);
      await t.store.policies.create(tenant, { name: "n", document: { version: 1 } }, "a");
      await t.store.stops.killSwitch(tenant, true, "x", "r", system);
      await t.store.stops.terminateSession(tenant, "nobody", "r", system);
      const by = { tenant, approvalId: row.approvalId ?? "", voter: "a", roles: ["approver"], actor: system };
      await t.store.approvals.ask({ ...by, text: "why?" });
      await t.store.delegations.lend({
        tenant,
        from: "a",
        to: "p",
        until: new Date(Date.now() + 60_000),
        actor: system,
      });
      await t.store.signIns.open(tenant, { person: "p", identity: "i" }, "browser");
      await t.store.signIns.ask(tenant);
      await t.store.usedNonces.spend(tenant, "hash", "alice", Date.now() + 60_000);
    }
    const told = await t.store.deliveries.waiting(1_000);
    await t.store.deliveries.spread(told.map((item) => ({ item, endpoints: ["hook"] })));
    const row = await propose(t.store, { tenant: "left" }, { idempotencyKey: "k" });
    await t.store.events.sequence();
    expect(await t.store.actions.get("right", row.action.id)).toBeUndefined();
    const { rows: tables } = await t.owner.query(
      "SELECT table_name FROM information_schema.columns WHERE table_schema = 'holdpoint' AND column_name = 'tenant' ORDER BY 1",
    );
    const client = await t.owner;
    await client.query("BEGIN");
    await client.query("SET LOCAL ROLE holdpoint_app");
    for (const { table_name } of tables) {
      await client.query("SELECT set_config('holdpoint.tenant', '', true)");
      expect([table_name, (await client.query(`SELECT DISTINCT tenant FROM ${table_name}`)).rows]).toEqual([
        table_name,
        [],
      ]);
      await client.query("SELECT set_config('holdpoint.tenant', 'left', true)");
      expect([table_name, (await client.query(`SELECT DISTINCT tenant FROM ${table_name}`)).rows]).toEqual([
        table_name,
        [{ tenant: "left" }],
      ]);
    }
    await client.query("ROLLBACK");
    expect(tables.length).toBeGreaterThanOrEqual(17);
  });

  test("cannot be written to by a session of another one", async () => {
    await t.owner.query("BEGIN");
    await t.owner.query("SET LOCAL ROLE holdpoint_app");
    await t.owner.query("SELECT set_config('holdpoint.tenant', 'left', true)");
    await expect(
      t.owner.query("INSERT INTO kill_switches (tenant, agent, reason) VALUES ('right', 'a', 'r')"),
    ).rejects.toMatchObject({ code: "42501" });
    await t.owner.query("ROLLBACK");
  });
});
