// notices.test.ts — a notice follows its commit, and what dies in between is lost to nobody who looks

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decided, log, masterKey, propose, read, settlement } from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";
import { notices } from "./notices.ts";
import { openStore } from "./open.ts";

const t = testStore();

test("a decision whose process dies before it could tell of it stands, with its evidence, for whoever looks", async () => {
  const row = await propose(t.store);
  const heard: string[] = [];
  const said: Promise<void> = new Promise((resolve) => {
    void t.store.listen((notice) => {
      if (notice.kind !== "settled") return;
      heard.push(...notice.actionIds);
      resolve();
    });
  });
  const script = join(import.meta.dirname, "../test/dies-untold.ts");
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, t.url, row.action.id]);
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
  const next = await decided(t.store, "denied");
  await said; // notices keep their order: what is heard now would have come after the other
  expect(heard).toEqual([next.action.id]);
  const now = await read(t.store, row);
  expect(now).toMatchObject({ state: "allowed", version: 2 });
  const { rows } = await t.owner.query("SELECT hash FROM events WHERE action_id = $1 AND version = 2", [row.action.id]);
  expect(rows).toEqual([{ hash: now.receipt }]);
});

test("a store that closes has told before what it committed", async () => {
  const heard: string[] = [];
  let rang: (() => void) | undefined;
  const stop = await t.store.listen((notice) => {
    if (notice.kind === "settled") heard.push(...notice.actionIds);
    rang?.();
  });
  // On one connection the first notice goes behind the second settle, and the second notice behind the first.
  const other = await openStore({ url: t.url, masterKey, log, connectionsMax: 1 });
  const rows = [await propose(t.store), await propose(t.store)];
  await Promise.all(rows.map((row) => other.actions.settle("default", [settlement(row, "allowed")])));
  await other.close();
  const all = () => rows.every(({ action }) => heard.includes(action.id));
  while (!all()) {
    await new Promise<void>((resolve) => {
      rang = resolve;
    });
  }
  expect(heard.toSorted()).toEqual(rows.map(({ action }) => action.id).toSorted());
  await stop();
});

test("what is committed while a notice is on its way goes together in the next, and a lost one stops nothing", async () => {
  const said: unknown[] = [];
  const answers: ((error?: Error) => void)[] = [];
  const told = notices(
    {
      call: async <Row>(_name: string, _text: string, values: unknown[]) => {
        said.push(values);
        await new Promise<void>((resolve, reject) => {
          answers.push((error) => (error ? reject(error) : resolve()));
        });
        return [] as Row[];
      },
    },
    log,
  );
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  told.settled("a", ["1"]);
  await turn();
  told.settled("a", ["2", "3"]);
  told.settled("a", ["4"]);
  told.settled("a", []);
  await turn();
  answers.shift()?.(new Error("away"));
  await turn();
  expect(said).toEqual([
    ["a", ["1"]],
    ["a", ["2", "3", "4"]],
  ]);
  answers.shift()?.();
  await told.idle();
});
