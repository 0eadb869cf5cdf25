// up.test.ts — `holdpoint up` as its user meets it: one line, keys shown once, one owner a folder, and an end that is an end

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
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

test("when an action hangs it, it ends and says so, Postgres with it, and it starts again", {
  timeout: patienceMs,
}, async () => {
  const folder = folderWith({ "hang.mjs": 'process.on("SIGUSR2", () => { for (;;); });\n' });
  const one = await upProcess(folder, [], { NODE_OPTIONS: `--import=${join(folder, "hang.mjs")}` });
  running.push(one);
  const postgres = postmaster(folder);
  one.child.kill("SIGUSR2");
  await one.ended;
  expect(one.child.signalCode).toBe("SIGKILL");
  expect(one.stderr()).toContain("the event loop stands still");
  expect(await until(() => !isAlive(postgres), 20_000)).toBe(true);
  expect((await start(folder)).ready.agentKey).toBe(one.ready.agentKey);
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
