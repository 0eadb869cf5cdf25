// databases.test.ts — statements inside the calls of database clients
// A line of facts an atom (sketch.ts): meaning, then paths by access, hosts, statements, code that runs, class.

import { expect, test } from "vitest";
import { sampleAction } from "../../sample.ts";
import { deriveFacts } from "../derive.ts";
import { sketch } from "../sketch.ts";

const read = (command: string): string[] =>
  sketch(deriveFacts(sampleAction({ args: { command }, cwd: "/w", home: "/home/u" })));
const check = (command: string, facts: string | string[]): void =>
  expect(read(command)).toEqual(Array.isArray(facts) ? facts : [facts]);

test.each<[command: string, facts: string | string[]]>([
  ["psql -c 'drop database app'", "psql --command=drop database app | sql:drop database app"],
  [
    'psql -h db.example -c "delete from users"',
    "psql --command=delete from users --host=db.example | h:db.example(public) sql:delete users!",
  ],
  ["psql -c 'select 1'", "psql --command=select 1 | sql:select safe"],
  ["psql -f x.sql", "psql --file=x.sql | r:/w/x.sql runs:script"],
  ["echo 'drop table x' | psql", ["echo drop table x | safe", "psql | sql:drop table x"]],
  ["psql postgres://u:p@db.example/app", "psql postgres://u:p@db.example/app | h:db.example(public)"],
  ["mysql -e 'truncate users'", "mysql --execute=truncate users | sql:truncate users!"],
  ["mysql -e 'delete from users where id = 1'", "mysql --execute=delete from users where id = 1 | sql:delete users"],
  [
    "sqlite3 x.db 'update users set a = 1'",
    "sqlite3 x.db update users set a = 1 | r:/w/x.db w:/w/x.db sql:update users!",
  ],
  ["sqlite3 x.db 'select * from users'", "sqlite3 x.db select * from users | r:/w/x.db sql:select safe"],
  ["sqlite3 x.db '.shell rm x'", ["sqlite3 x.db .shell rm x | r:/w/x.db w:/w/x.db", "sqlite3> rm x | d:/w/x"]],
  ["mongosh --eval 'db.dropDatabase()'", "mongosh --eval=db.dropDatabase() | sql:drop database"],
  ["mongosh --eval 'db.users.deleteMany({})'", "mongosh --eval=db.users.deleteMany({}) | sql:deleteMany!"],
  ["mongosh --eval 'db.users.find()'", "mongosh --eval=db.users.find() | safe"],
  ["redis-cli flushall", "redis-cli flushall | sql:flushall! blocked"],
  ["redis-cli get x", "redis-cli get x | safe"],
  ["redis-cli -h cache.example del x", "redis-cli --h=cache.example del x | h:cache.example(public) sql:del x"],
  ["dropdb app", "dropdb app | sql:drop database app blocked"],
  ["pg_dump app", "pg_dump app | sql:dump"],
  [
    "pg_restore --clean -d app x.dump",
    "pg_restore --clean --dbname=app x.dump | r:/w/x.dump sql:restore over! blocked",
  ],
  [
    "npx prisma migrate reset --force",
    "npx> prisma migrate reset --force | sql:drop database! runs:package runs:migration blocked",
  ],
  ["npx prisma migrate status", "npx> prisma migrate status | safe"],
  ["rails db:drop", "rails db:drop | sql:drop database! runs:build-tool blocked"],
  ["rails db:migrate", "rails db:migrate | sql:migrate runs:build-tool"],
  ["alembic upgrade head", "alembic upgrade head | sql:migrate runs:migration"],
])("databases: %s", (command, facts) => check(command, facts));
