// poison.test.ts — an action that ends the process that works on it is denied after its tries; whoever is only killed beside it is not

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { privateDatabase } from "@holdpoint/testkit/postgres.ts";
import { serversHere, startRedis } from "@holdpoint/testkit/redis.ts";
import { describe, expect, onTestFinished, test } from "vitest";
import { message, until } from "../src/fixtures.ts";
import { openQueue } from "../src/open.ts";
import { keyRing } from "../src/seal.ts";
import { DEATHS_MAX } from "../src/suspects.ts";

const servers = serversHere().filter(({ name, here }) => name === "Redis" && here);

async function place(backend: string): Promise<{ url: string; drop(): Promise<void> }> {
  if (backend === "Postgres") return privateDatabase({ migrated: false });
  const redis = await startRedis({ shared: false });
  if (!redis) throw new Error("this needs a Redis process of its own");
  return { url: redis.url, drop: redis.stop };
}

/** A queue, and a worker process that is started again whenever it ends. */
async function mortal(backend: string) {
  const database = await place(backend);
  const key = randomBytes(32);
  const queue = await openQueue({
    url: database.url,
    ring: keyRing([{ id: "k1", key }]),
    log: createLogger("test", { level: "fatal" }),
  });
  const said: string[] = [];
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
  start();
  const ready = () => said.filter((line) => line === "ready -").length;
  await until(() => ready() > 0);
  return {
    queue,
    said,
    deaths: () => deaths,
    /** how often a worker was ready so far */
    ready,
    kill: () => void child?.kill("SIGKILL"),
    done: (word: string, id: string) => said.includes(`${word} ${id}`),
  };
}

describe.each(["Postgres", ...servers.map(({ name }) => name)])("on %s", (backend) => {
  test("a poison action is isolated and given up; everyone else is settled", async () => {
    const { queue, said, deaths, done } = await mortal(backend);
    const poison = message({ args: { command: "poison" } });
    const neighbours = Array.from({ length: 12 }, () => message());
    await queue.send("rules", [...neighbours.slice(0, 6), poison, ...neighbours.slice(6)]);
    await until(
      () => done("exhausted", poison.action.id) && neighbours.every((each) => done("settled", each.action.id)),
      80_000,
    );
    // Once in company and then alone; a machine so slow that a lock runs out in between may cost one more, never two.
    expect(deaths()).toBeGreaterThanOrEqual(1 + DEATHS_MAX);
    expect(deaths()).toBeLessThanOrEqual(2 + DEATHS_MAX);
    expect(said.filter((line) => line.startsWith("exhausted"))).toEqual([`exhausted ${poison.action.id}`]);
  }, 120_000);

  test("healthy actions whose workers are killed from outside again and again are all settled, none as poison", async () => {
    const { queue, said, deaths, ready, done, kill } = await mortal(backend);
    const all = Array.from({ length: 150 }, () => message());
    const KILLS = 8;
    for (let round = 0; round < KILLS; round++) {
      await until(() => ready() > round, 30_000);
      const share = all.slice((all.length * round) / KILLS, (all.length * (round + 1)) / KILLS);
      const suspected = said.length;
      await queue.send("rules", share);
      // In the middle of its work: of the new ones, or of those that its predecessor died with.
      await until(() => said.length > suspected + (round % 4), 30_000);
      kill();
      await until(() => deaths() > round);
    }
    await until(() => all.every((each) => done("settled", each.action.id)), 60_000);
    expect(said.filter((line) => line.startsWith("exhausted"))).toEqual([]);
    expect(deaths()).toBe(KILLS);
  }, 180_000);
});
