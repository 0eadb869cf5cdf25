// process.test.ts — a service starts, drains on the first signal, leaves on the second, and dies on what nobody caught

import { expect, test } from "vitest";
import { createLogger } from "./log.ts";
import { type ProcessHooks, type Running, runProcess } from "./process.ts";

function fakeProcess(drainMs = 10_000) {
  const listeners = new Map<string, (value: unknown) => void>();
  let telemetryStopped = false;
  let kept = 0;
  let left: (code: number) => void = () => {};
  const exit = new Promise<number>((resolve) => {
    left = resolve;
  });
  const codes: number[] = [];
  const hooks: ProcessHooks = {
    on: (event, listener) => listeners.set(event, listener),
    exit: (code) => {
      codes.push(code);
      left(code);
    },
    telemetry: () => ({
      shutdown: async () => {
        telemetryStopped = true;
      },
    }),
    keepCompiled: () => kept++,
    log: createLogger("test", { level: "silent" }),
    drainMs,
  };
  return {
    hooks,
    kept: () => kept,
    exit,
    codes,
    emit: (event: string, value?: unknown) => listeners.get(event)?.(value),
    telemetryStopped: () => telemetryStopped,
  };
}
const running =
  (stop: () => Promise<void>): (() => Promise<Running>) =>
  async () => ({ stop });

test.each(["SIGTERM", "SIGINT"])("%s drains, sends what telemetry is left, and exits 0", async (signal) => {
  const fake = fakeProcess();
  let stopped = false;
  await runProcess(
    "x",
    running(async () => {
      stopped = true;
    }),
    fake.hooks,
  );
  fake.emit(signal);
  expect(await fake.exit).toBe(0);
  expect(stopped).toBe(true);
  expect(fake.telemetryStopped()).toBe(true);
});

test("what was compiled is kept once it runs, because a process that is killed has no end to do it at", async () => {
  const fake = fakeProcess();
  let keptBefore: number | undefined;
  await runProcess(
    "x",
    async () => {
      keptBefore = fake.kept();
      return { stop: async () => undefined };
    },
    fake.hooks,
  );
  expect([keptBefore, fake.kept()]).toEqual([0, 1]);
});

test("a drain that takes too long exits 1", async () => {
  const fake = fakeProcess(5);
  await runProcess(
    "x",
    running(() => new Promise(() => {})),
    fake.hooks,
  );
  fake.emit("SIGTERM");
  expect(await fake.exit).toBe(1);
});

test("a drain that fails exits 1", async () => {
  const fake = fakeProcess();
  await runProcess(
    "x",
    running(() => Promise.reject(new Error("x"))),
    fake.hooks,
  );
  fake.emit("SIGTERM");
  expect(await fake.exit).toBe(1);
});

test("a second signal leaves at once", async () => {
  const fake = fakeProcess();
  await runProcess(
    "x",
    running(() => new Promise(() => {})),
    fake.hooks,
  );
  fake.emit("SIGTERM");
  fake.emit("SIGINT");
  expect(await fake.exit).toBe(1);
});

test.each(["uncaughtException", "unhandledRejection"])("%s exits 1", async (event) => {
  const fake = fakeProcess();
  await runProcess(
    "x",
    running(async () => {}),
    fake.hooks,
  );
  fake.emit(event, new Error("x"));
  expect(await fake.exit).toBe(1);
});

test("a start that fails exits 1", async () => {
  const fake = fakeProcess();
  await runProcess("x", () => Promise.reject(new Error("no database")), fake.hooks);
  expect(fake.codes).toEqual([1]);
});

test("a signal while starting stops what was started", async () => {
  const fake = fakeProcess();
  let stopped = false;
  let ready: (running: Running) => void = () => {};
  const starting = runProcess(
    "x",
    () =>
      new Promise((resolve) => {
        ready = resolve;
      }),
    fake.hooks,
  );
  fake.emit("SIGTERM");
  ready({
    stop: async () => {
      stopped = true;
    },
  });
  await starting;
  expect(await fake.exit).toBe(0);
  expect(stopped).toBe(true);
});
