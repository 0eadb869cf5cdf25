// load.ts — the file that HOLDPOINT_CHECKERS names: programs, addresses, Cedar and Rego policies, beside the built-in checkers

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { builtinCheckers } from "@holdpoint/core/safety/builtin.ts";
import type { Checker } from "@holdpoint/core/safety/checker.ts";
import { isBearer } from "@holdpoint/wire/bearer.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { parse } from "yaml";
import { z } from "zod";
import { cedarChecker } from "./cedar.ts";
import type { Value } from "./cedar-request.ts";
import { commandChecker } from "./command.ts";
import { httpChecker } from "./http.ts";
import type { Asked } from "./protocol.ts";
import { regoChecker } from "./rego.ts";

const common = {
  id: z.string().regex(/^[a-z][a-z0-9-]{1,63}$/, { error: "expected lower-case letters, digits and `-`" }),
  timeoutMs: z.int().min(1).max(limits.checkerMsMax).default(limits.checkerMsDefault),
  /** raise it when the checker's answers may change: findings made under another version are not reused */
  version: z.string().max(100).optional(),
  /** its blocks may be escalated to a person (rulings §B11) */
  escalatable: z.boolean().optional(),
};
const Entry = z.union([
  z.strictObject({
    ...common,
    command: z.tuple([z.string().min(1)], z.string()),
    cwd: z.string().optional(),
    env: z.record(z.string(), z.string()).optional(),
  }),
  z.strictObject({
    ...common,
    cedar: z.union([z.string(), z.array(z.string()).min(1)]),
    schema: z.string().optional(),
    entities: z.string().optional(),
  }),
  z.strictObject({ ...common, rego: z.string(), entrypoint: z.string().optional(), data: z.string().optional() }),
  z.strictObject({ ...common, url: z.url({ protocol: /^https?$/ }), tokenFile: z.string().optional() }),
]);
type Entry = z.infer<typeof Entry>;
const List = z.array(z.unknown()).max(limits.checkersMax);

const refuse = (path: string, why: string): never => {
  throw new Fault("config_invalid", `\`HOLDPOINT_CHECKERS\`: \`${path}\`: ${why}`, {
    variable: "HOLDPOINT_CHECKERS",
    file: path,
  });
};

const readText = (path: string, of: string): string => readBytes(path, of).toString("utf8");

function readBytes(path: string, of: string): Buffer<ArrayBuffer> {
  try {
    return readFileSync(of);
  } catch (error) {
    return refuse(
      path,
      `expected a readable file at \`${of}\` (${error instanceof Error && "code" in error ? error.code : "unreadable"})`,
    );
  }
}

/** The configuration is part of the version, and so are the files it names: with others the answers may differ. */
function versionOf(entry: Entry, files: readonly (Buffer | string | undefined)[]): string {
  const hash = createHash("sha256").update(JSON.stringify(entry));
  for (const file of files) hash.update("\0").update(file ?? "");
  return `${entry.version ?? "1"}:${hash.digest("hex").slice(0, 12)}`;
}

/** Policies that are asked in this process; what is wrong with them refuses the start. */
function inProcess(path: string, checker: string, make: () => Checker): Checker {
  try {
    return make();
  } catch (error) {
    // `opa-wasm` throws texts
    return refuse(path, `checker \`${checker}\`: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const optional = (path: string, of: string | undefined) => (of === undefined ? undefined : readText(path, of));

function cedarOf(entry: Extract<Entry, { cedar: unknown }>, path: string, asked: Asked): Checker {
  const policies = [entry.cedar]
    .flat()
    .map((file) => readText(path, file))
    .join("\n");
  const [schema, entities] = [optional(path, entry.schema), optional(path, entry.entities)];
  return inProcess(path, asked.checker, () =>
    cedarChecker({
      ...asked,
      version: versionOf(entry, [policies, schema, entities]),
      policies,
      ...(schema !== undefined && { schema }),
      ...(entities !== undefined && { entities: z.array(CedarEntity).parse(JSON.parse(entities)) }),
    }),
  );
}
const Uid = z.strictObject({ type: z.string(), id: z.string() });
const CedarEntity = z.strictObject({
  uid: Uid,
  attrs: z.record(z.string(), z.custom<Value>()).default({}),
  parents: z.array(Uid).default([]),
});

function regoOf(entry: Extract<Entry, { rego: unknown }>, path: string, asked: Asked): Checker {
  const wasm = readBytes(path, entry.rego);
  const data = optional(path, entry.data);
  return inProcess(path, asked.checker, () =>
    regoChecker({
      ...asked,
      version: versionOf(entry, [wasm, data]),
      wasm,
      ...(entry.entrypoint !== undefined && { entrypoint: entry.entrypoint }),
      ...(data !== undefined && { data: z.record(z.string(), z.json()).parse(JSON.parse(data)) }),
    }),
  );
}

function checkerOf(entry: Entry, path: string): Checker {
  const { id: checker, timeoutMs, escalatable } = entry;
  const own = { checker, timeoutMs, ...(escalatable !== undefined && { escalatable }) };
  if ("cedar" in entry) return cedarOf(entry, path, own);
  if ("rego" in entry) return regoOf(entry, path, own);
  const asked = { ...own, version: versionOf(entry, []) };
  if ("url" in entry) {
    const token = entry.tokenFile === undefined ? undefined : readText(path, entry.tokenFile).trim();
    if (token !== undefined && !isBearer(token))
      return refuse(
        path,
        `checker \`${checker}\`: \`${entry.tokenFile}\`: expected a token without spaces or line breaks`,
      );
    return httpChecker({ ...asked, url: entry.url, ...(token !== undefined && { token }) });
  }
  const { command, cwd, env } = entry;
  return commandChecker({ ...asked, command, ...(cwd !== undefined && { cwd }), ...(env !== undefined && { env }) });
}

function parsed(path: string): unknown {
  try {
    const value: unknown = parse(readText(path, path), { maxAliasCount: 0 });
    return value !== null && typeof value === "object" && "checkers" in value ? value.checkers : value;
  } catch (error) {
    if (error instanceof Fault) throw error;
    return refuse(path, error instanceof Error ? (error.message.split("\n")[0] ?? "") : "not YAML or JSON");
  }
}

/** YAML or JSON: a list, or `checkers:` with a list. Throws `config_invalid` that names the entry. */
export function loadCheckers(path: string): Checker[] {
  const list = List.safeParse(parsed(path));
  if (!list.success) return refuse(path, `expected a list of at most ${limits.checkersMax} checkers`);
  const taken = new Set(builtinCheckers.map(({ id }) => id));
  return list.data.map((value, index) => {
    const entry = Entry.safeParse(value);
    const where = `checker ${index + 1}`;
    if (!entry.success)
      return refuse(
        path,
        `${where}: expected \`id\` and one of \`command\`, \`url\`, \`cedar\`, \`rego\`, nothing unknown`,
      );
    if (taken.has(entry.data.id)) return refuse(path, `${where}: the id \`${entry.data.id}\` is taken`);
    taken.add(entry.data.id);
    return checkerOf(entry.data, path);
  });
}

/** Built in, then those of the file: what the safety stage and a claim run. */
export const allCheckers = (path: string | undefined): readonly Checker[] =>
  path === undefined ? builtinCheckers : [...builtinCheckers, ...loadCheckers(path)];
