// Notices carry ids, reach every process, and are never too long for a notification.

import { expect, test } from "vitest";
import { decided, digest, log, masterKey, newAction, newVote, propose, settlement, system } from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";
import { openStore } from "./open.ts";
import type { Notice } from "./types.ts";

const t = testStore();

async function heard(wanted: (notice: Notice) => boolean, notices: Notice[]): Promise<Notice> {
  for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((next) => setImmediate(next))) {
    const found = notices.find(wanted);
    if (found) return found;
  }
  throw new Error(`not heard; heard ${JSON.stringify(notices)}`);
}

test("another process hears of settles, votes, events and stops hearing when it stops listening", async () => {
  const other = await openStore({ url: t.url, masterKey, log });
  const [notices, more]: [Notice[], Notice[]] = [[], []];
  const stop = await other.listen((notice) => notices.push(notice));
  const stopMore = await other.listen((notice) => more.push(notice));
  const row = await decided(t.store, "held");
  await heard((notice) => notice.kind === "settled" && notice.actionIds.includes(row.action.id), notices);
  await t.store.approvals.vote(newVote(row));
  expect(await heard((notice) => notice.kind === "voted", notices)).toEqual({
    kind: "voted",
    tenant: "default",
    approvalId: row.approvalId,
    actionId: row.action.id,
  });
  await t.store.events.sequence();
  await heard((notice) => notice.kind === "events" && notice.tenant === "default", notices);
  await heard((notice) => notice.kind === "events", more);
  await stop();
  const count = notices.length;
  await decided(t.store, "denied");
  await heard((notice) => notice.kind === "settled", more.splice(0));
  expect(notices).toHaveLength(count);
  await stopMore();
  await other.close();
});

test("a thousand settled at once are told in notices that fit", async () => {
  const notices: Notice[] = [];
  const stop = await t.store.listen((notice) => notices.push(notice));
  const items = Array.from({ length: 1000 }, (_one, n) => newAction({ principal: { agent: `many-${n}` } }));
  const made = await t.store.actions.propose("default", items);
  await t.store.actions.settle(
    "default",
    made.map((each) => ("row" in each ? settlement(each.row, "allowed") : (undefined as never))),
  );
  const wanted = new Set<string>(items.map(({ action }) => action.id));
  const told = () => new Set(notices.flatMap((notice) => (notice.kind === "settled" ? notice.actionIds : [])));
  await heard(() => wanted.isSubsetOf(told()), notices);
  expect(Math.max(...notices.map((notice) => JSON.stringify(notice).length))).toBeLessThan(8_000);
  await stop();
});

test("whatever else is notified on the channel is ignored", async () => {
  const notices: Notice[] = [];
  const stop = await t.store.listen((notice) => notices.push(notice));
  await t.owner.query("NOTIFY holdpoint, 'no json'");
  const row = await propose(t.store);
  await t.store.actions.settle("default", [settlement(row, "denied")]);
  expect(await heard((notice) => notice.kind === "settled", notices)).toMatchObject({ actionIds: [row.action.id] });
  await stop();
});

test("workers that live are known, and those that run another set", async () => {
  await t.store.workers.beat({ id: "w-1", service: "rules", digests: { default: digest } });
  await t.store.workers.beat({ id: "w-2", service: "safety", digests: { default: "sha256:old" } });
  await t.store.workers.beat({ id: "w-3", service: "sandbox", digests: {} });
  await t.store.workers.beat({ id: "w-4", service: "rules", digests: { default: "sha256:old" } });
  await t.owner.query("UPDATE workers SET beat_at = now() - interval '1 minute' WHERE id = 'w-4'");
  expect(await t.store.workers.behind("default", digest)).toEqual(["w-2"]);
  expect((await t.store.workers.live()).map(({ id }) => id)).toEqual(["w-1", "w-2", "w-3"]);
  await t.store.workers.beat({ id: "w-2", service: "safety", digests: { default: digest } });
  expect(await t.store.workers.behind("default", digest)).toEqual([]);
  await t.store.workers.gone("w-1");
  expect((await t.store.workers.live()).map(({ id }) => id)).toEqual(["w-2", "w-3"]);
  expect(await t.store.stops.engaged("default")).toEqual([]);
  await t.store.stops.killSwitch("default", true, undefined, "why", system);
  expect(await t.store.stops.engaged("default")).toMatchObject([{ reason: "why" }]);
});
