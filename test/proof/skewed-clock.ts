// skewed-clock.ts — loaded before a service (`--import`): its clock steps on SIGUSR2 to the offset that a file names
// Only the harness does this. What the process times by `performance.now()` goes on as it was, as it does on a real step.

import { readFileSync } from "node:fs";

const path = process.env["PROOF_CLOCK_FILE"] ?? "";
const RealDate = Date;
let offsetMs = 0;

process.on("SIGUSR2", () => {
  offsetMs = Number(readFileSync(path, "utf8")) || 0;
});

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: unknown[]) =>
    Reflect.construct(target, args.length === 0 ? [target.now() + offsetMs] : args) as object,
  get: (target, name) => (name === "now" ? () => target.now() + offsetMs : Reflect.get(target, name)),
});
