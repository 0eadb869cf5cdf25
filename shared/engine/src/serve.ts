// serve.ts — one stage as a process of its own: configuration, engine, stage, health, and the drain on a signal

import { readConfig } from "@holdpoint/runtime/config.ts";
import { runProcess } from "@holdpoint/runtime/process.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";
import { type Engine, openEngine } from "./deps.ts";
import { startHangGuard } from "./hang-guard.ts";
import { startHealth } from "./health.ts";
import { loadPolicySources } from "./policy-files.ts";
import type { RunningStage } from "./start.ts";

const PORT = 8787;

/** Runs until a signal. A second listener for metrics only is opened where HOLDPOINT_METRICS_PORT is set. */
export const serveStage = (stage: Stage, start: (engine: Engine) => RunningStage): Promise<void> =>
  runProcess(stage, async ({ log }) => {
    const config = readConfig();
    const engine = await openEngine(config, {
      service: stage,
      log,
      // Only what was said here: a worker that is told nothing must not replace the fleet's policy by a default.
      ...(config.policyPaths && { policySources: loadPolicySources(config.policyPaths) }),
    });
    const running = start(engine);
    const guard = startHangGuard(engine.pulse);
    const host = config.host ?? "127.0.0.1";
    const deps = { trouble: running.trouble, ready: engine.ready, log };
    const health = await startHealth({ port: config.port ?? PORT, host }, deps);
    const metrics =
      config.metricsPort === undefined
        ? undefined
        : await startHealth({ port: config.metricsPort, host: config.metricsHost ?? host }, deps);
    log.info({ health: health.url, ...(metrics && { metrics: metrics.url }) }, "listening");
    return {
      async stop() {
        await running.stop();
        await engine.close();
        await guard.stop();
        await Promise.all([health.close(), metrics?.close()]);
      },
    };
  });
