// config.ts — the environment as typed values; a bad one names its variable and stops the start

import { readFileSync } from "node:fs";
import { delimiter } from "node:path";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { nearestWord } from "@holdpoint/wire/nearest-word.ts";
import { z } from "zod";
import { LOG_LEVELS, type LogLevel } from "./log-level.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const KEY_BYTES = 32;

function keyBytes(text: string): Buffer | undefined {
  const bytes = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, "hex") : Buffer.from(text, "base64");
  return bytes.length === KEY_BYTES ? bytes : undefined;
}
const key = z.string().transform((text, context) => {
  const bytes = keyBytes(text.trim());
  if (bytes !== undefined) return bytes;
  context.addIssue({ code: "custom", message: "expected 32 bytes as base64 or hex" });
  return z.NEVER;
});

/** `id:base64,id2:base64`: the first one seals, all open (rulings §E6). */
const keyRing = z.string().transform((text, context) => {
  const keys: { id: string; key: Buffer }[] = [];
  for (const part of text.split(",").map((each) => each.trim())) {
    const colon = part.indexOf(":");
    const id = part.slice(0, colon);
    const bytes = keyBytes(part.slice(colon + 1));
    if (
      colon < 1 ||
      !/^[A-Za-z0-9_-]{1,32}$/.test(id) ||
      bytes === undefined ||
      keys.some((known) => known.id === id)
    ) {
      context.addIssue({ code: "custom", message: "expected `id:key,id2:key` with distinct ids and 32-byte keys" });
      return z.NEVER;
    }
    keys.push({ id, key: bytes });
  }
  return keys;
});
export type JobKeys = z.infer<typeof keyRing>;

const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `expected a URL that starts with ${protocols.map((each) => `${each}//`).join(" or ")}`,
  });
const port = z
  .string()
  .regex(/^\d{1,5}$/, { error: "expected a port from 0 to 65535" })
  .transform(Number)
  .refine((value) => value <= 65_535, { error: "expected a port from 0 to 65535" });
const whole = (min: number, max: number) => {
  const error = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, { error })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error });
};
const flag = z
  .enum(["1", "0", "true", "false"], { error: "expected 1, 0, true or false" })
  .transform((text) => text === "1" || text === "true");
const paths = z.string().transform((text) => text.split(delimiter).filter((each) => each !== ""));
const words = z.string().transform((text) =>
  text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== ""),
);

/** Every variable that services read, beside the standard OTEL_* ones: docs/settings.md. */
const VARIABLES = {
  HOLDPOINT_DATABASE_URL: url("postgres:", "postgresql:").optional(),
  // Sentinel and Cluster name several hosts, which is more than a URL parser takes: the queue reads them itself.
  HOLDPOINT_QUEUE_URL: z
    .string()
    .regex(/^(postgres(ql)?|rediss?(\+sentinel|\+cluster)?):\/\/\S+$/, {
      error: "expected a URL that starts with postgres:// or redis:// or redis+sentinel:// or redis+cluster://",
    })
    .optional(),
  HOLDPOINT_MASTER_KEY: key.optional(),
  HOLDPOINT_JOB_KEYS: keyRing.optional(),
  HOLDPOINT_POLICY: paths.optional(),
  HOLDPOINT_PORT: port.optional(),
  HOLDPOINT_HOST: z.string().min(1).optional(),
  HOLDPOINT_METRICS_PORT: port.optional(),
  HOLDPOINT_METRICS_HOST: z.string().min(1).optional(),
  HOLDPOINT_ONE_PERSON: flag.optional(),
  HOLDPOINT_LOG_LEVEL: z.enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(", ")}` }).optional(),
  HOLDPOINT_CHECKERS: z.string().min(1).optional(),
  HOLDPOINT_CHANNELS: z.string().min(1).optional(),
  HOLDPOINT_PUBLIC_URL: url("http:", "https:").optional(),
  HOLDPOINT_OIDC_ISSUER: url("http:", "https:").optional(),
  HOLDPOINT_OIDC_CLIENT_ID: z.string().min(1).optional(),
  HOLDPOINT_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  HOLDPOINT_OIDC_TENANT: z.string().min(1).optional(),
  HOLDPOINT_SIGN_IN_ROLES: words.optional(),
  HOLDPOINT_COURIER_URL: url("http:", "https:").optional(),
  HOLDPOINT_DENIAL_MEMORY_MS: whole(0, limits.denialMemoryMsMax).optional(),
  HOLDPOINT_APPROVALS_PER_HOUR: whole(1, limits.approvalsPerHourSettableMax).optional(),
  HOLDPOINT_PENDING_PER_AGENT: whole(1, limits.pendingApprovalsPerAgentSettableMax).optional(),
} as const;
type Variables = typeof VARIABLES;

/** May come from a file instead (`NAME_FILE`), as secret mounts do. */
const FROM_FILE: readonly (keyof Variables)[] = [
  "HOLDPOINT_DATABASE_URL",
  "HOLDPOINT_QUEUE_URL",
  "HOLDPOINT_MASTER_KEY",
  "HOLDPOINT_JOB_KEYS",
  "HOLDPOINT_OIDC_CLIENT_SECRET",
];

/** The settings of the store that every service with votes or asks has to agree on. */
export const storeSettings = ({ onePerson = false, ...config }: Config) => ({
  onePerson,
  denialMemoryMs: config.denialMemoryMs,
  approvalsPerHourMax: config.approvalsPerHourMax,
  pendingApprovalsPerAgentMax: config.pendingApprovalsPerAgentMax,
});

/** What commands and hooks read for themselves, each where it is needed. */
const OF_COMMANDS = ["URL", "KEY", "DATA", "HOOK_DEADLINE_MS", "CHECKOUT", "DEBUG"].map((each) => `HOLDPOINT_${each}`);

export const VARIABLE_NAMES: readonly string[] = Object.keys(VARIABLES);
export const FILE_NAMES: readonly string[] = FROM_FILE.map((name) => `${name}_FILE`);

const MISSPELT_EDITS = 2;
/**
 * A setting with a slip of the pen would be no setting at all: of those that make the house stricter, nobody would
 * notice. Other names are somebody's own, such as those that a channels file gives to its secrets.
 */
function refuseMisspelt(env: Environment): void {
  const known = [...VARIABLE_NAMES, ...FILE_NAMES, ...OF_COMMANDS];
  for (const name of Object.keys(env)) {
    if (!name.startsWith("HOLDPOINT_") || known.includes(name)) continue;
    const meant = nearestWord(name, known, MISSPELT_EDITS);
    if (meant !== undefined) refuse(name, `there is no such setting; did you mean \`${meant}\`?`);
  }
}

