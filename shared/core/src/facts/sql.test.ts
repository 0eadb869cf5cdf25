// sql.test.ts — statements, read as far as their danger goes

import type { DatabaseFact } from "@holdpoint/wire/facts.ts";
import { expect, test } from "vitest";
import { literal, unknownWord } from "./shell/word.ts";
import { readSql } from "./sql.ts";

const read = (sql: string): string[] => {
  const out: DatabaseFact[] = [];
  readSql(literal(sql), (fact) => out.push(fact));
  return out.map(({ verb, object, unbounded }) =>
    [verb, object, unbounded ? "unbounded" : ""].filter(Boolean).join(" "),
  );
};

test.each<[sql: string, facts: string[]]>([
  ["DROP DATABASE app", ["drop database app"]],
  ["drop database if exists app", ["drop database app"]],
  ["DROP/**/DATABASE app", ["drop database app"]],
  ["drop -- x\n database app", ["drop database app"]],
  ["/*! DROP DATABASE app */", ["drop database app"]],
  ["/*!50000 drop database app */", ["drop database app"]],
  ["select 'drop database app'", ["select"]],
  ["select 1; drop table x", ["select", "drop table x"]],
  ["delete from users", ["delete users unbounded"]],
  ["delete from users where id = 1", ["delete users"]],
  ["delete from users where 1 = 1", ["delete users unbounded"]],
  ["delete from users where true", ["delete users unbounded"]],
  ["update users set a = 1", ["update users unbounded"]],
  ["update users set a = 1 where id = 2", ["update users"]],
  ["truncate table users", ["truncate users unbounded"]],
  ['drop table "Users"', ["drop table users"]],
  ["with x as (select 1) delete from users", ["delete users unbounded"]],
  ["alter table x drop column y", ["alter table drop x"]],
  ["copy x to program 'sh'", ["copy program"]],
  ["select 1 into outfile '/tmp/x'", ["select into outfile"]],
  ["grant all on x to y", ["grant"]],
  ["", []],
])("%s", (sql, facts) => expect(read(sql)).toEqual(facts));

test("a statement that only the run knows is said to be there", () => {
  const out: DatabaseFact[] = [];
  readSql(unknownWord("$SQL"), (fact) => out.push(fact));
  expect(out).toEqual([{ verb: "?" }]);
});
