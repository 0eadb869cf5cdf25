// load.ts — the file that HOLDPOINT_CHECKERS names: checkers outside this process, beside the built-in ones

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { builtinCheckers } from "@holdpoint/core/safety/builtin.ts";
import type { Checker } from "@holdpoint/core/safety/checker.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { parse } from "yaml";
import { z } from "zod";
import { commandChecker } from "./command.ts";
import { httpChecker } from "./http.ts";

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

function readText(path: string, of: string): string {
  try {
    return readFileSync(of, "utf8");
  } catch (error) {
    return refuse(
      path,
      `expected a readable file at \`${of}\` (${error instanceof Error && "code" in error ? error.code : "unreadable"})`,
    );
  }
}

/** The configuration is part of the version: another command or address may answer differently. */
const versionOf = (entry: Entry): string =>
  `${entry.version ?? "1"}:${createHash("sha256").update(JSON.stringify(entry)).digest("hex").slice(0, 12)}`;

function checkerOf(entry: Entry, path: string): Checker {
  const { id: checker, timeoutMs, escalatable } = entry;
  const asked = { checker, timeoutMs, version: versionOf(entry), ...(escalatable !== undefined && { escalatable }) };
  if ("url" in entry) {
    const token = entry.tokenFile === undefined ? undefined : readText(path, entry.tokenFile).trim();
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
      return refuse(path, `${where}: expected \`id\` and either \`command\` or \`url\`, nothing unknown`);
    if (taken.has(entry.data.id)) return refuse(path, `${where}: the id \`${entry.data.id}\` is taken`);
    taken.add(entry.data.id);
    return checkerOf(entry.data, path);
  });
}

/** Built in, then those of the file: what the safety stage and a claim run. */
export const allCheckers = (path: string | undefined): readonly Checker[] =>
  path === undefined ? builtinCheckers : [...builtinCheckers, ...loadCheckers(path)];
