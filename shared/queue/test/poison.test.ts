// poison.test.ts — an action that ends the process that works on it is denied after its tries; its neighbours are not

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { privateDatabase } from "@holdpoint/testkit/postgres.ts";
import { expect, onTestFinished, test } from "vitest";
import { message, until } from "../src/fixtures.ts";
import { openQueue } from "../src/open.ts";
import { keyRing } from "../src/seal.ts";

test("a poison action is isolated and given up; everyone else is settled", async () => {
  const database = await privateDatabase({ migrated: false });
  const key = randomBytes(32);
  const queue = await openQueue({
    url: database.url,
    ring: keyRing([{ id: "k1", key }]),
    log: createLogger("test", { level: "fatal" }),
  });
  const said: string[] = [];
  // A failed expectation must not leave the last worker behind.
  onTestFinished(async () => {
    over = true;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    }
    await queue.close();
    await database.drop();
  });
  let child: ChildProcess | undefined;
  let deaths = 0;
  let over = false;
  const start = () => {
    child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, "mortal-worker.ts")],
      {
        env: { ...process.env, QUEUE_URL: database.url, QUEUE_KEY: key.toString("base64") },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    child.stdout?.on("data", (chunk) => said.push(...String(chunk).trim().split("\n")));
    child.on("exit", () => {
      if (over) return;
      deaths++;
      start();
    });
  };
  start();
  await until(() => said.includes("ready -"));
  const poison = message({ args: { command: "poison" } });
  const neighbours = Array.from({ length: 12 }, () => message());
  await queue.send("rules", [...neighbours.slice(0, 6), poison, ...neighbours.slice(6)]);
  const done = (word: string, id: string) => said.includes(`${word} ${id}`);
  await until(
    () => done("exhausted", poison.action.id) && neighbours.every((each) => done("settled", each.action.id)),
    80_000,
  );
  over = true;
  // Twice by the poison itself; a machine so slow that a lock runs out in between may cost one more, never a fourth.
  expect(deaths).toBeGreaterThanOrEqual(2);
  expect(deaths).toBeLessThanOrEqual(3);
  expect(said.filter((line) => line.startsWith("exhausted"))).toEqual([`exhausted ${poison.action.id}`]);
}, 120_000);
