// up.test.ts — `holdpoint up` as its user meets it: one line, keys shown once, one owner a folder, and an end that is an end

import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { folderWith, runCli } from "../run-cli.ts";
import { type UpProcess, upProcess } from "../up-process.ts";
import type { Ready } from "./start.ts";

const running: UpProcess[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.kill();
});
async function start(folder: string, args: string[] = []): Promise<UpProcess> {
  const one = await upProcess(folder, args);
  running.push(one);
  return one;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false; // no such process
  }
};
async function until(what: () => boolean, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (!what() && performance.now() < end) await new Promise((next) => setTimeout(next, 20));
  return what();
}
const postmaster = (folder: string): number =>
  Number(readFileSync(join(folder, "data", "postgres", "postmaster.pid"), "utf8").split("\n")[0]);
const asks = ({ url }: Ready, key: unknown) =>
  fetch(`${url}/v1/approvals?limit=1`, { headers: { authorization: `Bearer ${key}` } }).then(({ status }) => status);

/** Each start makes or opens a database; on a busy machine several of them take their time. */
const patienceMs = 120_000;

test("first start, second start, new keys", { timeout: patienceMs }, async () => {
  const folder = folderWith();
  const first = await start(folder);
  for (const field of [
    "url",
    "metricsUrl",
    "databaseUrl",
    "queueUrl",
    "agentKey",
    "approverKey",
    "adminKey",
    "auditorKey",
  ] as const)
    expect(first.ready[field], field).toEqual(expect.any(String));
  expect(first.ready.pid).toBe(first.child.pid);
  for (const name of ["agent.key", "master.key", "job.keys", "hook.json"])
    expect([name, statSync(join(folder, "data", name)).mode & 0o777]).toEqual([name, 0o600]);
  const onDisk = ["agent.key", "master.key", "job.keys", "hook.json"]
    .map((name) => readFileSync(join(folder, "data", name), "utf8"))
    .join();
  expect(onDisk).toContain(first.ready.agentKey);
  expect(onDisk).not.toContain(first.ready.approverKey);

  const other = await runCli(["up", "--json", "--port", "0", "--data", join(folder, "data")]);
  expect([other.code, other.stdout]).toEqual([1, ""]);
  expect(other.stderr).toContain(`in use by process ${first.child.pid}`);

  const postgres = postmaster(folder);
  first.child.kill("SIGTERM");
  expect(await first.ended).toBe(0);
  expect(first.stdout().trim().split("\n")).toHaveLength(1);
  expect(isAlive(postgres)).toBe(false);

  const second = await start(folder);
  expect(second.ready.agentKey).toBe(first.ready.agentKey);
  expect(second.ready).not.toHaveProperty("approverKey");
  expect(await asks(second.ready, first.ready.approverKey)).toBe(200);
  second.child.kill("SIGTERM");
  await second.ended;

  const third = await start(folder, ["--new-keys"]);
  expect(third.ready.approverKey).not.toBe(first.ready.approverKey);
  expect(await asks(third.ready, third.ready.approverKey)).toBe(200);
  expect(await asks(third.ready, first.ready.approverKey)).toBe(200);
});

test("killed by force, it leaves nothing behind and starts again", { timeout: patienceMs }, async () => {
  const folder = folderWith();
  const one = await start(folder);
  const postgres = postmaster(folder);
  one.child.kill("SIGKILL");
  await one.ended;
  expect(await until(() => !isAlive(postgres), 10_000)).toBe(true);
  expect((await start(folder)).ready.agentKey).toBe(one.ready.agentKey);
});

/** The process that does the work, below the one that keeps it. */
const worker = ({ child }: UpProcess): number =>
  Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ")[0] ?? 0);
const serves = async ({ ready }: UpProcess): Promise<number> => {
  try {
    return await asks(ready, ready.approverKey);
  } catch {
    return 0; // nobody listens
  }
};

