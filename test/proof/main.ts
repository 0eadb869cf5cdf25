// main.ts — `npm run proof`: the full proof on both backends; writes RELIABILITY.md from what it measured, good or bad
// usage: npm run proof [-- --actions 120000 --faults 110 --seed 1 --backend redis --lanes 96 --write]
// or: npm run proof -- --only poison [--poison 60], or --only simulation: one part alone, and how it went second by second
// or: npm run proof -- --only faults --fault "cut the link to the queue" --faults 50 --actions 1000 [--backend redis]: that fault
//   again and again (more than one may be named), with each of its recoveries: one in ten that takes ten times as long is a wait
//   that nobody meant, and in the whole proof each strikes too few times to show it
// --actions and --faults are for each backend; several values are taken in the order of the backends.

import { parseArgs } from "node:util";
import { simulateMany } from "../simulation/many.ts";
import { named } from "./faults.ts";
import { GOALS, goals } from "./goals.ts";
import { type NeighbourReport, neighbours } from "./poison.ts";
import { each, page } from "./report.ts";
import { proofRun, type RunReport } from "./run.ts";
import { writeSection } from "./section.ts";
import { isClean } from "./verdict.ts";

const { values } = parseArgs({
  options: {
    actions: { type: "string", multiple: true, default: ["120000", "90000"] },
    faults: { type: "string", multiple: true, default: ["110"] },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
    lanes: { type: "string", default: "96" },
    /** of each backend, at the most */
    minutes: { type: "string", default: "20" },
    backend: { type: "string", multiple: true, default: ["redis", "postgres"] },
    /** seconds of each of the two loads that poison is measured by; 0: not at all */
    poison: { type: "string", default: "60" },
    /** worlds of the simulation; 0: none */
    seeds: { type: "string", default: "5000" },
    write: { type: "boolean", default: false },
    /** names of the only faults that strike */
    fault: { type: "string", multiple: true },
    /** faults, poison, simulation; all of them without it */
    only: { type: "string" },
  },
});
const PARTS = ["faults", "poison", "simulation"] as const;
if (values.only !== undefined && !PARTS.some((part) => part === values.only))
  throw new Error(`unknown part \`${values.only}\`: expected ${PARTS.join(", ")}`);
if (values.only !== undefined && values.write) throw new Error("a part alone is no proof: it is not written");
if (values.fault !== undefined && values.only !== "faults") throw new Error("`--fault` goes with `--only faults`");
const only = values.fault && named(...values.fault);
const wanted = (part: (typeof PARTS)[number]): boolean => (values.only ?? part) === part;

const simulated =
  wanted("simulation") && Number(values.seeds) > 0
    ? await simulateMany(Number(values.seed), Number(values.seeds))
    : undefined;
if (simulated) console.log(JSON.stringify(simulated));
const NEIGHBOURS_PER_SECOND = 40;
const share = {
  kills: Math.ceil(GOALS.kills / values.backend.length),
  wipes: Math.ceil(GOALS.wipes / values.backend.length),
};
const SHARE_OF_FAULTS = share.kills + share.wipes;
const tell = (line: string) => void process.stderr.write(`${line}\n`);
const reports: RunReport[] = [];
const backends = values.backend.map((backend) => {
  if (backend === "redis" || backend === "postgres") return backend;
  throw new Error(`unknown backend \`${backend}\`: expected redis or postgres`);
});
for (const [index, backend] of wanted("faults") ? backends.entries() : []) {
  const of = (list: readonly string[]) => Number(list[index] ?? list[0]);
  const report = await proofRun({
    backend,
    seed: Number(values.seed),
    actions: of(values.actions),
    faults: of(values.faults),
    // Each backend's share of the goals, where the run is as long as a proof is.
    ...(only ? { only } : of(values.faults) >= SHARE_OF_FAULTS && { least: share }),
    lanes: Number(values.lanes),
    minutesMax: Number(values.minutes),
    tell,
  });
  reports.push(report);
  console.log(JSON.stringify(report));
  for (const { name } of only ?? []) for (const line of each(name, report.struck)) console.log(`${backend}: ${line}`);
}

let poison: NeighbourReport | undefined;
const [first] = backends;
if (wanted("poison") && Number(values.poison) > 0 && first) {
  poison = await neighbours({
    backend: first,
    perSecond: NEIGHBOURS_PER_SECOND,
    seconds: Number(values.poison),
    ...(values.only !== undefined && { tell }),
  });
  console.log(JSON.stringify(poison));
}

const reached = goals(reports, poison);
for (const { what, goal, measured, met } of reached)
  console.log(`${met ? "met" : "NOT MET"}: ${what}: ${measured} (${goal})`);
const denied = poison === undefined || poison.fates.every(({ state }) => state === "denied");
const clean = reports.every(({ findings }) => isClean(findings)) && denied && (simulated?.problems.length ?? 0) === 0;
if (values.write) {
  const given = Object.entries(values).flatMap(([name, value]) =>
    name === "write" ? ["--write"] : [value].flat().map((each) => `--${name} ${String(each)}`),
  );
  const text = page(`npm run proof -- ${given.join(" ")}`, { reports, poison, simulated, reached });
  writeSection("faults", text);
}
process.exit(clean ? 0 : 1);
