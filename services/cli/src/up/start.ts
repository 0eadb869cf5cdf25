// start.ts — the whole of Holdpoint in one process: Postgres, store, queue, four stages and the gateway; stopped in reverse

import { DEFAULT_TENANT, openEngine } from "@holdpoint/engine/deps.ts";
import { startHangGuard } from "@holdpoint/engine/hang-guard.ts";
import { startEscalation } from "@holdpoint/escalation/start.ts";
import { startGateway } from "@holdpoint/gateway/server.ts";
import { signInOptions } from "@holdpoint/gateway/sign-in/options.ts";
import { startRules } from "@holdpoint/rules/start.ts";
import type { Config } from "@holdpoint/runtime/config.ts";
import { startEmbeddedPostgres } from "@holdpoint/runtime/embedded.ts";
import { takeFolder } from "@holdpoint/runtime/embedded-lock.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { startSafety } from "@holdpoint/safety/start.ts";
import { startSandbox } from "@holdpoint/sandbox/start.ts";
import { migrate } from "@holdpoint/store/migrate.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { settingsPath, writePrivate } from "../folder.ts";
import { startCourierBeside } from "./courier.ts";
import { credentials, type PersonKeys } from "./credentials.ts";
import { ownKeys } from "./secrets.ts";
import type { Places } from "./supervise.ts";

export interface UpOptions {
  folder: string;
  config: Config;
  policySources: PolicySource[];
  /** 0 or none: any free one */
  port?: number;
  /** where the one before was, whose place this one takes */
  again?: Places;
  /** who owns the folder, and is to be signalled; this process without it */
  pid?: number;
  newKeys?: boolean;
  log: Log;
}

/** The line that says how to reach it. */
export interface Ready extends Partial<PersonKeys> {
  url: string;
  metricsUrl: string;
  databaseUrl: string;
  queueUrl: string;
  agentKey: string;
  pid: number;
}

export interface Up {
  ready: Ready;
  places: Places;
  /** Takes nothing new, finishes what is in hand, ends Postgres. */
  stop(): Promise<void>;
}

type Closer = () => Promise<unknown>;

/** Postgres of our own, or somebody else's; either way this folder is ours alone while we run. */
async function database(options: UpOptions, closers: Closer[]): Promise<string> {
  const { folder, config, log, again, pid: holder } = options;
  if (config.databaseUrl !== undefined) {
    const lock = await takeFolder(folder, holder);
    closers.push(() => lock.release());
    return config.databaseUrl;
  }
  const postgres = await startEmbeddedPostgres({
    dataDir: folder,
    ...(again?.databasePort !== undefined && { port: again.databasePort }),
    ...(holder !== undefined && { holder }),
    log,
  });
  closers.push(() => postgres.stop());
  return postgres.url;
}

/** Throws `config_invalid`, `policy_invalid`, `unsafe_store` and the like; then nothing of it is left running. */
export async function startUp(options: UpOptions): Promise<Up> {
  const { folder, log, policySources } = options;
  const closers: Closer[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse())
      await close().catch((error: unknown) => log.warn({ error }, "could not stop cleanly"));
  };
  try {
    const databaseUrl = await database(options, closers);
    const onePerson = options.config.onePerson ?? true;
    const config: Config = { ...options.config, ...ownKeys(folder, options.config), databaseUrl, onePerson };
    const masterKey = config.masterKey as Buffer;
    await migrate(databaseUrl, log);
    const engine = await openEngine(config, { service: "up", log, policySources });
    closers.push(() => engine.close());
    const stages = [startRules(engine), startSafety(engine), startSandbox(engine), startEscalation(engine)];
    closers.push(() => Promise.all(stages.map((stage) => stage.stop())));
    const courier = await startCourierBeside(engine, config);
    if (courier) closers.push(() => courier.close());
    const { person, agentKey } = await credentials(folder, DEFAULT_TENANT, engine.store.keys, options.newKeys ?? false);
    const gateway = await startGateway(engine, {
      port: options.port ?? 0,
      host: config.host ?? "127.0.0.1",
      metricsPort: config.metricsPort ?? options.again?.metricsPort ?? 0,
      metricsHost: config.metricsHost,
      masterKey,
      onePerson,
      signIn: signInOptions(config),
      signInRoles: config.signInRoles,
      courierUrl: config.courierUrl ?? courier?.url,
    });
    closers.push(() => gateway.close());
    // Last, so that nothing of the start is taken for standing still. Our end is Postgres's too, and whoever keeps us starts us again.
    const guard = startHangGuard(engine.pulse);
    closers.push(() => guard.stop());
    const { url, metricsUrl } = gateway;
    writePrivate(settingsPath(folder), `${JSON.stringify({ url, key: agentKey })}\n`);
    const queueUrl = config.queueUrl ?? databaseUrl;
    const { pid = process.pid } = options;
    const portOf = (text: string) => Number(new URL(text).port);
    const places: Places = {
      port: portOf(url),
      metricsPort: portOf(metricsUrl),
      ...(options.config.databaseUrl === undefined && { databasePort: portOf(databaseUrl) }),
    };
    return { ready: { url, metricsUrl, databaseUrl, queueUrl, agentKey, ...person, pid }, places, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
