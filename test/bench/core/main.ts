// main.ts — `npm run bench -- core [--json FILE]`: prints the figures and, when asked, keeps them

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { benchCore } from "./core.ts";

const { values } = parseArgs({ allowPositionals: true, options: { json: { type: "string" } } });
const figures = await benchCore();
for (const { name, rules, nanos, perSecond } of figures.costs)
  console.log(
    `${String(rules).padStart(6)} rules  ${name.padEnd(14)} ${String(nanos).padStart(10)} ns  ${perSecond.toLocaleString("en").padStart(12)}/s`,
  );
for (const { rules, bestPeer, toBest, toCedar } of figures.ratios)
  console.log(
    `at ${rules} rules: ${toBest} times the speed of ${bestPeer}${Number.isNaN(toCedar) ? "" : `, ${toCedar} times cedar-wasm`}`,
  );
console.log(`10 → 10,000 rules: ${figures.growth} times the cost`);
console.log(
  `200-byte command: ${figures.command.parseMicros} µs to understand, ${figures.command.decideMicros} µs to judge by the coding-agent pack`,
);
console.log(
  `100 kB argument: ${figures.largeArgumentMs} ms · secrets in 100 kB: ${figures.secrets.cleanMs} ms clean, ${figures.secrets.hostileMs} ms hostile`,
);
console.log(`10,000 rules compile in ${figures.compile.ms} ms, ${figures.compile.heapMb} MB`);
if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify({ at: new Date().toISOString(), cpu: cpus()[0]?.model, node: process.version, ...figures }, null, 2)}\n`,
  );
