// hang-guard.test.ts — a process that loops is ended and says why; a busy or a stopped one is left alone

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";

const guard = JSON.stringify(join(import.meta.dirname, "hang-guard.ts"));
/** A process under a strict guard that does `work` and, if it still lives, exits with 7. */
function guarded(work: string, limits = "{ spentMs: 1000, stillMs: 60000, tickMs: 100 }") {
  const script = `import { startHangGuard } from ${guard}; startHangGuard(${limits}); console.log("up"); ${work} process.exit(7);`;
  const child = spawn(process.execPath, [
    "--disable-warning=ExperimentalWarning",
    "--input-type=module-typescript",
    "-e",
    script,
  ]);
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  return { child, said: () => said, ended: once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]> };
}

test("an endless loop is ended from outside of it, with a word on stderr", async () => {
  const { ended, said } = guarded("for (;;) { /* for ever */ }");
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect(said()).toContain("stands still");
});

test("a wait without end that burns nothing is ended as well", async () => {
  const wait = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);";
  const { ended, said } = guarded(wait, "{ spentMs: 60000, stillMs: 1000, tickMs: 100 }");
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect(said()).toContain("stands still");
});

test("a loop that gets no turn because the machine is busy is left alone: it burns nothing", async () => {
  const { ended } = guarded("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);");
  expect(await ended).toEqual([7, null]);
});

test("work that lets the loop breathe is left alone, however long it takes", async () => {
  const { ended } = guarded(`
    const end = Date.now() + 2500;
    while (Date.now() < end) { const turn = Date.now() + 50; while (Date.now() < turn); await new Promise((next) => setTimeout(next)); }`);
  expect(await ended).toEqual([7, null]);
});

test("a process that was stopped for a while goes on", async () => {
  const { child, ended } = guarded("await new Promise((next) => setTimeout(next, 1500));");
  await once(child.stdout, "data");
  child.kill("SIGSTOP");
  await new Promise((next) => setTimeout(next, 2_000)); // the stop itself is what is tested
  child.kill("SIGCONT");
  expect(await ended).toEqual([7, null]);
});
