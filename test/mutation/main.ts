// main.ts — `npm run mutation [-- --only NAME] [--every N] [--write]`: how many mutants of the evaluator its tests notice

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { startVitest } from "vitest/node";
import { mutationPage, type Tried } from "./page.ts";
import { allMutants, root, tests } from "./targets.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    every: { type: "string", default: "1" },
    write: { type: "boolean", default: false },
  },
});
const { mutants, codeOf } = allMutants(values.only);
const chosen = mutants.filter(({ id }) => id % Number(values.every) === 0);
const folder = mkdtempSync(join(tmpdir(), "holdpoint-mutation-"));
const outcomesFile = join(folder, "outcomes.json");
process.env["HOLDPOINT_MUTANTS"] = JSON.stringify({ ids: chosen.map(({ id }) => id), outcomesFile });
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
const tried = chosen.map((mutant): Tried => ({ ...mutant, outcome: outcomes[mutant.id] ?? "not reached" }));
const page = mutationPage(tried, Number(values.every));
process.stdout.write(page);
if (values.write) writeFileSync(join(root, "docs", "mutation.md"), page);
