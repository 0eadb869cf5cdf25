// report.ts — figures as one page for people; the page says what they were measured on, and what was not measured

import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CoreFigures } from "./core.ts";
import type { HostileFigures } from "./hostile.ts";
import type { HttpFigures } from "./http.ts";
import type { ParkedFigures } from "./parked.ts";
import type { CommandCost } from "./peers/commands.ts";
import type { PeerFigures } from "./peers/compare.ts";
import { SHAPES } from "./peers/peers.ts";
import type { PipelineFigures, Turned } from "./pipeline.ts";
import type { ProcessesFigures } from "./processes.ts";
import type { TellingFigures } from "./telling.ts";

export interface BenchResult {
  at: string;
  /** as it was typed, with its options */
  command: string;
  machine: Record<string, string | number>;
  core?: CoreFigures[];
  peers?: PeerFigures;
  hostile?: HostileFigures[];
  pipeline?: PipelineFigures[];
  processes?: ProcessesFigures[];
  http?: HttpFigures[];
  parked?: ParkedFigures[];
  telling?: TellingFigures;
}

const root = join(import.meta.dirname, "..", "..");
const table = (head: string[], rows: (string | number)[][]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
const middle = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const cpu = (turns: Turned[]): string => {
  const names = Object.keys(turns[0]?.cpuMicros ?? {});
  return names.map((name) => `${name} ${middle(turns.map(({ cpuMicros }) => cpuMicros[name] ?? 0))}`).join(", ");
};
const GOALS = { redis: { ratio: 1.5, alone: 3 }, postgres: { ratio: 4, alone: 7 } } as const;
const mark = (met: boolean): string => (met ? "met" : "not met");

function pipelinePart(figures: PipelineFigures[]): string {
  const rows = figures.flatMap(({ backend, ...of }) =>
    (
      [
        ["bare BullMQ chain, 3 hops", of.bare],
        ["Holdpoint, 3 hops, committed evidence", of.line],
        ["inline: no queue, same evidence", of.inline],
      ] as const
    ).map(([name, turns]) => [
      backend,
      name,
      middle(turns.map(({ perSecond }) => perSecond)),
      middle(turns.map(({ p50Ms }) => p50Ms)),
      middle(turns.map(({ p99Ms }) => p99Ms)),
      cpu(turns),
    ]),
  );
  const goals = figures.map(({ backend, ratio, alone, open }) => [
    backend,
    `${ratio} × (goal ${GOALS[backend].ratio}: ${mark(ratio >= GOALS[backend].ratio)})`,
    `${alone.p50Ms} / ${alone.p99Ms} (goal p50 ${GOALS[backend].alone}: ${mark(alone.p50Ms <= GOALS[backend].alone)})`,
    `${open.offeredPerSecond}/s: ${open.p50Ms} / ${open.p99Ms}`,
  ]);
  return `## Decisions through queue and store (${figures[0]?.lanes ?? 0} in flight, one process)

${table(["queue", "what", "per second", "p50 ms", "p99 ms", "CPU µs each"], rows)}

${table(["queue", "against the bare chain", "one alone, p50 / p99 ms", "open loop at half load, p50 / p99 ms"], goals)}

${leastPart(figures)}`;
}

/** What the goal leaves for the queue, once the evidence is committed: by processor time, and by the one thread of Node. */
function leastPart(figures: PipelineFigures[]): string {
  const sum = (turns: Turned[]) =>
    middle(turns.map(({ cpuMicros }) => Object.values(cpuMicros).reduce((all, each) => all + each, 0)));
  const node = (turns: Turned[]) => middle(turns.map(({ cpuMicros }) => cpuMicros["node"] ?? 0));
  const rows = figures.flatMap(({ backend, bare, line, inline }) => {
    const { ratio } = GOALS[backend];
    const thread = Math.round(1e6 / (ratio * middle(bare.map(({ perSecond }) => perSecond))));
    return [
      ["all processes", Math.round(sum(bare) / ratio), sum(inline), sum(line)],
      ["the thread of Node", thread, node(inline), node(line)],
    ].map(([where, allowed, least, taken]) => {
      const left = Number(allowed) - Number(least);
      return [backend, where ?? "", allowed ?? "", least ?? "", left, Number(taken) - Number(least)];
    });
  });
  return `What that goal allows, in µs of processor a decision: the bare chain's own cost, divided by the goal, if both keep the cores
equally busy; and the time that one thread has at that rate. Committed evidence takes its part of it without any queue
("inline"); three hops in sealed jobs have to fit in what is left. Where they do not, the goal cannot be met on these cores.

${table(["queue", "where", "allowed", "evidence alone", "left for three hops", "three hops take"], rows)}
`;
}

const processesPart = (figures: ProcessesFigures[]): string => `## Four processes

The four stages as processes of their own, against all four in one process, in turns. All of them, and the servers, share the cores.

${table(
  ["queue", "one process, per second", "four processes, per second", "four to one"],
  figures.map(({ backend, onePerSecond, fourPerSecond, ratio }) => [
    backend,
    middle(onePerSecond),
    middle(fourPerSecond),
    `${ratio} × (goal 0.8: ${mark(ratio >= 0.8)})`,
  ]),
)}
`;

const httpPart = (figures: HttpFigures[]): string => `## Over HTTP

\`POST /v1/actions?wait=…\` to \`holdpoint up\` on loopback, kept connections, each answer a committed decision. The client
is another process on the same cores.

${table(
  ["queue", "in flight", "per second", "p50 / p99 ms", "failed", "one alone, p50 / p99 ms"],
  figures.map(({ backend, lanes, many, alone }) => [
    backend,
    lanes,
    many.perSecond,
    `${many.p50Ms} / ${many.p99Ms}`,
    many.failed + alone.failed,
    `${alone.p50Ms} / ${alone.p99Ms}`,
  ]),
)}
`;

const parkedPart = (figures: ParkedFigures[]): string => `## Waiting for people

Growth is of one process with the gateway's part and all four stages, from the moment before the first of them was parked (20,000
others, or as many, had come, waited and expired by then) to the moment when all of them wait. Both times after a collection
that gives back what is free: "grown" is what the operating system counts as the process's (resident), "in use" what of the heap and
of the buffers beside it is still referred to.

${table(
  [
    "queue",
    "parked",
    "queue jobs",
    "more queue keys",
    "process grown MB",
    "in use MB more",
    "resume p50 / p99 ms",
    "inbox page p50 / p99 ms",
    "all expired in s",
  ],
  figures.map((of) => [
    of.backend,
    of.parked,
    of.queueJobs,
    [of.moreQueueKeys.length, ...of.moreQueueKeys.slice(0, 8).map((name) => `\`${name}\``)].join(" "),
    of.processGrowthMb,
    of.liveGrowthMb,
    `${of.resumeP50Ms} / ${of.resumeP99Ms}`,
    `${of.listPageP50Ms} / ${of.listPageP99Ms}`,
    of.expireAllSeconds,
  ]),
)}
`;

const tellingPart = (of: TellingFigures): string => `## Telling people

