// keep.test.ts — what is kept running comes back when it dies, in the place where it was, and never when it was told to end

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { folderWith } from "../run-cli.ts";

const keepFile = JSON.stringify(join(import.meta.dirname, "keep.ts"));
/** A program that says which run of it this is, is ready in `state`, and then does what `lives` says for that run. */
const PROGRAM = `
const [state, ...lives] = process.argv.slice(2);
const run = JSON.parse(state)?.run ?? 0;
process.on("SIGTERM", () => { console.log("told"); process.exit(0); });
process.on("disconnect", () => { console.log("alone"); process.exit(1); });
console.log("run " + run);
const life = lives[Math.min(run, lives.length - 1)];
if (life !== "unready") process.send({ ready: { run: run + 1 } }, () => live());
else live();
function live() {
  if (life === "dies") process.kill(process.pid, "SIGKILL");
  else if (life === "lasts") setInterval(() => undefined, 1000);
  else process.exit(life === "unready" ? 2 : Number(life));
}
`;

function kept(...lives: string[]) {
  const folder = folderWith({ "program.mjs": PROGRAM });
  const script = `import { keep } from ${keepFile};
    const args = (state) => [${JSON.stringify(join(folder, "program.mjs"))}, JSON.stringify(state ?? null), ...${JSON.stringify(lives)}];
    process.exit(await keep({ restartsMax: 2, firstWaitMs: 5, tell: (line) => console.log("! " + line),
      launch: (state) => ({ command: process.execPath, args: args(state), env: process.env }) }));`;
  const child = spawn(process.execPath, [
    "--disable-warning=ExperimentalWarning",
    "--input-type=module-typescript",
    "-e",
    script,
  ]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  const waiting = new Set<() => void>();
  child.stdout.on("data", (chunk) => {
    said += chunk;
    for (const look of waiting) look();
  });
  return {
    child,
    said: () => said.trim().split("\n"),
    says: (word: string) =>
      new Promise<void>((resolve) => {
        const look = () => said.includes(word) && resolve();
        waiting.add(look);
        look();
      }),
    ended: once(child, "close").then(([code]) => code as number | null),
  };
}

test("what dies is started again with the state that it last said, until it ends as it should", async () => {
  const { ended, said } = kept("dies", "1", "0");
  expect(await ended).toBe(0);
  expect(said().filter((line) => line.startsWith("run"))).toEqual(["run 0", "run 1", "run 2"]);
  expect(said().filter((line) => line.startsWith("!"))).toEqual([
    "! it ended (SIGKILL): starting again in 5 ms",
    "! it ended (exit code 1): starting again in 10 ms",
  ]);
});

test("what was never ready is not started again: its exit code is the answer", async () => {
  const { ended, said } = kept("unready");
  expect([await ended, said()]).toEqual([2, ["run 0"]]);
});

test("what dies again and again is given up, with its exit code", async () => {
  const { ended, said } = kept("dies");
  expect(await ended).toBe(128 + 9);
  expect(said().at(-1)).toBe("! it ended again (SIGKILL), 3 times in a short while: giving up");
});

test.each(["SIGTERM", "SIGHUP"] as const)("%s is handed on, once however often it comes at a time", async (signal) => {
  const { child, ended, said, says } = kept("lasts");
  await says("run 0");
  child.kill(signal);
  child.kill(signal);
  expect(await ended).toBe(0);
  expect(said()).toEqual(["run 0", "told"]);
});

test("what is kept hears that its keeper was killed", async () => {
  const { child, ended, said, says } = kept("lasts");
  await says("run 0");
  child.kill("SIGKILL");
  await ended; // its stdout is closed by the last who holds it
  expect(said()).toEqual(["run 0", "alone"]);
});
