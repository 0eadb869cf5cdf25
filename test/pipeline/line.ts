// line.ts — the whole pipeline in one process for tests: an engine on a private database, all four stages, and proposals without HTTP

import { createHash, randomBytes } from "node:crypto";
import { argsHash } from "@holdpoint/core/args-hash.ts";

import { type Engine, type EngineOptions, openEngine } from "@holdpoint/engine/deps.ts";
import { messageOf } from "@holdpoint/engine/dispatch.ts";
import type { RunningStage } from "@holdpoint/engine/start.ts";
import { startEscalation } from "@holdpoint/escalation/start.ts";
import { startRules } from "@holdpoint/rules/start.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { carrierOf, inSpan, SPANS } from "@holdpoint/runtime/trace.ts";
import { startSafety } from "@holdpoint/safety/start.ts";
import { startSandbox } from "@holdpoint/sandbox/start.ts";
import type { ActionRow } from "@holdpoint/store/types.ts";
import { privateDatabase } from "@holdpoint/testkit/postgres.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";

import { linePolicy } from "./policy.ts";

export interface Line {
  engine: Engine;
  databaseUrl: string;
  /** what a worker process needs to join in */
  environment: Record<string, string>;
  stages: RunningStage[];
  /** opens another engine on the same database and queue, as another process would */
  another(options?: Partial<EngineOptions>): Promise<Engine>;
  propose(overrides?: Partial<Action>): Promise<ActionRow>;
  /** commits an action and does not send it */
  commit(overrides?: Partial<Action>): Promise<ActionRow>;
  /** sends committed actions to the first stage, all at once */
  send(rows: ActionRow[]): Promise<void>;
  until(actionId: string, state: ActionRow["state"][], ms?: number): Promise<ActionRow>;
  close(): Promise<void>;
}

export function action(overrides: Partial<Action> = {}): Action {
  const args = overrides.args ?? { command: "git status" };
  return {
    id: newId("act"),
    tenant: "default",
    kind: "tool",
    tool: "Bash",
    args,
    argsHash: argsHash(args as Json),
    cwd: "/home/dev/api",
    home: "/home/dev",
    principal: { agent: "claude-code" },
    session: { id: "s-1" },
    trust: "verified",
    mode: "auto",
    attested: ["agent", "trust", "home"],
    credential: newId("key"),
    proposedAt: new Date().toISOString(),
    ...overrides,
  };
}

export const starters = [startRules, startSafety, startSandbox, startEscalation] as const;

export async function openLine(
  options: { queueUrl?: string; policy?: PolicySource[]; engine?: Partial<EngineOptions>; stages?: boolean } = {},
): Promise<Line> {
  const database = await privateDatabase();
  const config = {
    databaseUrl: database.url,
    ...(options.queueUrl && { queueUrl: options.queueUrl }),
    masterKey: randomBytes(32),
    jobKeys: [{ id: "k1", key: randomBytes(32) }],
    onePerson: true,
  };
  const log = createLogger("line", { level: "error" });
  const opened: Engine[] = [];
  const open = async (more: Partial<EngineOptions>) => {
    const engine = await openEngine(config, { service: "line", log, ...options.engine, ...more });
    opened.push(engine);
    return engine;
  };
  const engine = await open({ policySources: options.policy ?? [linePolicy] });
  // The first look of all at a queue counts as a loss; here it would send everything twice.
  await engine.queue.wiped();
  const stages = options.stages === false ? [] : starters.map((start) => start(engine));

  const commit = (overrides: Partial<Action> = {}): Promise<ActionRow> => {
    const proposed = action(overrides);
    return inSpan(SPANS.propose, { root: true, attributes: { "holdpoint.action.id": proposed.id } }, async (span) => {
      const hash = createHash("sha256").update(proposed.id).digest("hex");
      const [answer] = await engine.store.actions.propose(proposed.tenant, [
        { action: proposed, requestHash: hash, joinHash: hash, trace: carrierOf(span), decideWithinMs: 60_000 },
      ]);
      if (answer?.status !== "created") throw new Error(`not created: ${answer?.status}`);
      return answer.row;
    });
  };
  return {
    engine,
    databaseUrl: database.url,
    environment: {
      HOLDPOINT_DATABASE_URL: database.url,
      ...(options.queueUrl && { HOLDPOINT_QUEUE_URL: options.queueUrl }),
      HOLDPOINT_MASTER_KEY: config.masterKey.toString("base64"),
      HOLDPOINT_JOB_KEYS: config.jobKeys.map(({ id, key }) => `${id}:${key.toString("base64")}`).join(","),
    },
    stages,
    another: (more = {}) => open(more),
    commit,
    async send(rows) {
      await Promise.all(rows.map((row) => engine.queue.send("rules", [messageOf(row, Date.now())])));
    },
    async propose(overrides) {
      const row = await commit(overrides);
      await engine.queue.send("rules", [messageOf(row, Date.now())]);
      return row;
    },
    async until(actionId, states, ms = 20_000) {
      const end = performance.now() + ms;
      for (;;) {
        const row = await engine.store.actions.get("default", actionId);
        if (row && states.includes(row.state)) return row;
        if (performance.now() > end)
          throw new Error(`\`${row?.state}\` after ${ms} ms: expected ${states.join(" or ")}`);
        await new Promise((next) => setTimeout(next, 5));
      }
    },
    async close() {
      await Promise.all(stages.map((stage) => stage.stop()));
      for (const each of opened.reverse()) await each.close();
      await database.drop();
    },
  };
}
