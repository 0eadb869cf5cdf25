// sql.ts — statements to a database, read as far as their danger goes: the verb, its object, and whether it is bounded

import type { DatabaseFact } from "@holdpoint/wire/facts.ts";
import type { Word } from "./shell/word.ts";

/** ASCII characters of words (1), and signs that are kept by themselves (2). */
const KINDS = new Uint8Array(128);
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."`$') KINDS[char.charCodeAt(0)] = 1;
for (const char of "=<>(\\") KINDS[char.charCodeAt(0)] = 2;
const isWordCode = (code: number): boolean => (code < 128 ? KINDS[code] === 1 : code > 127);

interface Statements {
  all: string[][];
  /** there is more than is read */
  cut: boolean;
}

/** Splits at `;`, drops comments and the content of strings: what is left is keywords and names. */
function statements(sql: string): Statements {
  const all: string[][] = [];
  let tokens: string[] = [];
  let count = 0;
  let i = 0;
  const upTo = (end: number, after: number): number => (end < 0 ? sql.length : end + after);
  while (i < sql.length) {
    const code = sql.charCodeAt(i);
    if (isWordCode(code)) {
      const start = i;
      while (i < sql.length && isWordCode(sql.charCodeAt(i))) i++;
      tokens.push(sql.slice(start, i));
      count++;
    } else if (code === DASH && sql.charCodeAt(i + 1) === DASH) i = upTo(sql.indexOf("\n", i), 0);
    else if (code === HASH && (i === 0 || sql[i - 1] === "\n" || sql[i - 1] === " ")) i = upTo(sql.indexOf("\n", i), 0);
    else if (code === SLASH && sql.charCodeAt(i + 1) === STAR) {
      // MySQL runs what stands in `/*! … */`.
      if (sql[i + 2] === "!") {
        i += 3;
        while (i < sql.length && sql.charCodeAt(i) >= 48 && sql.charCodeAt(i) <= 57) i++;
      } else i = upTo(sql.indexOf("*/", i + 2), 2);
    } else if (code === STAR && sql.charCodeAt(i + 1) === SLASH) i += 2;
    else if (code === QUOTE) {
      let j = i + 1;
      while (j < sql.length && (sql[j] !== "'" || sql[j + 1] === "'"))
        j += sql[j] === "'" ? 2 : sql[j] === "\\" ? 2 : 1;
      tokens.push("''");
      count++;
      i = j + 1;
    } else if (code === SEMICOLON) {
      if (tokens.length > 0) all.push(tokens);
      tokens = [];
      i++;
    } else {
      if (KINDS[code] === 2) {
        tokens.push(sql[i]!);
        count++;
      }
      i++;
    }
    if (all.length > STATEMENTS_MAX || count > TOKENS_MAX) break;
  }
  if (tokens.length > 0) all.push(tokens);
  return { all, cut: i < sql.length };
}
const [DASH, HASH, SLASH, STAR, QUOTE, SEMICOLON] = [45, 35, 47, 42, 39, 59];
const STATEMENTS_MAX = 200;
/** A bulk insert of a hundred thousand characters has about half as many. */
const TOKENS_MAX = 50_000;