Requests that policy holds, told to ${of.receivers} webhooks, of which ${of.silent} take the connection and never answer: from the commit that
opened a request to its news at a receiver that answers.

${table(
  ["requests", "told", "missing", "p50 / p99 ms"],
  [
    [
      of.requests,
      of.told,
      of.missing,
      `${of.p50Ms} / ${of.p99Ms} (goal p99 2000: ${mark(of.missing === 0 && of.p99Ms <= 2_000)})`,
    ],
  ],
)}
`;

const peersPart = ({
  costs,
  ratios,
  growth,
  commands,
  largeArgumentMs,
  secrets,
  compile,
}: PeerFigures): string => `## Rules against other engines

The same question to each, in turns: so many denials below one folder each. Every engine is first shown to answer rightly.
Holdpoint's part is the judgement of an action that is understood already, with its whole verdict: effect, rules, trace, risk,
obligations; understanding it is measured below. "A tool each": every denial names a tool of its own, so that a lookup by tool
leaves one rule to try. "One tool": all of them speak of the same tool. The linear list is what agent clients ship, in the shape
of Gemini CLI's. @casl/ability is a lookup of permissions (a map by action and subject, then the conditions of what is found):
yes or no, without globs, effects between them, or a reason. Where a map by tool answers it is faster than we are, and stands
here all the same; where rules share a tool it tries them one by one.

${table(
  ["denials", "rules", "engine", "ns a decision", "decisions/s"],
  costs.map(({ shape, rules, name, nanos, perSecond }) => [shape, rules, name, nanos, perSecond]),
)}

${table(
  ["denials", "rules", "fastest peer", "times its speed", "times cedar-wasm"],
  ratios.map(({ shape, rules, bestPeer, toBest, toCedar }) => [
    shape,
    rules,
    bestPeer,
    toBest,
    Number.isNaN(toCedar) ? "" : toCedar,
  ]),
)}