test("when an action hangs it, it ends and says so, Postgres with it, and is back at the same place by itself", {
  timeout: 300_000, // the guard counts time of the processor, of which a busy machine has little to give
}, async () => {
  const folder = folderWith({ "hang.mjs": 'process.on("SIGUSR2", () => { for (;;); });\n' });
  const one = await upProcess(folder, [], { NODE_OPTIONS: `--import=${join(folder, "hang.mjs")}` });
  running.push(one);
  const [postgres, hanging] = [postmaster(folder), worker(one)];
  // Should nobody else end it, we do: it would burn a core for ever.
  onTestFinished(() => {
    if (isAlive(hanging)) process.kill(hanging, "SIGKILL");
  });
  process.kill(hanging, "SIGUSR2");
  expect(await until(() => !isAlive(hanging), 200_000)).toBe(true);
  expect(one.stderr()).toContain("the event loop stands still");
  await expect.poll(() => serves(one), { timeout: 60_000 }).toBe(200);
  expect(isAlive(postgres)).toBe(false);
  expect(postmaster(folder)).not.toBe(postgres);
});

test("killed and killed again it comes back, with one ready line and one owner; told to end it ends, and nothing stays", {
  timeout: 240_000,
}, async () => {
  const folder = folderWith();
  const one = await start(folder, ["--new-keys"]);
  expect(one.ready.pid).toBe(one.child.pid);
  for (let round = 0; round < 2; round++) {
    const working = worker(one);
    process.kill(working, "SIGKILL");
    await until(() => !isAlive(working), 10_000);
    await expect.poll(() => serves(one), { timeout: 60_000 }).toBe(200);
    expect(worker(one)).not.toBe(working);
  }
  const other = await runCli(["up", "--json", "--port", "0", "--data", join(folder, "data")]);
  expect([other.code, other.stdout]).toEqual([1, ""]);
  expect(other.stderr).toContain(`in use by process ${one.child.pid}`);
  expect(one.stdout().trim().split("\n")).toHaveLength(1);
  const left = [worker(one), postmaster(folder)];
  one.child.kill("SIGTERM");
  expect(await one.ended).toBe(0);
  expect(left.map(isAlive)).toEqual([false, false]);
});

test("when the one that keeps it is killed without a word, the one that works and Postgres end too", {
  timeout: patienceMs,
}, async () => {
  const folder = folderWith();
  const one = await start(folder);
  const left = [worker(one), postmaster(folder)];
  one.child.kill("SIGKILL");
  await one.ended;
  expect(await until(() => !left.some(isAlive), 20_000)).toBe(true);
});

test("where the courier's port is taken, answers still arrive by way of the gateway", {
  timeout: patienceMs,
}, async () => {
  const other = createServer();
  // Whoever has it, this test or an `up` beside it: it is taken.
  await new Promise<void>((resolve) => other.once("error", () => resolve()).listen(8789, "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  const folder = folderWith();
  const channels = join(folder, "channels.yaml");
  writeFileSync(
    channels,
    `publicUrl: https://holdpoint.example
channels:
  - { id: ci, type: webhook, url: "https://ci.example/x", secrets: [{ env: HOOK }], answerSecrets: [{ env: HOOK }] }
`,
  );
  const secret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
  const one = await upProcess(folder, [], { HOLDPOINT_CHANNELS: channels, HOOK: secret });
  running.push(one);
  const answer = await fetch(`${one.ready.url}/inbound/ci`, { method: "POST", body: "{}" });
  expect([answer.status, await answer.json()]).toMatchObject([401, { code: "not_authentic" }]);
  expect(one.stderr()).toContain("the courier's port is taken");
});

test.each([
  ["a rule that means nothing", "rules:\n  - { id: x, effect: perhaps }\n", /policy\.d\/a\.yaml:2:\d+: /],
  ["no document at all", "", /a\.yaml/],
])("a policy with an error refuses to serve: %s", async (_what, text, place) => {
  const folder = folderWith({ "policy.d/a.yaml": text });
  const result = await runCli(["up", "--json", "--port", "0", "--data", join(folder, "data")], { cwd: folder });
  expect([result.code, result.stdout]).toEqual([2, ""]);
  expect(result.stderr).toMatch(place);
  expect(existsSync(join(folder, "data"))).toBe(false);
});
