// main.ts — the gateway as a process of its own: configuration, engine, server, and the drain on a signal

import { openEngine } from "@holdpoint/engine/deps.ts";
import { defaultPolicySources, loadPolicySources } from "@holdpoint/engine/policy-files.ts";
import { readConfig, required } from "@holdpoint/runtime/config.ts";
import { runProcess } from "@holdpoint/runtime/process.ts";
import { startGateway } from "./server.ts";
import { signInOptions } from "./sign-in/options.ts";

const PORT = 8787;
const METRICS_PORT = 9464;

await runProcess("gateway", async ({ log }) => {
  const config = readConfig();
  const masterKey = required(config, "masterKey", "HOLDPOINT_MASTER_KEY");
  const engine = await openEngine(config, {
    service: "gateway",
    log,
    // What was said here becomes the fleet's policy. A gateway that is told nothing only gives a new store its first one.
    ...(config.policyPaths
      ? { policySources: loadPolicySources(config.policyPaths) }
      : { firstPolicy: () => defaultPolicySources(process.cwd()) }),
  });
  const gateway = await startGateway(engine, {
    masterKey,
    onePerson: config.onePerson ?? false,
    signIn: signInOptions(config),
    signInRoles: config.signInRoles,
    courierUrl: config.courierUrl,
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