export interface Config {
  databaseUrl?: string;
  queueUrl?: string;
  masterKey?: Buffer;
  jobKeys?: JobKeys;
  /** `HOLDPOINT_POLICY`: files and folders, separated as in PATH */
  policyPaths?: string[];
  port?: number;
  host?: string;
  metricsPort?: number;
  metricsHost?: string;
  onePerson?: boolean;
  /** loggers read it by themselves; here a wrong one is refused */
  logLevel?: LogLevel;
  /** file that lists out-of-process checkers */
  checkersPath?: string;
  /** file that lists the courier's channels */
  channelsPath?: string;
  /** as people reach this house from outside: links lead here, and the OpenID provider sends people back here */
  publicUrl?: string;
  oidcIssuer?: string;
  oidcClientId?: string;
  oidcClientSecret?: string;
  /** whose people sign in */
  oidcTenant?: string;
  /** roles that are the highest tier: where people can sign in, they answer after that only (rulings §D3) */
  signInRoles?: string[];
  /** where the courier listens: the gateway hands `/inbound/{channel}` on to it */
  courierUrl?: string;
  /** how long a person's denial answers the same ask, ms; 0: not at all */
  denialMemoryMs?: number;
  /** how many yeses one person may give within an hour */
  approvalsPerHourMax?: number;
  /** how many requests of one agent may wait for people */
  pendingApprovalsPerAgentMax?: number;
}

const refuse = (variable: string, expected: string): never => {
  throw new Fault("config_invalid", `\`${variable}\`: ${expected}`, { variable });
};

function raw(name: keyof Variables, env: Environment): string | undefined {
  const direct = env[name];
  const path = env[`${name}_FILE`];
  const hasFile = FROM_FILE.includes(name) && path !== undefined && path !== "";
  if (direct !== undefined && direct !== "") {
    return hasFile ? refuse(name, `expected either it or \`${name}_FILE\`, not both`) : direct;
  }
  if (!hasFile) return undefined;
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    return refuse(`${name}_FILE`, `expected a readable file at \`${path}\` (${code})`);
  }
}

function read<N extends keyof Variables>(name: N, env: Environment): z.output<Variables[N]> {
  const parsed = VARIABLES[name].safeParse(raw(name, env));
  // The value itself is never quoted: most of these are secrets or hold one.
  if (!parsed.success) return refuse(name, parsed.error.issues[0]?.message ?? "not understood");
  return parsed.data as z.output<Variables[N]>;
}

/** Reads and checks everything at once, so that a start fails before it opens anything. Throws `config_invalid`. */
export function readConfig(env: Environment = process.env): Config {
  refuseMisspelt(env);
  return {
    databaseUrl: read("HOLDPOINT_DATABASE_URL", env),
    queueUrl: read("HOLDPOINT_QUEUE_URL", env),
    masterKey: read("HOLDPOINT_MASTER_KEY", env),
    jobKeys: read("HOLDPOINT_JOB_KEYS", env),
    policyPaths: read("HOLDPOINT_POLICY", env),
    port: read("HOLDPOINT_PORT", env),
    host: read("HOLDPOINT_HOST", env),
    metricsPort: read("HOLDPOINT_METRICS_PORT", env),
    metricsHost: read("HOLDPOINT_METRICS_HOST", env),
    onePerson: read("HOLDPOINT_ONE_PERSON", env),
    logLevel: read("HOLDPOINT_LOG_LEVEL", env),
    checkersPath: read("HOLDPOINT_CHECKERS", env),
    channelsPath: read("HOLDPOINT_CHANNELS", env),
    publicUrl: read("HOLDPOINT_PUBLIC_URL", env),
    oidcIssuer: read("HOLDPOINT_OIDC_ISSUER", env),
    oidcClientId: read("HOLDPOINT_OIDC_CLIENT_ID", env),
    oidcClientSecret: read("HOLDPOINT_OIDC_CLIENT_SECRET", env),
    oidcTenant: read("HOLDPOINT_OIDC_TENANT", env),
    signInRoles: read("HOLDPOINT_SIGN_IN_ROLES", env),
    courierUrl: read("HOLDPOINT_COURIER_URL", env),
    denialMemoryMs: read("HOLDPOINT_DENIAL_MEMORY_MS", env),
    approvalsPerHourMax: read("HOLDPOINT_APPROVALS_PER_HOUR", env),
    pendingApprovalsPerAgentMax: read("HOLDPOINT_PENDING_PER_AGENT", env),
  };
}

/** A value that this process cannot do without. Throws `config_invalid`. */
export function required<K extends keyof Config>(config: Config, key: K, variable: string): NonNullable<Config[K]> {
  const value = config[key];
  return value ?? refuse(variable, "expected a value, none is set");
}
