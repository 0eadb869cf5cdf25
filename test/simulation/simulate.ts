// simulate.ts — one seed: a small world in which anything may happen between any two steps, and what must hold at its end

import { createSecretKey } from "node:crypto";
import { argsHash } from "@holdpoint/core/args-hash.ts";
import { decide } from "@holdpoint/core/decide.ts";
import { compileSet, type PolicySet } from "@holdpoint/core/rules/compile.ts";
import { resumeOf } from "@holdpoint/engine/dispatch.ts";
import { DEATHS_MAX } from "@holdpoint/queue/suspects.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { type Action, type ActionState, TRANSITIONS } from "@holdpoint/wire/action.ts";
import { seeded } from "../proof/load.ts";
import { type Edge, type House, startEdge, startWorker, type Worker } from "./house.ts";
import { memoryQueue } from "./memory-queue.ts";
import { type MemoryAction, memoryStore } from "./memory-store.ts";
import { createScheduler, type Offer } from "./scheduler.ts";

const COMMANDS = ["ls", "make one", "make two", "rm x", "git status"] as const;
const document = (name: string, git: string): PolicySet =>
  compileSet([
    {
      name,
      dialect: "native-yaml",
      text: `default: deny
rules:
  - { id: look, effect: allow, reason: looks, when: { commands: ["ls"] } }
  - { id: git, effect: ${git}, reason: git, when: { commands: ["git status"] } }
  - { id: one, effect: require_approval, reason: asks, when: { commands: ["make one"] }, approval: { role: approver } }
  - { id: two, effect: require_approval, reason: asks, when: { commands: ["make two"] }, approval: { role: approver, quorum: 2 } }
`,
    },
  ]);
const SETS = [document("first", "allow"), document("second", "deny")] as const;
const VOTERS = ["ann", "bob", "cid"] as const;
const log = createLogger("simulation", { level: "silent" });
const ring = { current: "k1", keys: new Map([["k1", createSecretKey(Buffer.alloc(32, 7))]]) };

/** How much of each may happen in one seed. */
const HAPPENINGS = {
  kills: 4,
  stalls: 3,
  repeats: 3,
  publishes: 2,
  drops: 3,
  wipes: 1,
  edgeKills: 2,
  ticks: 4,
} as const;
/**
 * Deaths that it takes to be denied as poison, though no action here harms anybody: one in company, two alone. Then an action
 * is denied, and a vote's job left to the reconciler.
 */
const POISON_KILLS = 1 + DEATHS_MAX;
const LOSSLESS = { stalls: 0, drops: 0, wipes: 0, edgeKills: 0, ticks: 0 };
/** A worker that dies between a new epoch, which a publish may ask for, and its job leaves that to the reconciler: one of both. */
const WITHOUT_LOSS = [
  { ...LOSSLESS, kills: POISON_KILLS - 1, publishes: 0 },
  { ...LOSSLESS, kills: 0 },
] as const;
type Left = Record<keyof typeof HAPPENINGS, number>;
const ACTIONS = 6;
const STEPS_MAX = 20_000;
const ROUNDS_MAX = 20;
const LOOK_MS = 5_000;

const actionOf = (number: number, command: string): Action => {
  const args = { command };
  return {
    id: `act_${number}`,
    tenant: "default",
    kind: "tool",
    tool: "Bash",
    args,
    argsHash: argsHash(args),
    cwd: "/srv",
    home: "/home/dev",
    principal: { agent: "agent" },
    session: { id: "s" },
    trust: "verified",
    mode: "auto",
    attested: ["agent", "home"],
    credential: "key_1",
    proposedAt: new Date(0).toISOString(),
  } as Action;
};

const EFFECT = { allow: "allowed", ask: "held", deny: "denied" } as const;
const dueUnder = (set: PolicySet, action: Action): ActionState => EFFECT[decide(set, action).verdict.effect];

const isPoison = ({ findings }: MemoryAction["decisions"][number]): boolean =>
  findings.some(({ code }) => code === "poison");

/** What must hold of every action, whenever it is looked at. */
function faultsOf(row: MemoryAction, sets: ReadonlyMap<string, PolicySet>): string[] {
  const { action, decisions, events, votes, ask } = row;
  const wrong: string[] = [];
  if (decisions.length > 1) wrong.push("two decisions");
  if (decisions.some(({ epoch }) => epoch !== row.epoch)) wrong.push("decided by a dispatch that had lost the word");
  for (const [at, event] of events.entries()) {
    if (event.version !== at + 1) wrong.push("a gap in its versions");
    const before = events[at - 1];
    if (before && !TRANSITIONS[before.state].includes(event.state))
      wrong.push(`went from ${before.state} to ${event.state}`);
  }
  for (const settled of decisions) {
    const { decision, state } = settled;
    const set = sets.get(decision.policyDigest);
    if (!set) wrong.push("cites a policy that never was");
    else if (!isPoison(settled) && dueUnder(set, action) !== state)
      wrong.push(`${state}, though its policy says ${dueUnder(set, action)}`);
  }
  const approvers = new Set(votes.filter(({ vote }) => vote === "approve").map(({ voter }) => voter));
  const quorum = ask?.requirements[0]?.quorum ?? 0;
  if (events.some(({ state }) => state === "approved") && approvers.size < quorum)
    wrong.push(`approved by ${approvers.size} of ${quorum}`);
  return wrong.map((what) => `${action.id} (${JSON.stringify(action.args)}): ${what}`);
}

export interface Outcome {
  problems: string[];
  steps: number;
}

