// database-statements.ts — statements that destroy what a database holds, in client calls and in tools' arguments

import type { Finding } from "@holdpoint/wire/decision.ts";
import type { Checker } from "./checker.ts";
import { findingsOf, strictestFirst } from "./finding.ts";

const id = "database-statements";
const finding = findingsOf(id);

/** By how much is lost: a whole database or schema, then a table, then the rows of one. */
const WHOLE = /^(?:drop\s+(?:database|schema|keyspace|user|role|owned)|dropdatabase|flushall|flushdb)/;
const TABLE = /^(?:drop|truncate|alter\s+table.*\bdrop\b|deletemany|drop_?collection)/;

export interface DatabaseOptions {
  /** what a statement that loses a whole database is; `warn` leaves it to rules */
  whole?: "warn" | "block";
}

export const databaseStatements = ({ whole = "warn" }: DatabaseOptions = {}): Checker => ({
  id,
  version: whole === "warn" ? "1" : "1:block",
  timeoutMs: 200,
  check(_action, facts) {
    const found = facts.atoms.flatMap(({ databases, at }) =>
      databases.flatMap(({ verb, object, unbounded }): Finding[] => {
        const says = verb.toLowerCase().trim();
        const what = `\`${object === undefined ? says : `${says} ${object}`}\``;
        if (WHOLE.test(says)) return [finding(whole, "database_dropped", `${what} loses everything in it`, at)];
        if (TABLE.test(says)) return [finding("warn", "table_dropped", `${what} loses a table or a column`, at)];
        return unbounded ? [finding("warn", "every_row", `${what} without a condition changes every row`, at)] : [];
      }),
    );
    return strictestFirst(found);
  },
});
