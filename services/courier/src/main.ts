// main.ts — the courier as a process of its own: configuration, store, queue, channels, and the drain on a signal

import { readFileSync } from "node:fs";
import { startHealth } from "@holdpoint/engine/health.ts";
import { openQueue } from "@holdpoint/queue/open.ts";
import { keyRing } from "@holdpoint/queue/seal.ts";
import { readConfig, required, storeSettings } from "@holdpoint/runtime/config.ts";
import { runProcess } from "@holdpoint/runtime/process.ts";
import { openStore } from "@holdpoint/store/open.ts";
import { readChannels } from "./config.ts";
import { startCourier } from "./start.ts";

const PORT = 8789;

await runProcess("courier", async ({ log }) => {
  const config = readConfig();
  const url = required(config, "databaseUrl", "HOLDPOINT_DATABASE_URL");
  const masterKey = required(config, "masterKey", "HOLDPOINT_MASTER_KEY");
  const channels = readChannels(required(config, "channelsPath", "HOLDPOINT_CHANNELS"));
  const ca = channels.outbound.ca === undefined ? undefined : readFileSync(channels.outbound.ca, "utf8");
  const onePerson = config.onePerson ?? false;
  const store = await openStore({ url, masterKey, log, ...storeSettings(config) });
  // The job keys are optional here: with them a vote wakes the escalation stage, without them it is found a little later.
  const queue =
    config.jobKeys === undefined
      ? undefined
      : await openQueue({ url: config.queueUrl ?? url, ring: keyRing(config.jobKeys), log });
  const host = config.host ?? "127.0.0.1";
  const courier = await startCourier({
    store,
    ...(queue && { queue }),
    masterKey,
    config: channels,
    ...(ca === undefined ? {} : { ca }),
    env: process.env,
    onePerson,
    port: config.port ?? PORT,
    host,
    log,
  });
  const metrics =
    config.metricsPort === undefined
      ? undefined
      : await startHealth(
          { port: config.metricsPort, host: config.metricsHost ?? host },
          { trouble: () => undefined, ready: () => store.ready(), log },
        );
  return {
    async stop() {
      await courier.close();
      await queue?.close();
      await store.close();
      await metrics?.close();
    },
  };
});
