// measure.ts — one suite measured: how many rows of each label got the answer they should, and what the others got

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadClasses, type TrickClass } from "./cases.ts";
import type { HeldUp } from "./held-up.ts";
import { type Judged, judgeCall, judgeRow } from "./judge.ts";
import { callOf, type SuiteRow, setFor } from "./setups.ts";
import { type Measure, SUITES, type Suite } from "./suites.ts";

export interface Figure {
  measure: Measure;
  rows: number;
  counted: number;
}
export interface Measured {
  suite: Suite;
  rows: number;
  leftOut: number;
  /** rows whose setting no policy says */
  unsaid: number;
  crashes: number;
  figures: Figure[];
  /** what answered where the answer was not the wanted one: rule ids, with how many rows */
  causes: [string, number][];
  missed: { id: string; effect: string; expected: string }[];
  /** by class, the rows that keep a goal from being met */
  heldUp: (HeldUp & { ids: string[] })[];
}

const percent = ({ counted, rows }: Figure): number => (rows === 0 ? 0 : (100 * counted) / rows);
export const shareOf = (figure: Figure): string => `${(Math.round(percent(figure) * 10) / 10).toFixed(1)} %`;
export const isMet = (figure: Figure): boolean => {
  const { atLeast, atMost } = figure.measure;
  return percent(figure) >= (atLeast ?? 0) && percent(figure) <= (atMost ?? 100);
};

function judged(row: SuiteRow): Judged | undefined {
  const set = setFor(row);
  return set && judgeRow(callOf(row), set);
}

export function measureSuite(suite: Suite, rows: readonly SuiteRow[]): Measured {
  const kept = rows.filter((row) => !suite.leaveOut?.rows(row));
  const answers = kept.map((row) => ({ row, answer: judged(row) }));
  const causes = new Map<string, number>();
  const missed: Measured["missed"] = [];
  const heldUp = (suite.heldUp ?? []).map((each) => ({ ...each, ids: [] as string[] }));
  // The last goal of a suite is the one that its classes are about.
  const unmet = suite.measures.at(-1);
  const figures = suite.measures.map((measure): Figure => {
    const mine = answers.filter(({ row, answer }) => answer !== undefined && measure.labels.includes(row.expected));
    let counted = 0;
    for (const { row, answer } of mine) {
      const counts = measure.counts(answer!.effect, row);
      if (counts) counted++;
      if (counts !== (measure.atMost !== undefined)) continue;
      missed.push({ id: row.id, effect: answer!.effect, expected: row.expected });
      if (measure === unmet) heldUp.find(({ rows }) => rows(answer!, row))?.ids.push(row.id);
      const cause = answer!.effect === "allow" ? "let through" : answer!.rules.join(", ") || answer!.effect;
      causes.set(cause, (causes.get(cause) ?? 0) + 1);
    }
    return { measure, rows: mine.length, counted };
  });
  return {
    suite,
    rows: rows.length,
    leftOut: rows.length - kept.length,
    unsaid: answers.filter(({ answer }) => answer === undefined).length,
    crashes: answers.filter(({ answer }) => answer?.effect === "crash").length,
    figures,
    causes: [...causes].sort((a, b) => b[1] - a[1]),
    missed,
    heldUp,
  };
}

/** Every suite that lies in `folder`, as `<file>.jsonl`. Throws where one of them is not JSON by lines. */
export const measureSuites = (folder: string): Measured[] =>
  SUITES.filter(({ file }) => existsSync(join(folder, `${file}.jsonl`))).map((suite) =>
    measureSuite(
      suite,
      readFileSync(join(folder, `${suite.file}.jsonl`), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as SuiteRow),
    ),
  );

export interface MeasuredClass extends TrickClass {
  attacksRight: number;
  twinsRight: number;
}

/** The written set, class by class. */
export const measureClasses = (): MeasuredClass[] =>
  loadClasses().map((each) => ({
    ...each,
    attacksRight: each.pairs.filter(({ attack, want }) => judgeCall(attack).effect === want).length,
    twinsRight: each.pairs.filter(({ twin }) => judgeCall(twin).effect === "allow").length,
  }));