${SHAPES.map((shape) => {
  const ours = costs.find((cost) => cost.shape === shape && cost.rules === 1_000 && cost.name === "holdpoint");
  return `- 1,000 rules, ${shape}: ${(ours?.nanos ?? Number.NaN) / 1_000} µs (goal 1.5: ${mark((ours?.nanos ?? Number.NaN) <= 1_500)})`;
}).join("\n")}
${SHAPES.map((shape) => `- 10 → 10,000 rules, ${shape}: ${growth[shape]} times the cost (goal 3: ${mark(growth[shape] <= 3)})`).join("\n")}

${commandsPart(commands)}
- an argument of 100 kB: ${largeArgumentMs} ms (goal 25: ${mark(largeArgumentMs <= 25)}); secrets in 100 kB: ${secrets.cleanMs} ms clean (goal 2: ${mark(secrets.cleanMs <= 2)}), ${secrets.hostileMs} ms hostile (goal 5: ${mark(secrets.hostileMs <= 5)})
- ${compile.rules} rules compile in ${compile.ms} ms, from one text in JSON to a set that judges, not for the first time in the process (goal 100: ${mark(compile.ms <= 100)}) and ${compile.heapMb} MB (goal 30: ${mark(compile.heapMb <= 30)})
`;

/** The half of them costs no more, and the hardest stands beside it. */
function commandsPart(commands: CommandCost[]): string {
  const whole = ({ parseMicros, decideMicros }: CommandCost) => Math.round((parseMicros + decideMicros) * 10) / 10;
  const costs = commands.map(whole).sort((a, b) => a - b);
  const median = costs[Math.floor(costs.length / 2)] ?? Number.NaN;
  const hardest = costs.at(-1) ?? Number.NaN;
  return `A command of about 200 bytes, from its text to the verdict of the coding-agent pack, in p50:

${table(
  ["command", "bytes", "steps", "µs to understand", "µs to judge", "µs together"],
  commands.map((one) => [one.name, one.bytes, one.steps, one.parseMicros, one.decideMicros, whole(one)]),
)}

- the median of these: ${median} µs (goal 20: ${mark(median <= 20)}); the hardest of them: ${hardest} µs (goal 20: ${mark(hardest <= 20)})`;
}

const corePart = (figures: CoreFigures[]): string => `## The pure core, one decision

${table(
  ["command", "p50 µs", "p99 µs"],
  figures.map(({ command, p50Micros, p99Micros }) => [`\`${command.replaceAll("|", "\\|")}\``, p50Micros, p99Micros]),
)}
`;

const hostilePart = (figures: HostileFigures[]): string => `## The slowest input found

Texts of small pieces repeated, bred from the slowest so far for some seconds each: what one call, or one policy, can hold the
process up for, in processor time. The least of several tries counts.

${table(
  ["input", "worst ms", "goal", "tried", "what it repeats"],
  figures.map(({ kind, worstMs, goalMs, tried, input }) => [
    kind,
    worstMs,
    `${goalMs}: ${mark(worstMs <= goalMs)}`,
    tried,
    `\`${input.replaceAll("|", "\\|").replaceAll("`", "'")}\``,
  ]),
)}
`;

export function performancePage(result: BenchResult): string {
  const { at, command, machine, core, peers, pipeline, processes, http, parked, telling, hostile } = result;
  const on = Object.entries(machine)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
  return `# Performance

Written by \`${command}\` on ${at.slice(0, 10)} (${on}). Load generator, queue server and database share that machine.
Every decision counted here was committed with its evidence before it was answered. A ratio is of throughputs in the same run, taken in turns.

${[
  pipeline && pipelinePart(pipeline),
  processes && processesPart(processes),
  http && httpPart(http),
  parked && parkedPart(parked),
  telling && tellingPart(telling),
  core && corePart(core),
  peers && peersPart(peers),
  hostile && hostilePart(hostile),
]
  .filter(Boolean)
  .join("\n")}
## What is not measured

- HTTP from another machine: requests here travel over loopback.
- More than one machine, other disks, networks between services, replicas.
- Slow checkers: a checker that waits delays only its own action, by as much as it waits.
- Fsync honesty: what the disk does with a flush is the disk's word.
`;
}

/** @param write also the page in docs/, which is tracked */
export function keepResult(
  result: BenchResult,
  options: { json?: string; write: boolean },
  places = { history: join(root, "test", "bench", "history.jsonl"), page: join(root, "docs", "performance.md") },
): void {
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  if (!options.write) return;
  appendFileSync(places.history, `${JSON.stringify(result)}\n`);
  writeFileSync(places.page, performancePage(result));
}
