// tied.test.ts — whoever starts a server for a test takes it along, however it ends itself

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const tied = JSON.stringify(join(import.meta.dirname, "tied.ts"));
const isThere = (pid: number) => existsSync(`/proc/${pid}`);
const programOf = (pid: number) => (isThere(pid) ? readFileSync(`/proc/${pid}/comm`, "utf8").trim() : "");
async function until(holds: () => boolean, ms = 10_000): Promise<boolean> {
  for (const end = performance.now() + ms; !holds() && performance.now() < end; )
    await new Promise((next) => setTimeout(next, 10));
  return holds();
}

test.runIf(existsSync("/proc/self")).each([
  ["a word", "SIGTERM", false],
  ["one", "SIGKILL", false],
  ["one, while the child stands still", "SIGKILL", true],
] as const)("a child ends with a parent that ends without %s", async (_how, signal, stopped) => {
  const script = `import { spawnTied } from ${tied};
    console.log(spawnTied("sleep", ["1000"], { stdio: [] }).pid); setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, [
    "--disable-warning=ExperimentalWarning",
    "--input-type=module-typescript",
    "-e",
    script,
  ]);
  const [said] = (await once(parent.stdout, "data")) as [Buffer];
  const pid = Number(String(said));
  // a child that is stopped before its watcher was born has none; it is born by the time the shell became the program
  expect(await until(() => programOf(pid) === "sleep")).toBe(true);
  if (stopped) process.kill(pid, "SIGSTOP");
  parent.kill(signal);
  expect(await until(() => !isThere(pid))).toBe(true);
});
