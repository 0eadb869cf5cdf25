// rest.test.ts — a worker that tries a suspect takes nothing else: what comes meanwhile is another's, on both real backends

import { createLogger } from "@holdpoint/runtime/log.ts";
import { privateDatabase } from "@holdpoint/testkit/postgres.ts";
import { startRedis } from "@holdpoint/testkit/redis.ts";
import { afterAll, expect, test } from "vitest";
import type { Backend, PackJob } from "./backend.ts";
import { postgresBackend } from "./backend-postgres.ts";
import { redisBackend } from "./backend-redis.ts";
import { until } from "./fixtures.ts";
import { parseRedisUrl } from "./redis-url.ts";

const log = createLogger("test", { level: "fatal" });
const database = await privateDatabase();
const redis = await startRedis();
const opened: Backend[] = [];
afterAll(async () => {
  await Promise.all(opened.map((backend) => backend.close()));
  await database.drop();
  await redis?.stop();
});

const kinds: Record<string, (() => Promise<Backend>) | undefined> = {
  Postgres: () => postgresBackend(database.url, log),
  Redis: redis && (() => redisBackend(parseRedisUrl(redis.url), log, { prefix: "rest" })),
};
const pack = (name: string) => ({ v: 1 as const, key: "k1", items: [name] });
const nameOf = ({ pack: { items } }: PackJob) => items[0] ?? "";
const named = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name} ${n}`);

test.each(Object.entries(kinds).filter((kind): kind is [string, () => Promise<Backend>] => kind[1] !== undefined))(
  "on %s",
  async (_name, open) => {
    const [first, second] = [await open(), await open()];
    opened.push(first, second);
    const add = async (...names: string[]) => {
      for (const name of names) await second.add("rules", [pack(name)]);
    };
    const taken: string[] = [];
    const [othersEnd, suspectEnds] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    first.consume("rules", async (job) => {
      taken.push(`first: ${nameOf(job)}`);
      if (nameOf(job).startsWith("beside")) await othersEnd.promise;
      if (nameOf(job) !== "suspect") return;
      const end = job.rest();
      await suspectEnds.promise;
      end();
    });
    const before = [...named("beside", 3), "suspect"];
    await add(...before);
    await until(() => taken.length === before.length);
    const later = named("later", 30);
    await add(...later);
    othersEnd.resolve(); // who is done asks for the next one, as a rule
    const helping = second.consume("rules", async (job) => void taken.push(`second: ${nameOf(job)}`));
    await until(() => taken.length === before.length + later.length);
    expect(taken.slice(before.length)).toEqual(expect.not.arrayContaining([expect.stringContaining("first")]));
    await helping.close();
    suspectEnds.resolve();
    await add("afterwards");
    await until(() => taken.includes("first: afterwards"));
  },
);
