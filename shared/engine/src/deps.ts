// deps.ts — opens everything that a stage or the gateway works with, and closes it in the right order

import { randomUUID } from "node:crypto";
import type { Checker } from "@holdpoint/core/safety/checker.ts";
import { openQueue } from "@holdpoint/queue/open.ts";
import { keyRing } from "@holdpoint/queue/seal.ts";
import type { Queue } from "@holdpoint/queue/types.ts";
import { type Clock, systemClock } from "@holdpoint/runtime/clock.ts";
import { type Config, required, storeSettings } from "@holdpoint/runtime/config.ts";
import { cleanLines, type Log } from "@holdpoint/runtime/log.ts";
import { openStore } from "@holdpoint/store/open.ts";
import type { Store } from "@holdpoint/store/store.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { type AuditFiles, createAuditFiles } from "./audit-files.ts";
import { allCheckers } from "./checkers/load.ts";
import { createLineCleaner } from "./clean-log.ts";
import { redispatch } from "./dispatch.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { createPolicyReader, type PolicyReader } from "./policies.ts";
import { createPolicyCompiler } from "./policy-compiler.ts";
import { createPulse, type Pulse } from "./pulse.ts";
import { createSettler, type Settler } from "./settler.ts";

/** The tenant of a bare `up`; a fleet may have more. */
export const DEFAULT_TENANT = "default";

export interface Engine extends Settler {
  /** this process among the live workers */
  worker: string;
  store: Store;
  queue: Queue;
  policies: PolicyReader;
  /** what the safety stage runs; a claim runs the same ones when its findings are old */
  checkers: readonly Checker[];
  /** hears of every committed decision (seed 003's live audit file) */
  audit: Pick<AuditFiles, "record">;
  clock: Clock;
  log: Log;
  /** for the thread that ends this process when its loop stands still */
  pulse: Pulse;
  /** can decide and record; throws the fault that says why not */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export interface EngineOptions {
  /** names the process among the live workers, and in logs */
  service: string;
  log: Log;
  /** becomes the base of every tenant's set; without it the set in the store is used as it is */
  policySources?: PolicySource[];
  /** the base of a store that has none yet; never takes the place of what somebody installed */
  firstPolicy?: () => PolicySource[];
  checkers?: readonly Checker[];
  clock?: Clock;
}

/** Of this process: where all services run in one, they run the same sets, and each is compiled once. */
const compiler = createPolicyCompiler();

/** Throws `config_invalid`, `policy_invalid`, `unsafe_store`, `unsafe_queue`, or that one of them is not there. */
export async function openEngine(config: Config, options: EngineOptions): Promise<Engine> {
  const {
    service,
    log,
    policySources,
    firstPolicy,
    checkers = allCheckers(config.checkersPath),
    clock = systemClock,
  } = options;
  const databaseUrl = required(config, "databaseUrl", "HOLDPOINT_DATABASE_URL");
  const masterKey = required(config, "masterKey", "HOLDPOINT_MASTER_KEY");
  const ring = keyRing(required(config, "jobKeys", "HOLDPOINT_JOB_KEYS"));
  // Before anything is opened: a policy with an error must not become anybody's policy.
  if (policySources !== undefined) await compiler.compile(policySources, "running");

  const cleaner = createLineCleaner(masterKey);
  cleanLines(log, cleaner.clean);

  const worker = `${service}-${randomUUID()}`;
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) {
      await closer().catch((error: unknown) => log.warn({ error }, "could not close cleanly"));
    }
  };
  try {
    const store = await openStore({
      url: databaseUrl,
      masterKey,
      log,
      ...storeSettings(config),
      name: worker,
      compile: (sources) => compiler.compile(sources, "proposed"),
    });
    closers.push(() => store.close());
    const queue = await openQueue({ url: config.queueUrl ?? databaseUrl, ring, log });
    closers.push(() => queue.close());
    if (policySources !== undefined) await store.policies.installBase(policySources, { system: service });
    else if (firstPolicy !== undefined && !(await hasPolicy(store))) {
      await store.policies.installBase(firstPolicy(), { system: service });
    }
    const policies = await createPolicyReader({ store, log, compiler });
    policies.onChange(() => cleaner.rewrite(policies.logRedactions()));
    closers.push(() => policies.close());
    await expectPolicy(policies, log);
    const heart = startHeartbeat({ id: worker, service }, { store, policies, log });
    closers.push(() => heart.stop());
    const audit = createAuditFiles({ policies, masterKey, log });
    closers.push(() => audit.close());
    const again = (tenant: string, actionId: string) => redispatch(tenant, [actionId], { store, queue, clock });
    return {
      worker,
      store,
      queue,
      policies,
      checkers,
      clock,
      log,
      pulse: createPulse(),
      audit,
      ...createSettler({ store, policies, again, clock, log, audit }),
      async ready() {
        await Promise.all([store.ready(), queue.ready(), policies.active(DEFAULT_TENANT)]);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function hasPolicy(store: Store): Promise<boolean> {
  try {
    await store.policies.active(DEFAULT_TENANT);
    return true;
  } catch (error) {
    if (isFault(error) && error.code === "not_ready") return false;
    throw error;
  }
}

/** A set that is there and does not compile refuses the start; a store without any yet is waited for. */
async function expectPolicy(policies: PolicyReader, log: Log): Promise<void> {
  try {
    await policies.active(DEFAULT_TENANT);
  } catch (error) {
    if (isFault(error) && isFault(error.cause) && error.cause.code === "policy_invalid") throw error.cause;
    if (!isFault(error) || error.code !== "not_ready") throw error;
    log.warn({ reason: error.message }, "no policy yet: nothing is decided until there is one");
  }
}
