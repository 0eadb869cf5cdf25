// main.ts — `npm run mutation [-- --only NAME,NAME] [--every N] [--names] [--keep FILE | --from FILE] [--write]`: how many
// mutants of the evaluator its tests notice. `--names` prints the others as `same.ts` names them, `--keep` keeps what became
// of all, and `--from` makes the page of that again without trying them

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { listedInVain, mutationPage, type Tried } from "./page.ts";
import { refusedByTypes } from "./refused.ts";
import { nameOf, SAME } from "./same.ts";
import { allMutants, root } from "./targets.ts";
import { tryMutants } from "./try.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    every: { type: "string", default: "1" },
    from: { type: "string" },
    keep: { type: "string" },
    names: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const { mutants, codeOf } = allMutants(values.only);
const every = Number(values.every);
/** Spread evenly: of every so many one, also where that is no whole number. */
const chosen = mutants.filter(({ id }) => Math.floor(id / every) > Math.floor((id - 1) / every));
const outcomes = values.from
  ? (JSON.parse(readFileSync(values.from, "utf8")) as Record<string, Tried["outcome"]>)
  : await tryMutants(chosen, codeOf);
if (values.keep) writeFileSync(values.keep, JSON.stringify(outcomes));
const asked = chosen.map((mutant): Tried => {
  const outcome = outcomes[mutant.id];
  if (!outcome) throw new Error(`nothing is kept of mutant ${mutant.id}: sources are others by now`);
  return { ...mutant, outcome };
});
const refused = await refusedByTypes(
  asked.filter(({ outcome }) => outcome === "survived" || outcome === "not reached"),
);
const tried = asked.map((one): Tried => (refused.has(one.id) ? { ...one, outcome: "refused" } : one));
const page = mutationPage(tried, SAME, every);
process.stdout.write(page);
const names = new Set(mutants.map(nameOf));
for (const name of Object.values(SAME).flat())
  if (values.only === "" && !names.has(name)) process.stderr.write(`no longer there, though listed: ${name}\n`);
for (const name of listedInVain(tried, SAME)) process.stderr.write(`noticed, though listed: ${name}\n`);
if (values.names)
  for (const one of tried)
    if (one.outcome === "survived" || one.outcome === "not reached") process.stderr.write(`${nameOf(one)}\n`);
if (values.write) writeFileSync(join(root, "docs", "mutation.md"), page);
