// hang-guard-thread.ts — the thread beside the event loop that ends the process when the loop gives no sign any more

import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import type { GuardData } from "./hang-guard.ts";
import { PULSE } from "./pulse.ts";

const { pulse, tickMs, spentMs, spentOnOneMs, looksMax } = workerData as GuardData;
const counters = new Int32Array(pulse);
/** ms of the processor's time that this process has used so far */
const used = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
let turns = 0;
let begun = 0;
let silent = 0;
let usedAtTurn = used();
let usedAtBegin = usedAtTurn;

setInterval(() => {
  const [turnsNow, begunNow] = [Atomics.load(counters, PULSE.turns), Atomics.load(counters, PULSE.begun)];
  const inside = begunNow !== Atomics.load(counters, PULSE.ended);
  if (turnsNow !== turns || begunNow !== begun || !inside) usedAtBegin = used();
  begun = begunNow;
  if (turnsNow !== turns) {
    silent = 0;
    turns = turnsNow;
    usedAtTurn = used();
    return;
  }
  silent++;
  const burnt = used() - usedAtTurn;
  const burntOnOne = used() - usedAtBegin;
  if (burnt < spentMs && burntOnOne < spentOnOneMs && silent < looksMax) return;
  const why =
    burntOnOne < spentOnOneMs ? "the event loop stands still" : "the event loop stands still within one action";
  // The main thread cannot log any more; this line is all that tells why the process is gone.
  writeSync(2, `${JSON.stringify({ level: "fatal", pid: process.pid, msg: `${why}: ended` })}\n`);
  process.kill(process.pid, "SIGKILL");
}, tickMs);
