// main.ts — `npm run mutation [-- --only NAME] [--every N] [--names] [--write]`: how many mutants of the evaluator its tests notice

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { startVitest } from "vitest/node";
import { listedInVain, mutationPage, type Tried } from "./page.ts";
import { refusedByTypes } from "./refused.ts";
import { nameOf, SAME } from "./same.ts";
import { allMutants, root, tests } from "./targets.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    every: { type: "string", default: "1" },
    names: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const { mutants, codeOf } = allMutants(values.only);
const chosen = mutants.filter(({ id }) => id % Number(values.every) === 0);
const folder = mkdtempSync(join(tmpdir(), "holdpoint-mutation-"));
const outcomesFile = join(folder, "outcomes.json");
process.env["HOLDPOINT_MUTANTS"] = JSON.stringify({
  chosen: chosen.map(({ id, file }) => ({ id, file })),
  outcomesFile,
});
process.env["HOLDPOINT_PROPERTY_RUNS"] = "100";

const own = (name: string) => join(import.meta.dirname, name);
/** The tests of the core get the stand-ins; those, and whoever runs the tests, get the real thing. */
const withStandIns = (file: string): string =>
  readFileSync(file, "utf8")
    .replace('from "vitest"', `from "${own("shim.ts")}"`)
    .replace('from "fast-check"', `from "${own("fewer-runs.ts")}"`);
const vitest = await startVitest(
  [],
  {
    root,
    config: false,
    include: ["test/mutation/try.mutants.ts"],
    watch: false,
    reporters: ["dot"],
    maxWorkers: 1,
    // Sources with mutants in them are for this run alone.
    fsModuleCache: false,
  },
  {
    plugins: [
      {
        name: "mutants",
        enforce: "pre",
        load: (id: string) => codeOf.get(id) ?? (tests.includes(relative(root, id)) ? withStandIns(id) : undefined),
      },
    ],
  },
);
await vitest.close();
const failed = !existsSync(outcomesFile);
const outcomes = failed ? {} : (JSON.parse(readFileSync(outcomesFile, "utf8")) as Record<string, Tried["outcome"]>);
rmSync(folder, { recursive: true });
if (failed) {
  process.stderr.write("no mutant was tried: the tests do not pass with all mutants asleep\n");
  process.exit(1);
}
const asked = chosen.map((mutant): Tried => ({ ...mutant, outcome: outcomes[mutant.id] ?? "not reached" }));
const refused = await refusedByTypes(
  asked.filter(({ outcome }) => outcome === "survived" || outcome === "not reached"),
);
const tried = asked.map((one): Tried => (refused.has(one.id) ? { ...one, outcome: "refused" } : one));
const page = mutationPage(tried, SAME, Number(values.every));
process.stdout.write(page);
const names = new Set(mutants.map(nameOf));
for (const name of Object.values(SAME).flat())
  if (values.only === "" && !names.has(name)) process.stderr.write(`no longer there, though listed: ${name}\n`);
for (const name of listedInVain(tried, SAME)) process.stderr.write(`noticed, though listed: ${name}\n`);
if (values.names)
  for (const one of tried)
    if (one.outcome === "survived" || one.outcome === "not reached") process.stderr.write(`${nameOf(one)}\n`);
if (values.write) writeFileSync(join(root, "docs", "mutation.md"), page);
