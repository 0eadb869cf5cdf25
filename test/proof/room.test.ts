// room.test.ts — a run that is ended by a signal leaves nothing; what one leaves that was killed, the next one clears

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { clearLeft, clearRoom } from "./room.ts";

const file = (name: string) => JSON.stringify(join(import.meta.dirname, name));
/** A run with a disk of its own, where it may mount one, that waits for its end. */
async function run(below: string) {
  const script = `import { makeRoom } from ${file("room.ts")}; import { smallDisk } from ${file("disk.ts")};
    const folder = makeRoom("room-", ${JSON.stringify(below)});
    const { kind } = smallDisk(folder);
    console.log(JSON.stringify({ folder, kind })); setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, [
    "--disable-warning=ExperimentalWarning",
    "--input-type=module-typescript",
    "-e",
    script,
  ]);
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  const made = JSON.parse(String(said)) as { folder: string; kind: string };
  return { ...made, child, ended: once(child, "exit") as Promise<[number | null, string | null]> };
}
const isMounted = (folder: string) => readFileSync("/proc/self/mounts", "utf8").includes(`${folder}/`);
const linux = existsSync("/proc/self/mounts");

test.runIf(linux).each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("%s ends a run with nothing left behind", async (signal, code) => {
  const below = mkdtempSync(join(tmpdir(), "holdpoint-room-"));
  const { folder, kind, child, ended } = await run(below);
  expect(isMounted(folder)).toBe(kind !== "none");
  child.kill(signal);
  expect(await ended).toEqual([code, null]);
  expect([isMounted(folder), readdirSync(below)]).toEqual([false, []]);
  clearRoom(below);
});

test.runIf(linux)("what a killed run left is cleared by the next one, what a living one has is not", async () => {
  const below = mkdtempSync(join(tmpdir(), "holdpoint-room-"));
  const [dead, living] = [await run(below), await run(below)];
  mkdirSync(join(below, "room-not-marked"));
  dead.child.kill("SIGKILL");
  await dead.ended;
  expect(existsSync(dead.folder)).toBe(true);
  expect(clearLeft("room-", below)).toEqual([dead.folder]);
  expect([isMounted(dead.folder), existsSync(dead.folder), existsSync(living.folder)]).toEqual([false, false, true]);
  expect(existsSync(join(below, "room-not-marked"))).toBe(true);
  living.child.kill("SIGTERM");
  await living.ended;
  clearRoom(below);
});
