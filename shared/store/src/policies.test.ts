// Policies: what runs is what was published, under the exclusive lock, content-addressed; a broken set never becomes active.

import { describe, expect, test } from "vitest";
import { activate, digest, newDecision, propose, settlement, system } from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";

const t = testStore();

const base = [
  {
    name: "base",
    dialect: "native-yaml",
    text: "version: 1\ndefault: deny\nrules:\n  - { id: allow-reads, effect: allow, when: { tool: Read } }\n",
  },
];
const row = {
  name: "no-writes",
  scope: "global" as const,
  effect: "deny" as const,
  rule_expr: { when: { tool: "Write" } },
};

describe("the base", () => {
  test("becomes every tenant's set, and again only when it changed", async () => {
    await t.store.tenants.create("second");
    await t.store.policies.installBase(base, system);
    const first = await t.store.policies.active("default");
    expect(first.sources).toEqual(base);
    expect(await t.store.policies.active("second")).toEqual(first);
    expect(await t.store.policies.byDigest(first.digest)).toEqual(first);
    await t.store.policies.installBase(base, system);
    const { rows } = await t.owner.query(
      "SELECT count(*)::int AS n FROM events WHERE type = 'policy.base_installed' AND tenant = 'default'",
    );
    expect(rows).toEqual([{ n: 1 }]);
  });

  test("with an error is refused, and what ran goes on running", async () => {
    const before = await t.store.policies.active("default");
    const broken = [{ name: "broken.yaml", dialect: "native-yaml", text: "version: 1\nrules:\n  - effect: maybe\n" }];
    await expect(t.store.policies.installBase(broken, system)).rejects.toMatchObject({ code: "policy_invalid" });
    expect(await t.store.policies.active("default")).toEqual(before);
  });

  test("before there is one, nothing can be judged", async () => {
    await t.store.tenants.create("bare");
    await expect(t.store.policies.active("bare")).rejects.toMatchObject({ code: "not_ready" });
  });
});

describe("a row", () => {
  test("is a draft until it is published, and changes what runs only then", async () => {
    const before = await t.store.policies.active("default");
    const made = await t.store.policies.create("default", row, "ann");
    expect(made).toMatchObject({ status: "draft", version: 1, author: "ann", write: row });
    expect(await t.store.policies.active("default")).toEqual(before);

    const published = await t.store.policies.publish("default", made.id, "active", "ben", true);
    if (typeof published === "string") throw new Error(published);
    expect(published.digest).not.toBe(before.digest);
    expect(published.sources.map(({ name }) => name)).toEqual(["base", "no-writes"]);
    expect(await t.store.policies.active("default")).toEqual(published);
    expect((await t.store.policies.active("second")).digest).toBe(before.digest);

    const changed = await t.store.policies.replace(
      "default",
      made.id,
      made.etag,
      { ...row, description: "stricter" },
      "ann",
    );
    expect(changed).toMatchObject({ version: 2, status: "active" });
    expect(await t.store.policies.active("default")).toEqual(published);
    expect(await t.store.policies.replace("default", made.id, made.etag, row, "ann")).toBe("changed");

    expect(await t.store.policies.remove("default", made.id, typeof changed === "string" ? "" : changed.etag)).toBe(
      "active",
    );
    const retired = await t.store.policies.publish("default", made.id, "retired", "ben", true);
    expect(typeof retired === "string" ? retired : retired.digest).toBe(before.digest);
    expect(await t.store.policies.remove("default", made.id, typeof changed === "string" ? "" : changed.etag)).toBe(
      "removed",
    );
    expect(await t.store.policies.get("default", made.id)).toBeUndefined();
  });

  test("has the columns of the seed's table", async () => {
    const made = await t.store.policies.create(
      "default",
      { ...row, id: "6f1c3b1e-0000-4000-8000-000000000001", name: "seeded", selector: "x", scope: "app" },
      "ann",
    );
    expect(made.id).toBe("pol_6f1c3b1e-0000-4000-8000-000000000001");
    const { rows } = await t.owner.query(
      "SELECT id, name, description, scope, rule_expr, effect, created_at FROM policies WHERE name = 'seeded'",
    );
    expect(rows).toMatchObject([
      {
        id: "6f1c3b1e-0000-4000-8000-000000000001",
        scope: "app",
        rule_expr: row.rule_expr,
        effect: "deny",
        description: null,
      },
    ]);
    expect(await t.store.policies.get("default", "6f1c3b1e-0000-4000-8000-000000000001")).toEqual(made);
    await expect(t.store.policies.create("default", { ...row, id: made.id }, "ann")).rejects.toMatchObject({
      code: "already_exists",
    });
  });

  test("is published by another person than its author, where two are wanted", async () => {
    const made = await t.store.policies.create("default", { ...row, name: "alone" }, "ann");
    expect(await t.store.policies.publish("default", made.id, "active", "ann", true)).toBe("same_author");
    expect(await t.store.policies.publish("default", made.id, "shadow", "ann", false)).toMatchObject({
      sources: [{ name: "base" }, { name: "alone", shadow: true }],
    });
    await t.store.policies.publish("default", made.id, "retired", "ann", false);
  });

  test("that does not compile is not published, and its status stays", async () => {
    const before = await t.store.policies.active("default");
    const made = await t.store.policies.create(
      "default",
      { name: "bad", document: "version: 1\nrules:\n  - effect: maybe\n" },
      "ann",
    );
    await expect(t.store.policies.publish("default", made.id, "active", "ben", true)).rejects.toMatchObject({
      code: "policy_invalid",
    });
    expect(await t.store.policies.get("default", made.id)).toMatchObject({ status: "draft" });
    expect(await t.store.policies.active("default")).toEqual(before);
  });

  test("is not seen, changed or published by another tenant", async () => {
    const made = await t.store.policies.create("default", { ...row, name: "mine" }, "ann");
    expect(await t.store.policies.get("second", made.id)).toBeUndefined();
    expect(await t.store.policies.publish("second", made.id, "active", "ben", false)).toBe("unknown");
    expect(await t.store.policies.replace("second", made.id, made.etag, row, "ann")).toBe("unknown");
    expect((await t.store.policies.list("second", { limit: 10 })).items).toEqual([]);
    expect(
      (await t.store.policies.list("default", { status: "draft", limit: 10 })).items.map(({ name }) => name),
    ).toContain("mine");
  });
});

test("no decision under the old set commits after a publish", async () => {
  await activate(t.owner, "default", digest);
  const rows = [];
  for (let n = 0; n < 40; n++) rows.push(await propose(t.store, { principal: { agent: "published" } }));
  const settles = rows.map((each) => t.store.actions.settle("default", [settlement(each, "allowed")]));
  await t.store.policies.installBase(base, system);
  const statuses = new Set((await Promise.all(settles)).flat().map(({ status }) => status));
  const { digest: now } = await t.store.policies.active("default");
  expect([...statuses].every((status) => status === "settled" || status === "stale_policy")).toBe(true);
  const { rows: late } = await t.owner.query(
    `SELECT count(*)::int AS n FROM decisions WHERE policy_digest = $1 AND decided_at > (SELECT max(at) FROM events WHERE type = 'policy.base_installed')`,
    [digest],
  );
  expect(late).toEqual([{ n: 0 }]);
  const fresh = await propose(t.store);
  expect(
    await t.store.actions.settle("default", [
      settlement(fresh, "denied", { decision: newDecision(fresh.action, { policyDigest: now }) }),
    ]),
  ).toMatchObject([{ status: "settled" }]);
});
