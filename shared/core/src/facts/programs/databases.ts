// databases.ts — clients and tools of databases: the statements inside their calls, and what drops or moves data

import {
  type Call,
  database,
  has,
  looksOnly,
  opaque,
  operandText,
  optionValue,
  optionValues,
  raise,
  reachesHost,
  reachesUrl,
  readStatements,
  runs,
  touches,
} from "../call.ts";
import type { Program } from "../grammar.ts";
import { literal, type Word } from "../shell/word.ts";
import { READING_VERBS } from "../sql.ts";

/** Statements from `-c`, from standard input, from a file that is not read. */
function statements(call: Call, codes: readonly Word[], files: readonly Word[]): void {
  // `-f -` is standard input.
  const scripts = files.filter((word) => word.text !== "-" && word.text !== "/dev/stdin");
  for (const word of codes) readStatements(call.atom, word);
  for (const word of codes) shellEscapes(call, word.text ?? word.known);
  if (scripts.length > 0) {
    for (const word of scripts) touches(call, word, "read");
    runs(call, "script");
  }
  const { stdin } = call;
  if (codes.length === 0 && scripts.length === 0 && stdin) {
    if (stdin.kind === "text") {
      readStatements(call.atom, literal(stdin.text));
      shellEscapes(call, stdin.text);
    } else if (stdin.kind === "file") {
      touches(call, stdin.word, "read");
      runs(call, "script");
    } else {
      runs(call, "piped-code");
      opaque(call, "statements are not known before the run");
    }
  }
  const { databases } = call.atom;
  if (databases.length > 0 && databases.every((fact) => READING_VERBS.has(fact.verb)) && scripts.length === 0)
    looksOnly(call);
}

/** `\! cmd`, `.shell cmd`, `.system cmd`, `system cmd`: clients that run commands. */
function shellEscapes(call: Call, text: string): void {
  for (const line of text.split("\n")) {
    const found = /^\s*(?:\\!|\.shell\s|\.system\s|system\s|!)\s*(.+)$/.exec(line) ?? /\\!\s*(.+)$/.exec(line);
    if (found) call.nested.shell(literal(found[1]!), call.program);
    const copy = /\\(?:o|g|w|copy\b.*\b(to|from))\s+(?:program\s+)?'?\|?\s*([^\s';]+)/i.exec(line);
    if (copy) touches(call, literal(copy[2]!), copy[1]?.toLowerCase() === "from" ? "read" : "write");
    if (copy?.[1]?.toLowerCase() === "to") database(call, { verb: "copy to" });
    const output = /^\s*\.(?:output|once|backup|save|dump|excel|log)\s+(\S+)/.exec(line);
    if (output) touches(call, literal(output[1]!), "write");
  }
}

/** Connects to a database elsewhere. */
export function server(call: Call, host: Word | undefined): void {
  if (host && host.text !== null && !host.text.startsWith("/")) reachesHost(call, host, call.program);
}
/** `postgres://user:pw@host/db` among the operands. */
function urls(call: Call): void {
  for (const word of call.operands) if ((word.text ?? word.known).includes("://")) reachesUrl(call, word);
}

const STATEMENT =
  /^(delete\s+from|(drop|alter)\s+(table|database|schema|view|index|user|role|keyspace|collection|materialized|function|sequence|type|trigger)|(grant|revoke)\s.*\s(on|to|from))\s/is;

const PSQL =
  "-c --command=SQL; -f --file=FILE; -d --dbname=NAME; -h --host=HOST; -p --port=PORT; -U --username=USER; -W --password; -w --no-password; -o --output=<write>; -L --log-file=<write>; -t --tuples-only; -A --no-align; -x --expanded; -q --quiet; -X --no-psqlrc; -v --set --variable=V; -1 --single-transaction; -l --list; -e; -E; -a; -n; -s; -S; -F=S; -R=S; -P --pset=V; -T=T; -z; -0; -b; -H; --csv; -V --version";
const MYSQL =
  "-e --execute=SQL; -h --host=HOST; -P --port=PORT; -u --user=USER; -p --password[=P]; -D --database=NAME; -N --skip-column-names; -B --batch; -s --silent; -t --table; -v --verbose; -f --force; -S --socket=<read>; -r --raw; -A; -E --vertical; --defaults-file=<config>; --defaults-extra-file=<config>; --pager=<shell>; --tee=<write>; --init-command=SQL; --ssl-mode=M; --protocol=P; --local-infile[=B]; -V --version; -C; -n; -o; -X --xml; -H --html; --login-path=P";

