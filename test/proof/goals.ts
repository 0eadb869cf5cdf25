// goals.ts — what a proof promised beforehand, held against what it measured: met or not, figure by figure

import type { NeighbourReport } from "./poison.ts";
import type { RunReport } from "./run.ts";
import { CHECKS, type Check } from "./verdict.ts";

/** Over all backends of one proof. */
export const GOALS = {
  acknowledged: 200_000,
  kills: 100,
  wipes: 20,
  recoveryMs: 5_000,
  settledMs: 30_000,
  neighboursRatio: 1.5,
} as const;

export interface Goal {
  what: string;
  goal: string;
  measured: string;
  met: boolean;
}

const thousands = (value: number): string => value.toLocaleString("en");

const least = (what: string, goal: number, measured: number): Goal => ({
  what,
  goal: `≥ ${thousands(goal)}`,
  measured: thousands(measured),
  met: measured >= goal,
});
const most = (what: string, goal: number, measured: number, unit = ""): Goal => ({
  what,
  goal: goal === 0 ? "0" : `≤ ${thousands(goal)}${unit}`,
  measured: `${thousands(measured)}${unit}`,
  met: measured <= goal,
});

function ofPoison(poison: NeighbourReport): Goal[] {
  const { fates, quarantined } = poison;
  const denied = fates.filter(({ state }) => state === "denied").length;
  const ratio = Math.round((100 * poison.with.p99Ms) / poison.without.p99Ms) / 100;
  return [
    least("poison actions denied", fates.length, denied),
    least("poison actions shown by `holdpoint doctor`", fates.length, quarantined),
    most("p99 of poison's neighbours against the same load without it", GOALS.neighboursRatio, ratio, "×"),
    most("neighbours of poison not decided in 30 s", 0, poison.with.failed),
  ];
}

/** What was not measured is not among them. */
export function goals(reports: readonly RunReport[], poison: NeighbourReport | undefined): Goal[] {
  if (reports.length === 0) return poison ? ofPoison(poison) : [];
  const sum = (of: (report: RunReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  const found = (...checks: Check[]) =>
    sum(({ findings }) => checks.reduce((all, each) => all + findings[each].length, 0));
  const single = reports.flatMap(({ struck }) => struck).filter(({ together }) => !together);
  const slow = single.filter(({ recoveryMs }) => recoveryMs === undefined || recoveryMs > GOALS.recoveryMs);
  const others = (Object.keys(CHECKS) as Check[]).filter((check) => check !== "lost" && check !== "doubled");
  return [
    least(
      "acknowledged actions",
      GOALS.acknowledged,
      sum(({ findings }) => findings.acknowledged),
    ),
    least(
      "kills",
      GOALS.kills,
      sum(({ kills }) => kills),
    ),
    least(
      "queue wipes",
      GOALS.wipes,
      sum(({ wipes }) => wipes),
    ),
    most("lost", 0, found("lost")),
    most("doubled", 0, found("doubled")),
    most("any other promise broken (the rows of the next table)", 0, found(...others)),
    {
      ...most(`single faults after which recovery took more than ${thousands(GOALS.recoveryMs)} ms`, 0, slow.length),
      measured: `${slow.length} of ${single.length}`,
    },
    most(
      "from the end of the load until nothing was undecided",
      GOALS.settledMs,
      Math.max(0, ...reports.map(({ settledAfterMs }) => settledAfterMs)),
      " ms",
    ),
    ...(poison ? ofPoison(poison) : []),
  ];
}
