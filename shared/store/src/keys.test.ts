// Keys and people: a secret is shown once and never stored, a removed or expired key is nobody, a change is evidence.

import { describe, expect, test } from "vitest";
import { system } from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";

const t = testStore();

describe("keys", () => {
  test("the store is empty until the first key", async () => {
    expect(await t.store.keys.empty()).toBe(true);
    await t.store.keys.create("default", { role: "admin" }, system);
    expect(await t.store.keys.empty()).toBe(false);
  });

  test("a key is its bearer, with what it attests, and is stored as a hash only", async () => {
    const { record, key } = await t.store.keys.create(
      "default",
      {
        role: "agent",
        agents: ["claude-code"],
        person: "dev@example.com",
        attests: { trust: "trusted", home: "/home/dev" },
      },
      system,
    );
    expect(key).toMatch(/^hp_key_[0-9a-f-]{36}_[A-Za-z0-9_-]{43}$/);
    expect(await t.store.keys.authenticate(key)).toEqual({
      id: record.id,
      tenant: "default",
      role: "agent",
      agents: ["claude-code"],
      person: "dev@example.com",
      attests: { trust: "trusted", home: "/home/dev" },
    });
    const { rows } = await t.owner.query("SELECT to_jsonb(k)::text AS row FROM keys k WHERE id = $1", [record.id]);
    expect(rows[0].row).not.toContain(key.slice(-43));
    expect((await t.store.keys.list("default")).map(({ id }) => id)).toContain(record.id);
  });

  test.each([
    ["nothing", () => ""],
    ["something else", () => "Bearer hello"],
    ["another secret", (key: string) => `${key.slice(0, -43)}${"A".repeat(43)}`],
    ["another id", (key: string) => key.replace(/key_[0-9a-f]{4}/, "key_0000")],
    ["a cut secret", (key: string) => key.slice(0, -1)],
    ["a longer secret", (key: string) => `${key}A`],
    ["SQL", () => "hp_key_' OR 1=1 --_x"],
  ])("%s is nobody", async (_what, forge) => {
    const { key } = await t.store.keys.create("default", { role: "agent" }, system);
    expect(await t.store.keys.authenticate(forge(key))).toBeUndefined();
  });

  test("rotated, the old secret is nobody; removed or expired, the key is", async () => {
    const { record, key } = await t.store.keys.create("default", { role: "agent" }, system);
    const rotated = await t.store.keys.rotate("default", record.id, system);
    expect(await t.store.keys.authenticate(key)).toBeUndefined();
    expect(await t.store.keys.authenticate(rotated?.key ?? "")).toMatchObject({ id: record.id });
    expect(await t.store.keys.remove("default", record.id, system)).toBe(true);
    expect(await t.store.keys.remove("default", record.id, system)).toBe(false);
    expect(await t.store.keys.authenticate(rotated?.key ?? "")).toBeUndefined();
    expect(await t.store.keys.rotate("default", record.id, system)).toBeUndefined();
    const expired = await t.store.keys.create("default", { role: "agent", expiresAt: "2020-01-01T00:00:00Z" }, system);
    expect(await t.store.keys.authenticate(expired.key)).toBeUndefined();
  });

  test("another tenant can neither see nor remove it", async () => {
    await t.store.tenants.create("stranger");
    const { record } = await t.store.keys.create("default", { role: "agent" }, system);
    expect((await t.store.keys.list("stranger")).map(({ id }) => id)).not.toContain(record.id);
    expect(await t.store.keys.remove("stranger", record.id, system)).toBe(false);
  });
});

describe("people", () => {
  const alice = {
    id: "alice@example.com",
    name: "Alice",
    roles: ["repo-owner"],
    identities: [{ channel: "slack", id: "T1/U1" }],
  };

  test("are put, found by identity, replaced and removed, each change an event", async () => {
    const put = await t.store.people.put("default", alice, { person: "root" });
    expect(put).toMatchObject(alice);
    expect(await t.store.people.byIdentity("default", "slack", "T1/U1")).toMatchObject({ id: alice.id });
    const changed = await t.store.people.put(
      "default",
      { ...alice, roles: ["dba", "repo-owner"], identities: [], delegatesTo: "bob" },
      system,
    );
    expect(changed).toMatchObject({ roles: ["dba", "repo-owner"], identities: [], delegatesTo: "bob" });
    expect(await t.store.people.byIdentity("default", "slack", "T1/U1")).toBeUndefined();
    expect(await t.store.people.list("default")).toHaveLength(1);
    expect(await t.store.people.remove("default", alice.id, system)).toBe(true);
    expect(await t.store.people.get("default", alice.id)).toBeUndefined();
    const { rows } = await t.owner.query("SELECT type FROM events WHERE type LIKE 'person.%' ORDER BY at");
    expect(rows.map(({ type }) => type)).toEqual(["person.changed", "person.changed", "person.removed"]);
  });

  test("an identity belongs to one person", async () => {
    await t.store.people.put("default", alice, system);
    await expect(t.store.people.put("default", { ...alice, id: "mallory" }, system)).rejects.toMatchObject({
      code: "already_exists",
    });
    expect(await t.store.people.get("default", "mallory")).toBeUndefined();
  });
});
