// report.ts — a proof's figures as the page RELIABILITY.md, good or bad

import { cpus, loadavg } from "node:os";
import { percentile } from "../bench/drive.ts";
import type { Simulated } from "../simulation/many.ts";
import type { Goal } from "./goals.ts";
import type { NeighbourReport } from "./poison.ts";
import type { RunReport } from "./run.ts";
import { CHECKS, type Check, isClean } from "./verdict.ts";

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] => [
  row(head),
  row(head.map((_, at) => (at === 0 ? "---" : "---:"))),
  ...rows.map(row),
];
const thousands = (value: number): string => value.toLocaleString("en");

const sorted = (list: readonly (number | undefined)[]): number[] =>
  list.flatMap((ms) => ms ?? []).sort((a, b) => a - b);

/** Each time that one fault struck alone, for whoever looks for a second mode. */
export function each(name: string, struck: RunReport["struck"]): string[] {
  const single = struck.filter(({ fault, together }) => fault === name && !together);
  return [
    `${name}, ${single.length} times: recovery ms ${sorted(single.map(({ recoveryMs }) => recoveryMs)).join(" ")}`,
    `${name}: slowest decision after each ms ${sorted(single.map(({ slowestMs }) => slowestMs)).join(" ")}`,
  ];
}

function recoveries(reports: readonly RunReport[]): string[] {
  const struck = reports.flatMap((report) => report.struck);
  const names = [...new Set(struck.map(({ fault }) => fault))].sort();
  const figures = (list: RunReport["struck"]): (string | number)[] => {
    const single = list.filter(({ together }) => !together);
    const ms = sorted(single.map(({ recoveryMs }) => recoveryMs));
    const none = single.length - ms.length;
    const start = sorted(single.map(({ startMs }) => startMs));
    const starts = start.length === 0 ? "" : percentile(start, 0.5);
    const slowest = sorted(single.map(({ slowestMs }) => slowestMs)).at(-1) ?? "–";
    return ms.length === 0
      ? ["–", "–", "–", none, starts, slowest]
      : [percentile(ms, 0.5), percentile(ms, 0.99), ms.at(-1) ?? 0, none, starts, slowest];
  };
  return table(
    [
      "fault",
      ...reports.map(({ options }) => `${options.backend}, times`),
      "recovery p50 ms",
      "p99",
      "max",
      "not in 30 s",
      "start p50 ms",
      "slowest ms",
    ],
    [
      ...names.map((name) => [
        name,
        ...reports.map((report) => report.struck.filter(({ fault }) => fault === name).length),
        ...figures(struck.filter(({ fault }) => fault === name)),
      ]),
      ["**all**", ...reports.map((report) => report.struck.length), ...figures(struck)],
    ],
  );
}

const counts = (reports: readonly RunReport[]): string[] =>
  table(
    ["", ...reports.map(({ options }) => options.backend)],
    [
      ["acknowledged actions", ...reports.map(({ findings }) => thousands(findings.acknowledged))],
      ["permissions to run handed out", ...reports.map(({ grants }) => thousands(grants))],
      ["acknowledged votes", ...reports.map(({ votes }) => thousands(votes))],
      ["kills", ...reports.map(({ kills }) => kills)],
      ["queue wipes", ...reports.map(({ wipes }) => wipes)],
      ["garbage jobs injected", ...reports.map(({ counts: of }) => of["garbage jobs"] ?? 0)],
      ["processes started again", ...reports.map(({ restarts }) => restarts)],
      ...(Object.keys(CHECKS) as Check[]).map((check) => [
        `${CHECKS[check]}`,
        ...reports.map(({ findings }) => findings[check].length),
      ]),
      [
        "ms from the end of the load until nothing was undecided",
        ...reports.map(({ settledAfterMs }) => settledAfterMs),
      ],
      ["disk that was filled", ...reports.map(({ disk }) => (disk === "none" ? "none: needs root" : disk))],
      ["seconds", ...reports.map(({ seconds }) => seconds)],
    ],
  );

