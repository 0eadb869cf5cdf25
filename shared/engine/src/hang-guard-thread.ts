// hang-guard-thread.ts — the thread beside the event loop that ends the process when the loop gives no sign any more

import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import type { GuardData } from "./hang-guard.ts";

const { beats, tickMs, spentMs, looksMax } = workerData as GuardData;
const counter = new Int32Array(beats);
/** ms of the processor's time that this process has used so far */
const used = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
let last = 0;
let silent = 0;
let usedAtBeat = used();

setInterval(() => {
  const now = Atomics.load(counter, 0);
  if (now !== last) {
    silent = 0;
    last = now;
    usedAtBeat = used();
    return;
  }
  silent++;
  if (used() - usedAtBeat < spentMs && silent < looksMax) return;
  // The main thread cannot log any more; this line is all that tells why the process is gone.
  writeSync(2, `${JSON.stringify({ level: "fatal", pid: process.pid, msg: "the event loop stands still: ended" })}\n`);
  process.kill(process.pid, "SIGKILL");
}, tickMs);
