// main.test.ts — the courier as a real process: starts from its configuration, delivers, drains on a signal

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type HeldStore, heldStore, masterKey } from "../test/held.ts";
import { type Loopback, loopback } from "../test/loopback.ts";

let held: HeldStore;
let receiver: Loopback;
let folder: string;
const running: ChildProcess[] = [];
beforeAll(async () => {
  held = await heldStore();
  receiver = await loopback(() => ({ status: 200 }));
  folder = mkdtempSync(join(tmpdir(), "courier-"));
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await receiver.close();
  await held.close();
});

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    env: {
      PATH: process.env["PATH"] ?? "",
      HOLDPOINT_DATABASE_URL: held.url,
      HOLDPOINT_MASTER_KEY: masterKey.toString("hex"),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  const lines: { msg?: string; url?: string; error?: { message?: string } }[] = [];
  createInterface({ input: child.stderr }).on("line", (line) =>
    lines.push(line.startsWith("{") ? JSON.parse(line) : {}),
  );
  return { child, lines, ended: once(child, "exit") };
}
const channels = () => {
  const path = join(folder, "channels.yaml");
  writeFileSync(
    path,
    `publicUrl: https://holdpoint.example\noutbound: { allow: ["${receiver.host}"] }\nchannels:\n  - { id: hook, type: webhook, url: "${receiver.url}/", secrets: [{ env: HOOK }] }\n`,
  );
  return path;
};

test("it delivers what is in the outbox and ends by a signal with 0", async () => {
  const approval = await held.hold();
  const { child, lines, ended } = run({
    HOLDPOINT_CHANNELS: channels(),
    HOLDPOINT_PORT: "0",
    HOOK: `whsec_${"A".repeat(32)}`,
  });
  await expect
    .poll(() => receiver.heard.some(({ body }) => body.includes(approval.id)), { timeout: 15_000 })
    .toBe(true);
  // Its first delivery may be heard before it says where it listens.
  const address = () => lines.find(({ msg }) => msg === "courier")?.url;
  await expect.poll(address, { timeout: 15_000 }).toBeTruthy();
  const url = address();
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  child.kill("SIGTERM");
  expect((await ended)[0]).toBe(0);
});

test.each<[string, () => Record<string, string>, RegExp]>([
  ["without its file", () => ({}), /HOLDPOINT_CHANNELS/],
  ["without a secret that its file refers to", () => ({ HOLDPOINT_CHANNELS: channels() }), /HOOK/],
])("it does not start %s, and says why", async (_what, env, words) => {
  const { lines, ended } = run(env());
  expect((await ended)[0]).toBe(1);
  expect(JSON.stringify(lines)).toMatch(words);
});
