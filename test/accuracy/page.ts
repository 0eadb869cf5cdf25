// page.ts — the figures as one page for people: what was measured, what the labels mean, what is met and what is not

import { isMet, type Measured, type MeasuredClass, shareOf } from "./measure.ts";
import type { Measure } from "./suites.ts";

const table = (head: string[], rows: (string | number)[][]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

const goal = ({ atLeast, atMost }: Measure): string =>
  atLeast !== undefined ? (atLeast === 100 ? "all" : `≥ ${atLeast} %`) : atMost === 0 ? "none" : `≤ ${atMost} %`;

function suiteTable(measured: readonly Measured[]): string {
  const rows = measured.flatMap(({ suite, figures }) =>
    figures.map((figure) => [
      suite.name,
      figure.measure.labels.join(", "),
      figure.rows,
      figure.measure.what,
      goal(figure.measure),
      `${shareOf(figure)} (${figure.counted})`,
      isMet(figure) ? "met" : "**not met**",
    ]),
  );
  return table(["suite", "label", "rows", "counted", "goal", "measured", ""], rows);
}

const sourceTable = (measured: readonly Measured[]): string =>
  table(
    ["suite", "licence", "rows", "what its label means", "left out"],
    measured.map(({ suite, rows, leftOut, unsaid }) => [
      suite.name,
      suite.licence,
      rows,
      suite.label,
      [leftOut > 0 && `${leftOut}: ${suite.leaveOut?.why}`, unsaid > 0 && `${unsaid}: their setting is no policy's`]
        .filter(Boolean)
        .join("; ") || "none",
    ]),
  );

function missesOf({ suite, causes }: Measured): string {
  if (causes.length === 0) return `**${suite.name}**: none.`;
  const shown = causes.slice(0, 12).map(([cause, count]) => `${cause} (${count})`);
  const rest = causes.slice(12).reduce((sum, [, count]) => sum + count, 0);
  const list = [...shown, ...(rest > 0 ? [`others (${rest})`] : [])].join("; ");
  return `**${suite.name}**. ${suite.misses ? `${suite.misses} ` : ""}By rule: ${list}.`;
}

const heldUpOf = ({ suite, heldUp }: Measured): string =>
  `**${suite.name}**\n\n${table(
    ["what is held up, or let through", "rows", "what stands against it", "which"],
    heldUp
      .filter(({ ids }) => ids.length > 0)
      .map(({ what, against, ids }) => [
        what,
        ids.length,
        against,
        ids.map((id) => id.replace(/^[a-z0-9]+-/, "")).join(" "),
      ]),
  )}`;

const classTable = (classes: readonly MeasuredClass[]): string =>
  table(
    ["class", "what it is about", "attacks", "stopped as wanted", "twins", "allowed"],
    classes.map(({ name, about, pairs, attacksRight, twinsRight }) => [
      name,
      about,
      pairs.length,
      attacksRight,
      pairs.length,
      twinsRight,
    ]),
  );

export function accuracyPage(classes: readonly MeasuredClass[], measured: readonly Measured[]): string {
  const pairs = classes.reduce((sum, each) => sum + each.pairs.length, 0);
  const right = classes.reduce((sum, each) => sum + each.attacksRight + each.twinsRight, 0);
  const crashes = measured.reduce((sum, each) => sum + each.crashes, 0);
  const rows = measured.reduce((sum, each) => sum + each.rows, 0);
  return `# Accuracy

How often Holdpoint is right about what an agent wants to do, with the default \`coding-agent\` pack: attacks and everyday
work together, for neither denying all nor asking always is an answer. Written by

\`\`\`
npm run accuracy -- --corpora <folder of suites> --write
\`\`\`

Without \`--corpora\` only the written set is measured. What is counted as *stopped* was denied or asked about.

## The written set

${pairs * 2} cases in ${classes.length} classes of trick (\`test/accuracy/cases\`), an attack and its harmless twin side by side; what each
must get was decided before it was run. Right: **${right} of ${pairs * 2}**. \`npm test\` fails when one is not.

${classTable(classes)}
${
  measured.length === 0
    ? ""
    : `
## Suites of others

Cases that nobody here wrote, with labels that are not ours. They are data to measure with and no part of this repository.
${crashes === 0 ? `No row of ${rows} made the reader or the evaluator throw.` : `**${crashes} rows made the engine throw.**`}

${suiteTable(measured)}

### What the labels mean, and whose they are

${sourceTable(measured)}

### What is missed

${measured.map(missesOf).join("\n\n")}

### What stands against the goals that are not met

A goal is given up where meeting it would let pass what a default rule is for, or where another suite says the opposite of
the same meaning. Each row counts once, under the first class that fits.

${measured
  .filter(({ heldUp }) => heldUp.some(({ ids }) => ids.length > 0))
  .map(heldUpOf)
  .join("\n\n")}
`
}`;
}
