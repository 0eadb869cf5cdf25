// case-report.ts — what golden cases said: for a person what differs, for a build server JUnit's XML

import { harmless, type Paint } from "../terminal.ts";
import type { RanCase } from "./case-run.ts";

const failed = ({ differences }: RanCase): boolean => differences.length > 0;
const callOf = ({ golden: { example } }: RanCase): string =>
  typeof example === "string"
    ? example
    : (example.command ?? `${example.tool ?? "Bash"} ${JSON.stringify(example.args ?? {})}`);

/** Failing cases with what was wanted and what came, then one line that counts. */
export function reportText(ran: readonly RanCase[], paint: Paint): string {
  const lines = ran.filter(failed).flatMap((one) => {
    const { file, golden, differences, verdict } = one;
    const { line, column } = golden.place;
    const rules = verdict.rules.map(({ id, document }) => `${id} (${document})`).join(", ") || "no rule";
    return [
      `${paint.red("✗")} ${harmless(file)}:${line}:${column} ${paint.bold(harmless(golden.say))}`,
      `    ${harmless(callOf(one))}`,
      ...differences.flatMap(({ word, want, got }) => [
        `  ${paint.green(`- ${word} ${harmless(want)}`)}`,
        `  ${paint.red(`+ ${word} ${harmless(got)}`)}`,
      ]),
      `    ${paint.dim(`by ${harmless(rules)}: ${harmless(verdict.reason)}`)}`,
    ];
  });
  const bad = ran.filter(failed).length;
  const count = `${ran.length - bad} passed, ${bad} failed`;
  return `${[...lines, bad > 0 ? paint.red(count) : paint.green(count)].join("\n")}\n`;
}

const xml = (text: string): string =>
  harmless(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const seconds = (ran: readonly RanCase[]): string => (ran.reduce((sum, { ms }) => sum + ms, 0) / 1_000).toFixed(6);
const counts = (ran: readonly RanCase[]): string =>
  `tests="${ran.length}" failures="${ran.filter(failed).length}" errors="0" time="${seconds(ran)}"`;

export function reportJunit(ran: readonly RanCase[]): string {
  const suites = Map.groupBy(ran, ({ file }) => file);
  const cases = (ones: readonly RanCase[]) =>
    ones.map((one) => {
      const head = `    <testcase classname="${xml(one.file)}" name="${xml(one.golden.say)}" time="${seconds([one])}"`;
      if (!failed(one)) return `${head}/>`;
      const text = one.differences.map(({ word, want, got }) => `${word}: wanted ${want}, got ${got}`);
      const place = `${one.file}:${one.golden.place.line}:${one.golden.place.column}`;
      return `${head}>\n      <failure message="${xml(text.join("; "))}">${xml(`${place} ${callOf(one)}`)}</failure>\n    </testcase>`;
    });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="holdpoint policy test" ${counts(ran)}>`,
    ...[...suites].flatMap(([file, ones]) => [
      `  <testsuite name="${xml(file)}" ${counts(ones)}>`,
      ...cases(ones),
      "  </testsuite>",
    ]),
    "</testsuites>",
    "",
  ].join("\n");
}
