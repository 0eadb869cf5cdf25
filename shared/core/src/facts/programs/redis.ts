// redis.ts — redis-cli: its own commands, on the line or from a pipe

import {
  type Call,
  database,
  has,
  looksOnly,
  opaque,
  optionValue,
  optionValues,
  raise,
  reachesUrl,
  runs,
} from "../call.ts";
import type { Program } from "../grammar.ts";
import { server } from "./databases.ts";

const REDIS_LOSES = new Set([
  "flushall",
  "flushdb",
  "del",
  "unlink",
  "shutdown",
  "config",
  "debug",
  "script",
  "eval",
  "evalsha",
  "slaveof",
  "replicaof",
  "module",
  "migrate",
  "swapdb",
  "cluster",
  "failover",
  "bgrewriteaof",
  "acl",
  "restore",
  "rename",
  "function",
  "save",
  "client",
]);
/** The commands that a script of Redis calls: `redis.call('FLUSHALL')`. One that it puts together is none that is known. */
const called = (script: string): string[][] =>
  [...script.matchAll(/redis\.p?call\(\s*(?:(['"])(\w+)\1)?\s*(?:,\s*(['"])([^'"]*)\3)?/gi)].map(
    ([, , verb, , second]) => [verb ?? "?", ...(second === undefined ? [] : [second])],
  );

function readRedis(call: Call): void {
  server(call, optionValue(call, "h"));
  for (const url of optionValues(call, "u")) reachesUrl(call, url);
  const lines: string[][] = [];
  if (call.rest.length > 0) lines.push(call.rest.map((word) => word.text ?? "?"));
  else if (call.stdin?.kind === "text")
    for (const line of call.stdin.text.split("\n"))
      if (line.trim() !== "") lines.push(line.trim().split(/\s+/));
      else if (call.stdin !== undefined) opaque(call, "statements are not known before the run");
  for (const words of [...lines]) if (/^eval/i.test(words[0] ?? "")) lines.push(...called(words[1] ?? ""));
  call.operands.push(...call.rest);
  if (has(call, "eval")) runs(call, "interpreter");
  if (has(call, "pipe")) runs(call, "piped-code");
  let looks = lines.length > 0;
  for (const words of lines) {
    const verb = (words[0] ?? "").toLowerCase();
    const second = (words[1] ?? "").toLowerCase();
    const reads =
      /^(get|mget|keys|scan|exists|ttl|type|info|ping|llen|lrange|hget|hgetall|smembers|zrange|dbsize|strlen|monitor|time|role|object|memory|slowlog|command|lastsave|hkeys|scard|zcard|xlen|xrange|echo|pttl)$/.test(
        verb,
      ) ||
      (/^(config|client|acl|cluster|script|function|module)$/.test(verb) &&
        /^(get|list|info|whoami|nodes|slots|help|getname|cat|getuser|users|exists)$/.test(second));
    if (reads) continue;
    looks = false;
    const fact =
      REDIS_LOSES.has(verb) && second && /^(config|debug|script|cluster|acl|module|function|client)$/.test(verb)
        ? { verb: `${verb} ${second}` }
        : { verb };
    database(
      call,
      /^flush/.test(verb)
        ? { ...fact, unbounded: true }
        : words[1] && /^(del|unlink|rename)$/.test(verb)
          ? { ...fact, object: words[1] }
          : fact,
    );
    if (
      /^(flushall|flushdb|shutdown|debug|slaveof|replicaof|swapdb|module|migrate)$/.test(verb) ||
      (verb === "config" && second === "set")
    )
      raise(call, "blocked-by-default");
  }
  if (looks) looksOnly(call);
}

export const redis: Record<string, Program> = {
  "redis-cli valkey-cli keydb-cli": {
    options:
      "-h=HOST; -p=PORT; -a --pass=P; --user=U; -n=N; -u=URL; -r=N; -i=N; -x; -c; --raw; --no-raw; --csv; --json; --tls; --cacert=<read>; --cert=<read>; --key=<read>; --eval=<run>; --pipe; --scan; --pattern=P; --bigkeys; --stat; --latency; --rdb=<write>; --no-auth-warning; --askpass; -s=<read>; -d=D; -X=T; -t=N; -3; -2; --memkeys; --hotkeys; --cluster=C; --version -v",
    stopAtOperand: true,
    effects: readRedis,
  },
};