const COMMANDS_THAT_LOOK =
  /^(ping|hello|isMaster|find|count|distinct|aggregate|explain|getMore|(db|coll|top)[sS]tats|serverStatus|replSetGetStatus|replSetGetConfig|list\w+|buildInfo|hostInfo|connectionStatus|currentOp|get\w+|usersInfo|rolesInfo|validate|dataSize|features|whatsmyuri)$/;
/** mongosh: JavaScript whose calls on collections matter. */
function readMongo(call: Call): void {
  server(call, optionValue(call, "host"));
  urls(call);
  const codes = optionValues(call, "eval");
  const texts = [...codes, ...(codes.length === 0 && call.stdin?.kind === "text" ? [literal(call.stdin.text)] : [])];
  for (const word of texts) {
    const text = word.text ?? word.template ?? word.known;
    if (word.text === null) opaque(call, "statements are not known before the run");
    let looks = true;
    for (const [, verb, args] of text.matchAll(/\.\s*_?([A-Za-z]+)\s*\((?=([^)]*))/g)) {
      if (
        /^(dropDatabase|drop|dropIndex|dropIndexes|dropUser|dropRole|dropAllUsersFromDatabase|remove|deleteMany|deleteOne|findOneAndDelete|updateMany|update|updateOne|insert|insertOne|insertMany|replaceOne|bulkWrite|renameCollection|shutdownServer|createUser|createCollection|save|findAndModify|fsyncLock|copyDatabase|getSiblingDB)$/.test(
          verb!,
        )
      ) {
        if (verb === "getSiblingDB") continue;
        looks = false;
        const fact = { verb: verb === "drop" ? "drop collection" : verb === "dropDatabase" ? "drop database" : verb! };
        database(
          call,
          /^(remove|deleteMany|updateMany)$/.test(verb!) && /^\s*(\{\s*\}\s*)?(,.*)?$/.test(args!)
            ? { ...fact, unbounded: true }
            : fact,
        );
      } else if (/^(runCommand|adminCommand)$/.test(verb!)) {
        const command = /^\s*(?:\{\s*)?['"]?(\w+)/.exec(args!)?.[1] ?? "?";
        if (COMMANDS_THAT_LOOK.test(command)) continue;
        looks = false;
        database(call, { verb: command === "dropDatabase" ? "drop database" : `command ${command}` });
      } else if (/^(remove|delete|drop|kill|shutdown|stop|reconfig|clear)[A-Z]/.test(verb!)) {
        looks = false;
        database(call, { verb: `command ${verb}` });
      } else if (/^(exec|execSync|spawn|require|load)$/.test(verb!)) opaque(call, "code runs a command of its own");
    }
    if (/\b(load|run|runProgram|shellRun)\s*\(/.test(text)) runs(call, "script");
    if (looks) looksOnly(call);
  }
  for (const word of call.operands)
    if (word.text?.endsWith(".js")) {
      touches(call, word, "read");
      runs(call, "script");
    }
  if (texts.length === 0 && call.stdin !== undefined) opaque(call, "statements are not known before the run");
}

/** What was there before goes where the copy comes back with `--clean` or `--drop`. */
function readRestore(call: Call): void {
  if (has(call, "list")) {
    looksOnly(call);
    return;
  }
  server(call, optionValue(call, "host"));
  for (const uri of optionValues(call, "uri")) reachesUrl(call, uri);
  const over = has(call, "clean", "drop", "delete");
  database(call, over ? { verb: "restore over", unbounded: true } : { verb: "restore" });
  if (over) raise(call, "blocked-by-default");
}

export const databases: Record<string, Program> = {
  "psql pgcli": {
    options: PSQL,
    effects: (call) => {
      server(call, optionValue(call, "host"));
      urls(call);
      for (const word of optionValues(call, "dbname")) if ((word.text ?? "").includes("://")) reachesUrl(call, word);
      if (has(call, "list", "version")) looksOnly(call);
      statements(call, optionValues(call, "command"), optionValues(call, "file"));
    },
  },
  "mysql mariadb mycli": {
    options: MYSQL,
    effects: (call) => {
      server(call, optionValue(call, "host"));
      statements(call, [...optionValues(call, "execute"), ...optionValues(call, "init-command")], []);
      if (has(call, "version")) looksOnly(call);
    },
  },
  "sqlite3 sqlite litecli duckdb": {
    options:
      "-batch; -cmd=SQL; -init=<run>; -readonly; -header; -noheader; -csv; -json; -column; -line; -list; -markdown; -separator=S; -bail; -version; -c=SQL; -s=SQL; -A=F; -box; -table; -quote; -html; -echo; -interactive; -nullvalue=T; -safe; -newline=S",
    style: "single",
    effects: (call) => {
      const [file, ...codes] = call.operands;
      statements(
        call,
        [...optionValues(call, "cmd"), ...optionValues(call, "c"), ...optionValues(call, "s"), ...codes],
        [],
      );
      if (!file) return;
      touches(call, file, "read");
      if (call.base !== "safe" && !has(call, "readonly")) touches(call, file, "write");
    },
  },
  "clickhouse-client clickhouse clickhouse-local snowsql bteq sqlplus isql sqlcmd usql cqlsh trino presto impala-shell beeline hive spark-sql cockroach tidb athenacli dolt osql db2 vsql spanner-cli surreal edgedb ysqlsh crate crash":
    {
      options:
        "-q --query=SQL; -e --execute=SQL; -f --file=FILE; -h --host -S=HOST; -u --user -U=USER; -p --password -P=P; -d --database=NAME; -Q=SQL; -i=FILE; -o=<write>; -k=K; -c --command=SQL; -n --multiquery; -w --warehouse=W; --port=N; --insecure; --url=U; -b; --secure",
      effects: (call) => {
        server(call, optionValue(call, "host"));
        statements(
          call,
          [
            ...optionValues(call, "query"),
            ...optionValues(call, "execute"),
            ...optionValues(call, "Q"),
            ...optionValues(call, "command"),
          ],
          [...optionValues(call, "file"), ...optionValues(call, "i")],
        );
      },
    },
  snow: {
    subs: { max: 1 },
    options: "-q --query=SQL; -f --filename=FILE; -c --connection=C; --format=F; --stdin; -i",
    effects: (call) => {
      if (call.subs[0] === "sql") statements(call, optionValues(call, "query"), optionValues(call, "filename"));
    },
  },
  // A statement where a command is expected: what takes it may be a console of a database, whatever its tool is called.
  "delete drop alter grant revoke": {
    raw: true,
    effects: (call) => {
      call.operands.push(...call.words);
      const text = `${call.program} ${call.words.map((word) => word.text ?? "?").join(" ")}`;
      if (STATEMENT.test(text)) readStatements(call.atom, literal(text));
    },
  },
  influx: {
    style: "single",
    options:
      "-execute=SQL; -database=NAME; -host=HOST; -port=N; -username=U; -password=P; -path=<read>; -format=F; -import; -precision=P; -ssl; --bucket -b=B; --org -o=O; --start=T; --stop=T; --predicate=P; --name -n=N; --id -i=I; --token -t=T; --file -f=<read>; --json; --hide-headers",
    effects: (call) => {
      server(call, optionValue(call, "host"));
      if (optionValues(call, "execute").length > 0) statements(call, optionValues(call, "execute"), []);
    },
  },
  "cypher-shell neo4j-client": {
    options:
      "-a --address=HOST; -u --username=U; -p --password=P; -d --database=NAME; -f --file=FILE; --format=F; --non-interactive; -P --param=P",
    effects: (call) => {
      server(call, optionValue(call, "address"));
      statements(call, [], optionValues(call, "file"));
      // Cypher: a graph is changed anywhere in a statement.
      for (const { text } of call.operands) {
        const verb = /\b(delete|drop|remove|set|merge|create)\b/i.exec(text ?? "delete")?.[1];
        database(call, { verb: verb?.toLowerCase() ?? "match" });
        if (verb === undefined) looksOnly(call);
      }
    },
  },
  // arangosh speaks JavaScript as well.
  "mongosh mongo arangosh": {
    options:
      "--eval --javascript.execute-string=CODE; --server.endpoint=URL; --server.database=D; --server.username=U; --server.password=P; --javascript.execute=<run>; --host -h=HOST; --port=N; -u --username=U; -p --password=P; --authenticationDatabase=D; --quiet; --norc; -f --file=<run>; --shell; --tls; --json[=M]; --nodb; --version",
    effects: readMongo,
  },
  "dropdb dropuser": {
    class: "blocked",
    options:
      "-h --host=HOST; -p --port=PORT; -U --username=U; -f --force; -i; -e; -w; -W; --if-exists; --maintenance-db=D",
    effects: (call) => {
      server(call, optionValue(call, "host"));
      const name = operandText(call, 0);
      database(call, {
        verb: call.program === "dropdb" ? "drop database" : "drop user",
        ...(name ? { object: name } : {}),
      });
    },
  },
  "createdb createuser reindexdb vacuumdb clusterdb pg_ctl pg_ctlcluster initdb": {
    options:
      "-h --host=HOST; -p --port=PORT; -U --username=U; -D --pgdata=<write>; -m=M; -l=<write>; -s; -w; -t=N; -O=O; -d=D; -f --full; -z; -a --all; -o=O",
    effects: (call) => {
      server(call, optionValue(call, "host"));
      // Every table is written anew under a lock that nobody passes.
      if (call.program === "vacuumdb" && has(call, "full")) database(call, { verb: "vacuum full" });
      if (
        /^pg_ctl/.test(call.program) &&
        /^(stop|restart|kill|promote)$/.test(operandText(call, call.program === "pg_ctl" ? 0 : 2))
      )
        raise(call, "blocked-by-default");
    },
  },
  "pg_dump pg_dumpall mysqldump mariadb-dump mongodump mongoexport pg_basebackup": {
    options:
      "-f --file -r --result-file=<write>; -o --out=<write>; -D --pgdata=<into>; -h --host=HOST; -p --port[=PORT]; -P=PORT; -U --username=U; -u --user=U; -d --dbname --db=D; -F --format=F; -t --table=T; -n --schema=S; -c --clean; -C --create; --uri=URL; --archive[=<write>]; --gzip; -a; -s; -x; -O; -v; -w; -W; -j=N; -Z=N; -T=T; -N=S; --if-exists; --no-owner; --no-acl; --single-transaction; --all-databases; -A; -B; --password[=P]; -c --collection=C; -q --query=Q; --type=T; --fields=F; -R; -E; --add-drop-table; --add-drop-database; --no-data; --ignore-table=T; --column-inserts; --inserts; --data-only; --schema-only; --exclude-table=T; --exclude-table-data=T; --set-gtid-purged=V",
    effects: (call) => {
      server(call, optionValue(call, "host"));
      urls(call);
      for (const uri of optionValues(call, "uri")) reachesUrl(call, uri);
      database(call, { verb: "dump" });
    },
  },
  pg_restore: {
    use: "<read>...",
    options:
      "-c --clean; -C --create; -d --dbname=D; -h --host=HOST; -p --port=PORT; -U --username=U; -j=N; -F=F; -t=T; -n=S; -N=S; -I=I; -P=F; -T=T; -f=<write>; --if-exists; -a; -s; -v; -O; -x; -1; --no-owner; --no-acl; -L=<read>; -l --list; -S=U",
    effects: readRestore,
  },
  "mongorestore mongoimport mysqlimport": {
    use: "<read>...",
    options:
      "-c --clean; -C --create; -d --dbname --db=D; -h --host=HOST; -p --port=PORT; -U --username -u=U; --drop; --uri=URL; --archive[=<read>]; --gzip; -j=N; -F=F; -t=T; -n=S; --if-exists; -a; -s; -v; -O; -x; -1; --no-owner; --no-acl; -c --collection=C; --file=<read>; --type=T; --mode=M; --upsert; --jsonArray; --headerline; --delete; -L=<read>; -l --list",
    effects: readRestore,
  },
  "mysqladmin mariadb-admin": {
    options: MYSQL,
    effects: (call) => {
      server(call, optionValue(call, "host"));
      const verb = operandText(call, 0);
      if (/^(drop|shutdown|flush|kill|reload|stop|password)/.test(verb)) {
        raise(call, "blocked-by-default");
        database(call, verb === "drop" ? { verb: "drop database", object: operandText(call, 1) } : { verb });
      } else if (/^(status|ping|version|processlist|variables|extended-status)$/.test(verb)) looksOnly(call);
    },
  },
};
