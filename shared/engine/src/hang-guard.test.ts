// hang-guard.test.ts — a process that loops is ended and says why; a busy or a stopped one is left alone

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";

const [guard, pulse] = ["hang-guard.ts", "pulse.ts"].map((file) => JSON.stringify(join(import.meta.dirname, file)));
/** A process under a strict guard that does `work` and, if it still lives, exits with 7. */
function guarded(work: string, limits = "{ spentMs: 1000, spentOnOneMs: 60000, stillMs: 60000, tickMs: 100 }") {
  const script = `import { startHangGuard } from ${guard}; import { createPulse } from ${pulse};
    const pulse = createPulse(); startHangGuard(pulse, ${limits}); console.log("up"); ${work} process.exit(7);`;
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

/** Burns ms of the processor's time. */
const BUSY = `const spent = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
  const busy = (ms) => { const end = spent() + ms; while (spent() < end) for (let turn = 0; turn < 1e6; turn++); };`;
const STRICT_ON_ONE = "{ spentMs: 60000, spentOnOneMs: 1000, stillMs: 60000, tickMs: 100 }";
test("a loop within one action is ended long before any other", async () => {
  const { ended, said } = guarded("pulse.during(() => { for (;;) { /* for ever */ } });", STRICT_ON_ONE);
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect(said()).toContain("within one action");
});

test("many actions one after another without a turn are not taken for one that loops, nor is what follows them", async () => {
  const { ended } = guarded(
    `${BUSY} for (let each = 0; each < 4; each++) pulse.during(() => busy(400));
    busy(1500);`,
    STRICT_ON_ONE,
  );
  expect(await ended).toEqual([7, null]);
}, 90_000);

test("an action that waits is not being worked on: what the loop does meanwhile is not on its account", async () => {
  const { ended } = guarded(
    `${BUSY} const waits = pulse.during(() => new Promise((done) => setTimeout(done, 1_500)));
    busy(1500); await waits;`,
    STRICT_ON_ONE,
  );
  expect(await ended).toEqual([7, null]);
}, 90_000);

test("a loop that gets no turn because the machine is busy is left alone: it burns nothing", async () => {
  // Twice: on such a machine the guard may only come to look while the first wait goes on.
  const { ended } = guarded(`for (let each = 0; each < 2; each++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
    await new Promise((next) => setTimeout(next, 100));
  }`);
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
