// process.ts — the life of a service process: start, drain on a signal, die loudly on what nobody expected

import { flushCompileCache } from "node:module";
import { limits } from "@holdpoint/wire/limits.ts";
import { createLogger, type Log } from "./log.ts";
import { startTelemetry, type Telemetry } from "./trace.ts";

export interface Running {
  /** Takes no new work and finishes what is in hand. */
  stop(): Promise<void>;
}

export interface ProcessContext {
  log: Log;
}

/** What `runProcess` touches of the process; replaced by tests. */
export interface ProcessHooks {
  on(event: string, listener: (value: unknown) => void): unknown;
  exit(code: number): void;
  telemetry(service: string): Telemetry;
  /** keeps what was compiled, for the next process */
  keepCompiled(): void;
  log: Log;
  drainMs: number;
}

const EXIT_MARGIN_MS = 500;

const realHooks = (name: string): ProcessHooks => ({
  on: (event, listener) => process.on(event, listener),
  exit: (code) => process.exit(code),
  telemetry: startTelemetry,
  keepCompiled: flushCompileCache,
  log: createLogger(name),
  // All of it, the last telemetry too, ends within `limits.drainMs`.
  drainMs: limits.drainMs - limits.telemetryFlushMs - EXIT_MARGIN_MS,
});

/** Stops within the budget; says which of the two happened. */
async function drain(running: Running | undefined, drainMs: number): Promise<"drained" | "late"> {
  if (running === undefined) return "drained";
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), drainMs);
  });
  try {
    return await Promise.race([running.stop().then(() => "drained" as const), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Starts a service and stays until a signal. The first SIGTERM or SIGINT drains (exit 0, or 1 when that took too long),
 * a second one exits at once; an error that nobody caught is logged and exits 1, because a half-dead worker must not
 * go on judging.
 */
export async function runProcess(
  name: string,
  start: (context: ProcessContext) => Promise<Running>,
  hooks: ProcessHooks = realHooks(name),
): Promise<void> {
  const { log } = hooks;
  let running: Running | undefined;
  let stopping = false;
  const telemetry = hooks.telemetry(name);

  const leave = async (code: number) => {
    await telemetry.shutdown();
    hooks.exit(code);
  };
  const onSignal = (signal: unknown) => {
    if (stopping) {
      log.warn({ signal }, "second signal: leaving at once");
      hooks.exit(1);
      return;
    }
    stopping = true;
    log.info({ signal }, "draining");
    drain(running, hooks.drainMs).then(
      (how) => {
        if (how === "late") log.error({ drainMs: hooks.drainMs }, "work in hand did not end in time");
        return leave(how === "late" ? 1 : 0);
      },
      (error) => {
        log.error({ error }, "stopping failed");
        return leave(1);
      },
    );
  };
  const onCrash = (error: unknown) => {
    log.fatal({ error }, "an error that nobody caught");
    hooks.exit(1);
  };
  hooks.on("SIGTERM", () => onSignal("SIGTERM"));
  hooks.on("SIGINT", () => onSignal("SIGINT"));
  hooks.on("uncaughtException", onCrash);
  hooks.on("unhandledRejection", onCrash);

  try {
    const started = await start({ log });
    running = started;
    // A signal that came while starting found nothing to stop.
    if (stopping) await started.stop();
    else {
      log.info("started");
      // At once: a process that is killed writes nothing at its end, and the next one would compile all of it again.
      hooks.keepCompiled();
    }
  } catch (error) {
    log.fatal({ error }, "could not start");
    await leave(1);
  }
}
