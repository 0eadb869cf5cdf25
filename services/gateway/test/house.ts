// house.ts — a whole Holdpoint for the gateway's tests: real Postgres, real queue, the four stages, a listening server

import { randomBytes } from "node:crypto";
import { pack } from "@holdpoint/core/rules/packs.ts";
import { type Engine, openEngine } from "@holdpoint/engine/deps.ts";
import type { Config } from "@holdpoint/runtime/config.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { type FaultProxy, startFaultProxy } from "@holdpoint/testkit/fault-proxy.ts";
import { privateDatabase } from "@holdpoint/testkit/postgres.ts";
import type { KeyRequest } from "@holdpoint/wire/access.ts";
import { startEscalation } from "../../escalation/src/start.ts";
import { startRules } from "../../rules/src/start.ts";
import { startSafety } from "../../safety/src/start.ts";
import { startSandbox } from "../../sandbox/src/start.ts";
import type { Parts } from "../src/parts.ts";
import { type RunningGateway, startGateway } from "../src/server.ts";
import type { SignInOptions } from "../src/sign-in/options.ts";

// biome-ignore lint/suspicious/noExplicitAny: an answer is read as a foreign client reads it, field by field
export type Body = any;
export interface Answer {
  status: number;
  headers: Headers;
  body: Body;
}

export interface House extends RunningGateway {
  engine: Engine;
  masterKey: Buffer;
  /** the link to Postgres, where it was asked for */
  link?: FaultProxy;
  /** as the owner of the tables, who may do what no part of the product may */
  sql(text: string, values?: unknown[]): Promise<unknown[]>;
  /** the secret of a new key */
  key(request: KeyRequest): Promise<string>;
  agentKey: string;
  approverKey: string;
  adminKey: string;
  auditorKey: string;
}

const TENANT = "default";

export async function openHouse(
  options: {
    onePerson?: boolean;
    stages?: boolean;
    link?: boolean;
    parts?: (engine: Engine) => Parts;
    port?: number;
    signIn?: SignInOptions;
    signInRoles?: string[];
    courierUrl?: string;
    settings?: Config;
  } = {},
): Promise<House> {
  const { onePerson = true, stages: withStages = true, parts = (engine) => engine } = options;
  const database = await privateDatabase();
  const masterKey = randomBytes(32);
  const at = new URL(database.url);
  const link = options.link ? await startFaultProxy({ host: at.hostname, port: Number(at.port) }) : undefined;
  if (link) at.host = `127.0.0.1:${link.port}`;
  const config = {
    databaseUrl: at.href,
    masterKey,
    jobKeys: [{ id: "k1", key: randomBytes(32) }],
    onePerson,
    ...options.settings,
  };
  const log = createLogger("house", { level: "error" });
  const engine = await openEngine(config, { service: "house", log, policySources: [pack("coding-agent")] });
  const stages = withStages
    ? [startRules, startSafety, startSandbox, startEscalation].map((start) => start(engine))
    : [];
  const gateway = await startGateway(parts(engine), {
    masterKey,
    onePerson,
    signIn: options.signIn,
    signInRoles: options.signInRoles,
    courierUrl: options.courierUrl,
    port: options.port ?? 0,
    metricsPort: 0,
  });
  const key = async (request: KeyRequest) =>
    (await engine.store.keys.create(TENANT, { ...(AGENTS.has(request.role) && { agents: ["*"] }), ...request }, BY))
      .key;
  return {
    ...gateway,
    engine,
    sql: database.sql,
    masterKey,
    ...(link && { link }),
    key,
    agentKey: await key({
      role: "agent",
      attests: {
        onBehalfOf: "dev@example.com",
        roles: ["developer"],
        environment: { name: "development" },
        home: "/home/dev",
      },
    }),
    approverKey: await key({ role: "approver" }),
    adminKey: await key({ role: "admin" }),
    auditorKey: await key({ role: "auditor" }),
    async close() {
      await gateway.close();
      await Promise.all(stages.map((stage) => stage.stop()));
      await engine.close();
      await link?.close();
      await database.drop();
    },
  };
}
const AGENTS = new Set<string>(["agent", "executor", "authzen"]);
const BY = { system: "test" };

export interface Request {
  key?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** One request as a foreign program makes it. A string body is sent as it is. */
export async function call(at: { url: string }, method: string, path: string, request: Request = {}): Promise<Answer> {
  const { key, body, headers, signal } = request;
  const response = await fetch(at.url + path, {
    method,
    headers: {
      ...(key && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(signal && { signal }),
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

let sessions = 0;
/** A proposal that fits the schema, in a session of its own unless one is given. */
export const proposal = (command: string, more: Record<string, unknown> = {}) => ({
  tool: "Bash",
  args: { command },
  cwd: "/home/dev/api",
  principal: { agent: "claude-code" },
  session: { id: `s-${++sessions}` },
  ...more,
});

export const MIGRATE = "npx prisma migrate deploy";
