// page.ts — what became of the mutants, as a page: a table by file, then each one that nobody noticed

import type { Mutant } from "./mutate.ts";

export interface Tried extends Mutant {
  outcome: "killed" | "looped" | "survived" | "not reached";
}

const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
const noticed = ({ outcome }: Tried): boolean => outcome === "killed" || outcome === "looped";
const short = (text: string): string => {
  const flat = text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|").replaceAll("`", "'");
  return flat.length > 90 ? `${flat.slice(0, 87)}…` : flat;
};

/** @param every of how many mutants one was tried */
export function mutationPage(tried: readonly Tried[], every = 1): string {
  const files = [...Map.groupBy(tried, ({ file }) => file)].sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = files.map(([file, of]) => {
    const killed = of.filter(noticed).length;
    return `| ${file.replace("shared/core/src/rules/", "")} | ${of.length} | ${killed} | ${of.length - killed} | ${percent(killed, of.length)} |`;
  });
  const all = tried.filter(noticed).length;
  const left = files.flatMap(([file, of]) => {
    const survivors = of.filter((one) => !noticed(one));
    if (survivors.length === 0) return [];
    const lines = survivors.map(
      ({ line, from, to, outcome }) =>
        `- ${line}: \`${short(from)}\` → \`${short(to) || "(dropped)"}\`${outcome === "not reached" ? " (no test reaches it)" : ""}`,
    );
    return [`\n### ${file.replace("shared/core/src/rules/", "")}\n`, ...lines];
  });
  return `# Do the tests of the evaluator notice?

Written by \`npm run mutation -- --write\`: each mutant is one small change in what the judgement by rules does (an operator, a
boundary, a condition, a constant, a statement left out), and the tests of \`shared/core/src/rules\` and \`test/reference\`
are asked until one fails. Properties run at most 200 times
each. What stands at the top of a module is not mutated, nor how dear a criterion is said to be.

**${all} of ${tried.length} noticed: ${percent(all, tried.length)}**${every === 1 ? "" : ` (one mutant of every ${every} was tried)`}

| file | mutants | noticed | not | |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

## Not noticed

Nobody has sorted these by hand. Many can change no answer, only how fast it comes: in \`rule-index\`, \`path-list\`, \`sieve\`,
\`regex-survey\` and the anchors of criteria, whatever is found too often is tried once more and fails; \`> 0\` before a loop over
nothing; \`"text"\` where only \`"path"\` is asked for; \`1\` where only the sign counts. The others are gaps.
${left.join("\n")}
`;
}