/** The same seed gives the same run. Where nothing is lost, workers alone must bring all to its end. */
export async function simulate(seed: number): Promise<Outcome> {
  const random = seeded(seed);
  const lossy = random() < 0.7;
  const scheduler = createScheduler(random);
  const sets = new Map(SETS.map((set) => [set.digest, set]));
  const store = memoryStore(SETS[0].digest);
  const queue = memoryQueue(ring);
  const house: House = { scheduler, store, queue, ring, sets, log, workers: new Map() };
  const mayHappen: Left = { ...HAPPENINGS, ...(!lossy && WITHOUT_LOSS[random() < 0.5 ? 0 : 1]) };
  const left: Left = { ...mayHappen };
  const workers: Worker[] = [startWorker("w1", house), startWorker("w2", house)];
  let edge: Edge = startEdge("g1", house);
  const acknowledged = new Set<string>();
  const problems = store.problems;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let proposed = 0;
  let calm = false;

  const propose = (number: number, command: string): void => {
    const at = edge;
    const taken = at.intake.take(actionOf(number, command), {
      requestHash: "",
      idempotencyKey: `k${number}`,
      waits: false,
      under: undefined,
    });
    taken.then(
      ({ row }) => {
        if (!store.actions.has(row.action.id)) problems.push(`${row.action.id}: acknowledged before it was committed`);
        acknowledged.add(row.action.id);
      },
      (error: unknown) => problems.push(`proposing: ${String(error)}`),
    );
  };
  const castVote = (row: MemoryAction): void => {
    const from = edge;
    const { id } = row.action;
    const vote = { approvalId: id, voter: pick(VOTERS), vote: "approve" as const, roles: ["approver"] };
    void scheduler
      .io(from, () => store.vote(vote))
      .then((counted) => {
        if (counted) from.intake.resume(resumeOf(row, id, {}, store.nowMs));
      });
  };
  const killWorker = (): void => {
    const at = Math.floor(random() * workers.length);
    const old = workers[at] as Worker;
    scheduler.kill(old);
    for (const job of queue.active()) if (job.holder === old && !old.alive) queue.takeBack(job);
    workers[at] = startWorker(`${old.name}'`, house);
  };
  /** A job whose holder died after its last effect is missed by its lock. */
  const orphaned = () => queue.active().filter(({ holder }) => holder && !holder.alive);

  const offers = (): Offer[] => {
    const list: Offer[] = [];
    const may = (what: keyof Left, weight: number, happen: () => void) => {
      if (left[what] === 0 || calm) return;
      list.push({
        weight,
        happen: () => {
          left[what]--;
          happen();
        },
      });
    };
    const waiting = queue.waiting();
    const active = queue.active();
    if (waiting.length > 0) list.push({ weight: 6, happen: () => pick(workers).take(pick(waiting)) });
    for (const job of orphaned()) list.push({ weight: 2, happen: () => queue.takeBack(job) });
    if (proposed < ACTIONS) {
      list.push({ weight: 4, happen: () => propose(proposed++, pick(COMMANDS)) });
    }
    // Nobody votes where the votes suffice: then only the job, or the reconciler, brings it on.
    const concluded = new Set(store.unapplied().map(({ actionId }) => actionId));
    const parked = [...store.actions.values()].filter(
      ({ action, state, votes }) => state === "held" && votes.length < 6 && !concluded.has(action.id),
    );
    if (parked.length > 0 && !calm) list.push({ weight: 2, happen: () => castVote(pick(parked)) });
    may("kills", 1, killWorker);
    if (active.length > 0) may("stalls", 1, () => queue.takeBack(pick(active)));
    if (waiting.length > 0) {
      may("repeats", 1, () => void queue.jobs.add({ ...pick(waiting) }));
      may("drops", 1, () => queue.jobs.delete(pick(waiting)));
    }
    may("publishes", 1, () => {
      store.digest = pick(SETS).digest;
    });
    if (queue.jobs.size > 0)
      may("wipes", 0.5, () => {
        queue.jobs.clear();
        queue.wiped = true;
      });
    may("edgeKills", 0.5, () => {
      scheduler.kill(edge);
      edge = startEdge(`${edge.name}'`, house);
      // A client without an answer says it again under the same key.
      for (let number = 0; number < proposed; number++)
        if (!acknowledged.has(`act_${number}`))
          propose(number, store.actions.has(`act_${number}`) ? "ls" : pick(COMMANDS));
    });
    may("ticks", 1, () => {
      store.nowMs += LOOK_MS;
      for (const worker of workers) worker.reconcile();
    });
    return list;
  };

  const open = () =>
    [...store.actions.values()].filter(({ state }) => state === "received").length + store.unapplied().length;
  try {
    await scheduler.run(offers, STEPS_MAX);
    calm = true;
    for (let round = 0; lossy && open() > 0 && round < ROUNDS_MAX; round++) {
      store.nowMs += LOOK_MS;
      workers[0]?.reconcile();
      await scheduler.run(offers, STEPS_MAX);
    }
  } catch (error) {
    problems.push(String(error));
  }
  for (const row of store.actions.values()) problems.push(...faultsOf(row, sets));
  const poisoned = [...store.actions.values()].filter(({ decisions }) => decisions.some(isPoison));
  const kills = mayHappen.kills - left.kills;
  if (kills < POISON_KILLS)
    for (const { action } of poisoned) problems.push(`${action.id}: denied as poison after ${kills} kills`);
  for (const id of acknowledged) if (!store.actions.has(id)) problems.push(`${id}: acknowledged and gone`);
  if (open() > 0) problems.push(`${open()} actions or votes were never brought to their end`);
  return { problems: problems.map((problem) => `seed ${seed}: ${problem}`), steps: scheduler.steps() };
}
