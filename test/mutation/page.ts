// page.ts — what became of the mutants, as a page: scores, a table by file, then by name each one that no test noticed

import type { Mutant } from "./mutate.ts";
import { nameOf } from "./same.ts";

export interface Tried extends Mutant {
  /** `refused`: no test noticed, and the type checker does not take it */
  outcome: "killed" | "looped" | "survived" | "not reached" | "refused";
}

const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
const noticed = ({ outcome }: Tried): boolean => outcome === "killed" || outcome === "looped";
const short = (text: string): string => {
  const flat = text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|").replaceAll("`", "'");
  return flat.length > 90 ? `${flat.slice(0, 87)}…` : flat;
};
const fileName = (file: string): string => file.replace(/^shared\/(core\/src\/(rules\/)?|)/, "");
const lineOf = ({ line, from, to, outcome }: Tried): string =>
  `- ${line}: \`${short(from)}\` → \`${short(to) || "(dropped)"}\`${outcome === "not reached" ? " (no test reaches it)" : ""}`;

interface Sorted {
  noticed: Tried[];
  refused: Tried[];
  same: Map<string, Tried[]>;
  left: Tried[];
}

function sorted(tried: readonly Tried[], same: Readonly<Record<string, readonly string[]>>): Sorted {
  const reasons = new Map(Object.entries(same).flatMap(([reason, names]) => names.map((name) => [name, reason])));
  const all: Sorted = { noticed: [], refused: [], same: new Map(), left: [] };
  for (const one of tried) {
    const reason = reasons.get(nameOf(one));
    if (noticed(one)) all.noticed.push(one);
    else if (one.outcome === "refused") all.refused.push(one);
    else if (reason === undefined) all.left.push(one);
    else all.same.set(reason, [...(all.same.get(reason) ?? []), one]);
  }
  return all;
}

/** Those of the list that a test notices or the type checker refuses: they have no place on it. Several may share a name. */
export const listedInVain = (tried: readonly Tried[], same: Readonly<Record<string, readonly string[]>>): string[] => {
  const byName = Map.groupBy(tried, nameOf);
  return [...new Set(Object.values(same).flat())].filter((name) =>
    byName.get(name)?.every((one) => noticed(one) || one.outcome === "refused"),
  );
};

/**
 * @param same by reason, the names of those that change no answer
 * @param every of how many mutants one was tried
 */
export function mutationPage(
  tried: readonly Tried[],
  same: Readonly<Record<string, readonly string[]>> = {},
  every = 1,
): string {
  const files = [...Map.groupBy(tried, ({ file }) => file)].sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = files.map(([file, of]) => {
    const { noticed, refused, same: equal, left } = sorted(of, same);
    const equals = [...equal.values()].flat().length;
    const counted = of.length - refused.length - equals;
    return `| ${fileName(file)} | ${of.length} | ${noticed.length} | ${refused.length} | ${equals} | ${left.length} | ${percent(noticed.length, of.length)} | ${percent(noticed.length, counted)} |`;
  });
  const all = sorted(tried, same);
  const equals = [...all.same.values()].flat();
  const counted = tried.length - all.refused.length - equals.length;
  const byFile = (of: readonly Tried[]): string[] =>
    [...Map.groupBy(of, ({ file }) => file)].flatMap(([file, some]) => [
      `\n### ${fileName(file)}\n`,
      ...some.map(lineOf),
    ]);
  const groups = [...all.same].flatMap(([reason, of]) => [
    `\n### ${reason} (${of.length})\n`,
    ...of.map((one) => `- ${fileName(one.file)} ${lineOf(one).slice(2)}`),
  ]);
  return `# Do the tests of the evaluator notice?

Written by \`npm run mutation -- --write\`: each mutant is one small change in the evaluator (an operator, a boundary, a
condition, a constant, an emptied list or text, a chain that no longer asks, a statement or an answer left out), and the
tests of \`shared/core/src/rules\`, of patterns, findings and sandboxes, and \`test/reference\` are asked until one fails. Properties
run at most 200 times each, and every mutant is tried in modules that are loaded anew: what one leaves behind, or what was
found out before it woke, answers for nobody. Mutated is what leads from a set's texts to a verdict with its sandbox: compiling, scopes,
criteria, globs, the index, combining, limits, risk, obligations, findings, asks. What stands at the top of a module is not
mutated, nor how dear a criterion is said to be, nor what messages say.

**${all.noticed.length} of ${tried.length} noticed: ${percent(all.noticed.length, tried.length)}**${every === 1 ? "" : ` (one mutant of every ${every} was tried)`}

Of the others the type checker refuses ${all.refused.length}, which nobody would ever see run, and ${equals.length} change no answer: these were
sorted by hand, with a reason for each group (\`test/mutation/same.ts\`), and are tried all the same. Without both,
**${all.noticed.length} of ${counted} are noticed: ${percent(all.noticed.length, counted)}**.

| file | mutants | noticed | refused by types | change no answer | not noticed | of all | of what counts |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

## Not noticed (${all.left.length})
${byFile(all.left).join("\n")}

## Change no answer (${equals.length})
${groups.join("\n")}
`;
}