const neighbours = (poison: NeighbourReport): string[] => [
  "## Poison and its neighbours",
  "",
  `Four actions that harm whoever works on them (${poison.kinds.join(", ")}) go through a fleet under a steady load of`,
  `${poison.perSecond} actions a second on ${poison.backend}, with three workers of the poisoned stage; the neighbours' time to a`,
  `decision is held against the same load without them. ${poison.quarantined} of ${poison.fates.length} stand in the quarantine that \`holdpoint doctor\` shows.`,
  "",
  ...table(
    ["", "without poison", "with poison", "ratio"],
    [
      ["decided", poison.without.operations, poison.with.operations, ""],
      ["not allowed in 30 s", poison.without.failed, poison.with.failed, ""],
      ["p50 ms", poison.without.p50Ms, poison.with.p50Ms, (poison.with.p50Ms / poison.without.p50Ms).toFixed(2)],
      ["p99 ms", poison.without.p99Ms, poison.with.p99Ms, (poison.with.p99Ms / poison.without.p99Ms).toFixed(2)],
      ["max ms", poison.without.maxMs, poison.with.maxMs, (poison.with.maxMs / poison.without.maxMs).toFixed(2)],
    ],
  ),
  "",
  ...table(
    ["poison", "state", "found by", "ms to its denial"],
    poison.fates.map(({ kind, state, code, ms }) => [kind, state, code, ms]),
  ),
  "",
];

export interface Proof {
  reports: readonly RunReport[];
  poison: NeighbourReport | undefined;
  simulated: Simulated | undefined;
  reached: readonly Goal[];
}

export function page(command: string, { reports, poison, simulated, reached }: Proof): string {
  const clean = reports.every(({ findings }) => isClean(findings));
  const sum = (of: (report: RunReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  const broken = reports.flatMap(({ options, findings }) =>
    (Object.keys(CHECKS) as Check[]).flatMap((check) =>
      findings[check].slice(0, 5).map((each) => `- ${options.backend}, ${CHECKS[check]}: \`${each}\``),
    ),
  );
  return [
    "# Reliability",
    "",
    "Written by the run itself; do not edit. The command:",
    "",
    "```sh",
    command,
    "```",
    "",
    `On ${cpus().length} cores; over the last quarter of an hour ${loadavg()[2]?.toFixed(0)} processes of this and other work wanted to run at a time.`,
    "",
    "A fleet of five processes decides a stream of actions while faults strike; clients keep their own ledger of what was",
    "acknowledged; afterwards the ledger is held against the database by set queries of their own, which share with the product",
    "nothing but the database's table of legal moves and its hash of an event.",
    "",
    `**${thousands(sum(({ findings }) => findings.acknowledged))} acknowledged actions, ${sum(({ kills }) => kills)} kills, ${sum(({ wipes }) => wipes)} queue wipes: ${clean ? "0 lost, 0 doubled, 0 loosened" : "BROKEN PROMISES, see below"}.**`,
    "",
    ...(broken.length > 0 ? [...broken, ""] : []),
    ...table(
      ["figure", "goal", "measured", ""],
      reached.map(({ what, goal, measured, met }) => [what, goal, measured, met ? "met" : "**not met**"]),
    ),
    "",
    ...counts(reports),
    "",
    "## Faults, and how soon all was well again",
    "",
    "Recovery: from the end of a fault (the signal, the healed link, the freed disk) until, of the actions sent after it, one",
    "was allowed, one denied and one parked. A killed process is started again at once, by no delay of the harness; what its",
    "start takes is in the recovery, and shown apart as `start`: until the last process that the fault ended said that it is",
    "there. Faults that struck two at a time are counted and not timed. The goal is 5,000 ms. `slowest`: of all that was sent",
    "after such a fault and before the next, whatever became of the first of it, the longest that an action waited for its decision.",
    "",
    ...recoveries(reports),
    "",
    ...(poison ? neighbours(poison) : []),
    ...(simulated
      ? [
          "## Simulation",
          "",
          `${thousands(simulated.seeds)} seeds, ${thousands(simulated.steps)} steps in ${simulated.seconds} s: the real stages, settler, reconciler and intake on a store and`,
          "a queue in memory, with crashes between any two effects, jobs that are repeated, late, lost, wiped and out of order, and",
          `publishes in between (\`test/simulation\`). ${simulated.problems.length === 0 ? "Every end was as promised." : "BROKEN:"}`,
          "",
          ...simulated.problems.map((problem) => `- ${problem}`),
        ]
      : []),
    "## What this does not prove",
    "",
    "`kill -9` does not lose what the operating system holds, so it is no test of `fsync`; one machine, loopback links only;",
    "clocks are stepped in our processes and not in the database's, whose time is the one that counts. A server that is gone for good",
    "without a word to anybody is not among these faults: it takes some three seconds to be found out, and what was in hand comes on",
    'top, which is more than the goal (`npm run proof -- --only faults --fault "desert (dead peer) the link to the queue"`).',
    "",
  ].join("\n");
}
