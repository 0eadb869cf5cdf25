// line.ts — Holdpoint as the bench drives it: an engine with all four stages in this process, from proposal to committed decision

import { createHash, randomBytes } from "node:crypto";
import { argsHash } from "@holdpoint/core/args-hash.ts";
import { decide } from "@holdpoint/core/decide.ts";
import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { pack } from "@holdpoint/core/rules/packs.ts";
import { type Engine, openEngine } from "@holdpoint/engine/deps.ts";
import { messageOf } from "@holdpoint/engine/dispatch.ts";
import { startEscalation } from "@holdpoint/escalation/start.ts";
import { startRules } from "@holdpoint/rules/start.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { startSafety } from "@holdpoint/safety/start.ts";
import { startSandbox } from "@holdpoint/sandbox/start.ts";
import { createBatcher } from "@holdpoint/store/batch.ts";
import type { NewAction, Proposed } from "@holdpoint/store/types.ts";
import type { Action } from "@holdpoint/wire/action.ts";

export interface BenchLine {
  engine: Engine;
  /** proposes one action and resolves when its decision is committed */
  run(): Promise<void>;
  /** proposes and sends; `settled` resolves with its next change of state */
  propose(command: string, made?: (actionId: string) => void): Promise<{ actionId: string; settled: Promise<void> }>;
  /** resolves at the next change of state of an action */
  settled(actionId: string): Promise<void>;
  /** the same with the pure core in place of queue and stages: what durability alone costs */
  inline(): Promise<void>;
  /** what a worker process needs to take part */
  environment: Record<string, string>;
  close(): Promise<void>;
}

/** What agents do most; each is allowed by the pack. */
const COMMANDS = ["git status", "ls src", "cat README.md", "git diff HEAD", "git log --oneline"];
/** Enough that 100,000 open actions stay below what one agent may have. */
const AGENTS = 256;
let turn = 0;
/** One for the run: what one line left in the queue the next one can open. */
const JOB_KEY = randomBytes(32);

export function benchAction(wanted?: string): Action {
  turn++;
  const command = wanted ?? COMMANDS[turn % COMMANDS.length] ?? "";
  const args = { command };
  return {
    id: newId("act"),
    tenant: "default",
    kind: "tool",
    tool: "Bash",
    args,
    argsHash: argsHash(args),
    cwd: "/home/dev/api",
    home: "/home/dev",
    principal: { agent: `bench-${turn % AGENTS}` },
    session: { id: `s-${turn}` },
    trust: "verified",
    mode: "auto",
    attested: ["agent", "trust", "home"],
    credential: "key_bench",
    proposedAt: new Date().toISOString(),
  };
}

/** @param options.stages false: the stages run elsewhere, here are only proposals and their answers */
export async function startBenchLine(
  databaseUrl: string,
  queueUrl: string,
  log: Log,
  options: { stages: boolean } = { stages: true },
): Promise<BenchLine> {
  const source = pack("coding-agent");
  const config = {
    databaseUrl,
    queueUrl,
    masterKey: masterKeyOf(databaseUrl),
    jobKeys: [{ id: "k1", key: JOB_KEY }],
    onePerson: true,
  };
  const engine = await openEngine(config, { service: "bench", log, policySources: [source] });
  const set = compileSet([source]);
  const starts = options.stages ? [startRules, startSafety, startSandbox, startEscalation] : [];
  const stages = starts.map((start) => start(engine));
  const inserts = createBatcher<NewAction, Proposed>({
    flush: (tenant, items) => engine.store.actions.propose(tenant, items),
    itemsMax: 64,
  });
  const waiting = new Map<string, () => void>();
  const unlisten = await engine.store.listen((notice) => {
    if (notice.kind !== "settled" && notice.kind !== "committed") return;
    for (const id of notice.kind === "settled" ? notice.actionIds : notice.rows.keys()) {
      waiting.get(id)?.();
      waiting.delete(id);
    }
  });

  const settled = (actionId: string) => new Promise<void>((resolve) => waiting.set(actionId, resolve));
  const commit = async (command?: string) => {
    const action = benchAction(command);
    const hash = createHash("sha256").update(action.id).digest("hex");
    // As the gateway does for a caller who waits: the answer is the decision, whose commit waits for the disk.
    const item: NewAction = {
      action,
      requestHash: hash,
      joinHash: hash,
      trace: {},
      decideWithinMs: 60_000,
      lazily: true,
    };
    const proposed = await inserts.submit(action.tenant, item);
    if (proposed.status !== "created") throw new Error(proposed.status);
    return proposed.row;
  };
  const propose = async (command?: string, made?: (actionId: string) => void) => {
    const row = await commit(command);
    made?.(row.action.id);
    const decided = settled(row.action.id);
    await engine.queue.send("rules", [messageOf(row, Date.now())]);
    return { actionId: row.action.id, settled: decided };
  };
  return {
    engine,
    settled,
    propose,
    run: async () => (await propose()).settled,
    async inline() {
      const row = await commit();
      const { facts, verdict } = decide(set, row.action);
      await engine.settle({
        message: { ...messageOf(row, Date.now()), findings: [] },
        facts,
        verdict,
        findings: verdict.findings,
      });
    },
    environment: {
      HOLDPOINT_DATABASE_URL: databaseUrl,
      HOLDPOINT_QUEUE_URL: queueUrl,
      HOLDPOINT_MASTER_KEY: config.masterKey.toString("base64"),
      HOLDPOINT_JOB_KEYS: `k1:${JOB_KEY.toString("base64")}`,
      HOLDPOINT_LOG_LEVEL: "error",
    },
    async close() {
      await Promise.all(stages.map((stage) => stage.stop()));
      await unlisten();
      await engine.close();
    },
  };
}

/** One database is opened more than once in a run: with the same key each time. */
export const masterKeyOf = (databaseUrl: string): Buffer =>
  createHash("sha256").update(`bench ${databaseUrl}`).digest();
