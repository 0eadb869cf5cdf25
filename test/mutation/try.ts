// try.ts — runs vitest once over sources with all their mutants built in, and says what became of each

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { startVitest } from "vitest/node";
import type { Mutant } from "./mutate.ts";
import type { Tried } from "./page.ts";
import { root, tests } from "./targets.ts";

type Outcomes = Record<string, Tried["outcome"]>;

const own = (name: string) => join(import.meta.dirname, name);
/** The tests of the core get the stand-ins; those, and whoever runs the tests, get the real thing. */
const withStandIns = (file: string): string =>
  readFileSync(file, "utf8")
    .replace('from "vitest"', `from "${own("shim.ts")}"`)
    .replace('from "fast-check"', `from "${own("fewer-runs.ts")}"`);
/** @param codeOf the mutated sources by their whole path. Throws where the tests fail by themselves. */
export async function tryMutants(chosen: readonly Mutant[], codeOf: ReadonlyMap<string, string>): Promise<Outcomes> {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-mutation-"));
  const outcomesFile = join(folder, "outcomes.json");
  process.env["HOLDPOINT_MUTANTS"] = JSON.stringify({
    chosen: chosen.map(({ id, file }) => ({ id, file })),
    outcomesFile,
  });
  process.env["HOLDPOINT_PROPERTY_RUNS"] = "100";

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
  const outcomes = existsSync(outcomesFile) ? (JSON.parse(readFileSync(outcomesFile, "utf8")) as Outcomes) : {};
  rmSync(folder, { recursive: true });
  if (chosen.some(({ id }) => outcomes[id] === undefined))
    throw new Error("not every mutant was tried: the tests do not pass with all mutants asleep");
  return outcomes;
}