const bare = (name: string | undefined): string | undefined => name?.replaceAll(/["`]/g, "").toLowerCase();
const OBJECT_KINDS = new Set([
  "database",
  "schema",
  "table",
  "tables",
  "index",
  "view",
  "role",
  "user",
  "tablespace",
  "function",
  "trigger",
  "sequence",
  "extension",
  "keyspace",
  "materialized",
  "owned",
  "column",
  "constraint",
  "partition",
  "collection",
  "bucket",
  "dictionary",
  "publication",
  "subscription",
  "policy",
  "procedure",
  "type",
  "server",
  "warehouse",
]);
const NOISE = new Set([
  "if",
  "exists",
  "not",
  "concurrently",
  "only",
  "low_priority",
  "quick",
  "ignore",
  "temporary",
  "cascade",
]);

/** Verbs that only look. */
export const READING_VERBS = new Set([
  "select",
  "show",
  "describe",
  "desc",
  "explain",
  "with",
  "pragma",
  "use",
  "values",
  "table",
  "help",
  "set",
  "begin",
  "commit",
  "rollback",
]);

/** Functions that end others' work, change a server's state or reach its disk, though a `select` calls them. */
const CHANGING_FUNCTIONS = new Set(
  "pg_terminate_backend pg_cancel_backend pg_reload_conf pg_rotate_logfile pg_drop_replication_slot pg_promote pg_wal_replay_pause pg_switch_wal pg_replication_origin_drop lo_unlink lo_export lo_import dblink_exec pg_file_write pg_file_unlink pg_stat_reset pg_stat_statements_reset xp_cmdshell drop_chunks drop_hypertable remove_retention_policy sys_exec sys_eval".split(
    " ",
  ),
);

function tautology(tokens: readonly string[], where: number): boolean {
  const condition = tokens.slice(where + 1).map((token) => token.toLowerCase());
  if (condition.length === 1 && /^(true|1)$/.test(condition[0]!)) return true;
  return condition.length === 3 && condition[1] === "=" && condition[0] === condition[2];
}

function readStatement(tokens: readonly string[]): DatabaseFact | undefined {
  const words = tokens.map((token) => token.toLowerCase());
  let start = 0;
  // `with x as (…) delete …`: the verb that changes something is the one that counts.
  if (words[0] === "with" || words[0] === "explain") {
    const found = words.findIndex(
      (word) => word === "delete" || word === "update" || word === "insert" || word === "merge",
    );
    if (found > 0) start = found;
  }
  const verb = words[start];
  if (!verb || !/^[a-z]/.test(verb)) return undefined;
  const rest = words.slice(start + 1).filter((word) => !NOISE.has(word));
  const fact: DatabaseFact = { verb };
  const where = words.indexOf("where", start);
  switch (verb) {
    case "drop":
    case "create":
    case "alter":
    case "undrop":
    case "rename": {
      const kind = rest[0] !== undefined && OBJECT_KINDS.has(rest[0]) ? rest[0] : undefined;
      fact.verb = kind ? `${verb} ${kind === "materialized" ? "view" : kind}` : verb;
      const name = bare(kind ? rest[kind === "materialized" || kind === "owned" ? 2 : 1] : rest[0]);
      if (name && /[a-z0-9_]/.test(name)) fact.object = name;
      if (verb === "alter" && rest.includes("drop")) fact.verb += " drop";
      break;
    }
    case "truncate": {
      const name = bare(rest[0] === "table" ? rest[1] : rest[0]);
      if (name) fact.object = name;
      fact.unbounded = true;
      break;
    }
    case "delete": {
      const name = bare(rest[rest.indexOf("from") + 1]);
      if (name) fact.object = name;
      if (where < 0 || tautology(tokens, where)) fact.unbounded = true;
      break;
    }
    case "update": {
      const name = bare(rest[0]);
      if (name) fact.object = name;
      if (where < 0 || tautology(tokens, where)) fact.unbounded = true;
      break;
    }
    case "vacuum":
      if (rest.includes("full")) fact.verb = "vacuum full";
      break;
    case "reset":
    case "purge":
      // `reset master`, `purge binary logs`; `reset x` alone is a setting of the session.
      if (rest[0] !== undefined && /^(master|slave|replica|persist|binary)$/.test(rest[0]))
        fact.verb = `${verb} ${rest[0]}`;
      break;
    case "select":
      if (words.some((word) => CHANGING_FUNCTIONS.has(word))) fact.verb = "call";
      else if (words.includes("outfile") || words.includes("dumpfile")) fact.verb = "select into outfile";
      else if (words.includes("load_file") || words.includes("pg_read_file")) fact.verb = "select file";
      break;
    case "copy":
      fact.verb = words.includes("program") ? "copy program" : words.includes("to") ? "copy to" : "copy";
      break;
  }
  return fact;
}

/**
 * Calls `found` for each statement; a text that is not known is one statement with the verb `?`.
 * @returns whether all of it was read
 */
export function readSql(word: Word, found: (fact: DatabaseFact) => void): boolean {
  if (word.text === null && word.known.trim() === "") {
    found({ verb: "?" });
    return true;
  }
  const { all, cut } = statements(word.text ?? word.known);
  for (const tokens of all) {
    const fact = readStatement(tokens);
    if (fact) found(fact);
  }
  if (word.text === null) found({ verb: "?" });
  return !cut;
}
