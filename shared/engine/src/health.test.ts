// health.test.ts — a worker's small listener: alive, ready, metrics, and nothing that a driver's error might quote

import { createLogger } from "@holdpoint/runtime/log.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { afterEach, describe, expect, test } from "vitest";
import { type Health, type HealthDeps, startHealth } from "./health.ts";

const log = createLogger("health", { level: "silent" });
let health: Health;
const start = async (deps: Partial<HealthDeps> = {}) => {
  health = await startHealth(
    { port: 0, host: "127.0.0.1" },
    { trouble: () => undefined, ready: async () => undefined, log, ...deps },
  );
};
const get = async (path: string) => {
  const response = await fetch(`${health.url}${path}`);
  return { status: response.status, text: await response.text() };
};
afterEach(() => health.close());

describe("the health listener", () => {
  test("answers for a process that is well", async () => {
    await start();
    expect(await get("/healthz")).toEqual({ status: 200, text: '{"status":"ok"}\n' });
    expect((await get("/readyz")).status).toBe(200);
    expect((await get("/metrics")).status).toBe(200);
    expect((await get("/x")).status).toBe(404);
  });

  test("says when the stage is stuck", async () => {
    await start({ trouble: () => "5 jobs wait" });
    expect(await get("/healthz")).toMatchObject({ status: 503, text: expect.stringContaining("5 jobs wait") });
  });

  test.each([
    [
      "a known fault by its code",
      new Fault("store_unavailable", "postgres://user:pw@host is away"),
      "store_unavailable",
    ],
    ["an unknown one without a word of it", new Error("postgres://user:pw@host"), "internal"],
  ])("is not ready with %s", async (_why, error, code) => {
    await start({ ready: () => Promise.reject(error) });
    const { status, text } = await get("/readyz");
    expect({ status, body: JSON.parse(text) }).toEqual({ status: 503, body: { status: "not_ready", code } });
    expect(text).not.toContain("pw");
  });
});
