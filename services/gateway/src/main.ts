// main.ts — the gateway as a process of its own: configuration, engine, server, and the drain on a signal

import { openEngine } from "@holdpoint/engine/deps.ts";
import { readConfig, required } from "@holdpoint/runtime/config.ts";
import { loadPolicySources } from "@holdpoint/runtime/policy-files.ts";
import { runProcess } from "@holdpoint/runtime/process.ts";
import { startGateway } from "./server.ts";

const PORT = 8787;
const METRICS_PORT = 9464;

await runProcess("gateway", async ({ log }) => {
  const config = readConfig();
  const masterKey = required(config, "masterKey", "HOLDPOINT_MASTER_KEY");
  const engine = await openEngine(config, {
    service: "gateway",
    log,
    // Only what was said here: a gateway that is told nothing must not replace the fleet's policy by a default.
    ...(config.policyPaths && { policySources: loadPolicySources(config.policyPaths) }),
  });
  const gateway = await startGateway(engine, {
    masterKey,
    onePerson: config.onePerson ?? false,
    port: config.port ?? PORT,
    host: config.host ?? "127.0.0.1",
    metricsPort: config.metricsPort ?? METRICS_PORT,
    metricsHost: config.metricsHost,
  });
  log.info({ url: gateway.url, metrics: gateway.metricsUrl }, "listening");
  return {
    async stop() {
      await gateway.close();
      await engine.close();
    },
  };
});
