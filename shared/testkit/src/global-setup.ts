// global-setup.ts — one embedded Postgres for a whole test run, started when the first test asks for a database

import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@holdpoint/runtime/embedded.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";

/** Names the loopback port at which the run's own process answers with the cluster's URL. */
const DOORBELL = "HOLDPOINT_TEST_DOORBELL";

/**
 * Vitest calls this once in its main process (or once a project: the first call counts). Suites without a database
 * pay for a listening socket only. With HOLDPOINT_TEST_DATABASE_URL set there is nothing to start.
 */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env["HOLDPOINT_TEST_DATABASE_URL"] || process.env[DOORBELL]) return async () => undefined;
  let cluster: Promise<{ postgres: EmbeddedPostgres; folder: string }> | undefined;
  const doorbell = createServer((caller) => {
    caller.on("error", () => undefined); // a worker that was stopped while it waited
    cluster ??= startCluster();
    cluster.then(
      ({ postgres }) => caller.end(JSON.stringify({ url: postgres.url })),
      (error: unknown) => caller.end(JSON.stringify({ error: String(error) })),
    );
  });
  process.env[DOORBELL] = String(await listen(doorbell));
  doorbell.unref();
  return async () => {
    delete process.env[DOORBELL];
    doorbell.close();
    const started = await cluster?.catch(() => undefined);
    if (!started) return;
    await started.postgres.stop();
    await rm(started.folder, { recursive: true, force: true });
  };
}

async function startCluster() {
  const folder = await mkdtemp(join(tmpdir(), "holdpoint-test-"));
  // Suites run side by side, and some are fleets of their own.
  const log = createLogger("testkit", { level: "error" });
  const postgres = await startEmbeddedPostgres({ dataDir: folder, connectionsMax: 400, log });
  return { postgres, folder };
}

function listen(server: Server): Promise<number> {
  return new Promise((done, fail) => {
    server.once("error", fail).listen(0, "127.0.0.1", () => {
      const address = server.address();
      done(typeof address === "object" && address ? address.port : 0);
    });
  });
}
