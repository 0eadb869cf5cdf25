// main.test.ts — the gateway as a process of its own: it listens, answers a signal by draining, and refuses a bad start

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { privateDatabase } from "@holdpoint/testkit/postgres.ts";
import { afterEach, expect, test } from "vitest";

let child: ChildProcess | undefined;
afterEach(() => void child?.kill("SIGKILL"));

const main = join(import.meta.dirname, "..", "src", "main.ts");
const secrets = () => ({
  HOLDPOINT_MASTER_KEY: randomBytes(32).toString("base64"),
  HOLDPOINT_JOB_KEYS: `k1:${randomBytes(32).toString("base64")}`,
  HOLDPOINT_PORT: "0",
  HOLDPOINT_METRICS_PORT: "0",
  HOLDPOINT_LOG_LEVEL: "info",
});

function start(env: Record<string, string>) {
  const { PATH = "", HOME = "" } = process.env;
  const started = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main], {
    env: { PATH, HOME, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  child = started;
  let log = "";
  started.stderr.setEncoding("utf8").on("data", (text) => {
    log += text;
  });
  return {
    log: () => log,
    pid: started,
    ended: new Promise<number | null>((resolve) => started.once("exit", resolve)),
  };
}

test("listens, gives a new store its first policy, and ends cleanly on a signal", async () => {
  const database = await privateDatabase();
  const { log, pid, ended } = start({ ...secrets(), HOLDPOINT_DATABASE_URL: database.url });
  await expect.poll(log, { timeout: 20_000 }).toMatch(/"msg":"listening"/);
  const line =
    log()
      .split("\n")
      .find((each) => each.includes('"listening"')) ?? "{}";
  const { url, metrics } = JSON.parse(line) as { url: string; metrics: string };
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect((await fetch(metrics)).status).toBe(200);
  expect((await fetch(`${url}/v1/actions`, { method: "POST", body: "{}" })).status).toBe(401);
  pid.kill("SIGTERM");
  expect(await ended).toBe(0);
  await database.drop();
});

test.each<[string, Record<string, string>, RegExp]>([
  ["no database", {}, /HOLDPOINT_DATABASE_URL/],
  [
    "a master key that is too short",
    { HOLDPOINT_MASTER_KEY: "c2hvcnQ=", HOLDPOINT_DATABASE_URL: "postgres://127.0.0.1:1/x" },
    /HOLDPOINT_MASTER_KEY/,
  ],
  [
    "a policy that does not compile",
    {
      HOLDPOINT_POLICY: join(import.meta.dirname, "broken-policy.yaml"),
      HOLDPOINT_DATABASE_URL: "postgres://127.0.0.1:1/x",
    },
    /broken-policy\.yaml/,
  ],
])("%s refuses the start, and names it", async (_what, env, named) => {
  const { log, ended } = start({ ...secrets(), ...env });
  expect(await ended).not.toBe(0);
  expect(log()).toMatch(named);
});
