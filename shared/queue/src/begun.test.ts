// begun.test.ts — a worker whose first words to the server failed is not left standing there: another one takes its place

import { randomBytes } from "node:crypto";
import { PassThrough } from "node:stream";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { startFaultProxy } from "@holdpoint/testkit/fault-proxy.ts";
import { privateDatabase } from "@holdpoint/testkit/postgres.ts";
import { serversHere, startRedis } from "@holdpoint/testkit/redis.ts";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Beginning, begun } from "./begun.ts";
import { message, until } from "./fixtures.ts";
import { openQueue } from "./open.ts";
import { keyRing } from "./seal.ts";

describe("of workers of which the first two cannot begin", () => {
  function opener() {
    const said: string[] = [];
    let opened = 0;
    const open = (): Beginning => {
      const which = ++opened;
      said.push(`open ${which}`);
      return {
        ready: async () => {
          if (which < 3) throw new Error(`no ${which}`);
        },
        close: async () => void said.push(`close ${which}`),
      };
    };
    return { said, open };
  }

  test("the third works, and each is closed once when its successor is there", async () => {
    const { said, open } = opener();
    const errors: string[] = [];
    const worker = begun(open, ({ message: text }) => void errors.push(text));
    await until(() => said.includes("close 2"));
    expect(said).toEqual(["open 1", "open 2", "close 1", "open 3", "close 2"]);
    expect(errors).toEqual(["no 1", "no 2"]);
    await worker.close();
    expect(said.at(-1)).toBe("close 3");
  });

  test("none follows when it is closed meanwhile", async () => {
    const { said, open } = opener();
    const failed = Promise.withResolvers<void>();
    const worker = begun(open, () => failed.resolve());
    await failed.promise;
    await worker.close();
    expect(said).toEqual(["open 1", "close 1"]);
  });
});

const servers = serversHere().filter(({ here }) => here);
async function place(name: string, program: string | undefined) {
  if (name === "Postgres") {
    const database = await privateDatabase({ migrated: false });
    return { url: database.url, stop: database.drop };
  }
  const redis = await startRedis({ ...(program !== undefined && { program }), shared: false });
  if (!redis) throw new Error("this needs a Redis process of its own");
  return redis;
}

describe.each<{ name: string; program?: string }>([{ name: "Postgres" }, ...servers])(
  "on $name",
  ({ name, program }) => {
    test("a stage that is started while the server is away takes what comes when it is back", async () => {
      const server = await place(name, program);
      const url = new URL(server.url);
      const proxy = await startFaultProxy({ host: url.hostname, port: Number(url.port) });
      url.port = String(proxy.port);
      const heard = new PassThrough();
      let said = "";
      heard.on("data", (chunk) => {
        said += chunk;
      });
      const queue = await openQueue({
        url: url.href,
        ring: keyRing([{ id: "k1", key: randomBytes(32) }]),
        log: createLogger("test", { level: "warn", to: heard }),
      });
      onTestFinished(async () => {
        await queue.close();
        await proxy.close();
        await server.stop();
      });
      proxy.cut();
      const settled: string[] = [];
      const worker = queue.work("rules", (each) => ({ settle: { message: each } as never }), {
        settle: async ({ message: done }) => void settled.push(done.action.id),
        exhausted: async () => undefined,
      });
      await until(() => said.includes("the queue is in trouble"), 30_000);
      proxy.heal();
      const sent = message();
      // Refused until the producer has its link again, which takes it some hundred ms.
      const send = () =>
        queue.send("rules", [sent]).then(
          () => true,
          () => false,
        );
      while (!(await send())) await new Promise((next) => setTimeout(next, 20));
      await until(() => settled.length > 0, 30_000);
      expect(settled).toEqual([sent.action.id]);
      await worker.drain(5_000);
    }, 120_000);
  },
);
