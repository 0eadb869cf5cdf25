// telling.ts — how long people wait to hear of a request while half of the receivers take the connection and never answer

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { CourierConfig } from "@holdpoint/courier/config.ts";
import { startCourier } from "@holdpoint/courier/start.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { percentile } from "./drive.ts";
import { masterKeyOf, startBenchLine } from "./line.ts";
import type { Servers } from "./servers.ts";

const ASKS = "npx prisma migrate deploy";
const RECEIVERS = 10;
const REQUESTS = 200;
const EVERY_MS = 25;
const GIVE_UP_MS = 60_000;

export interface TellingFigures {
  receivers: number;
  silent: number;
  requests: number;
  /** what the receivers that answer were told, and what was still missing when the bench gave up */
  told: number;
  missing: number;
  /** from the commit that opened the request to the body at the receiver */
  p50Ms: number;
  p99Ms: number;
}

/** Takes every connection; answers 204, or nothing ever. */
async function receiver(heard: ((body: string) => void) | undefined) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    if (heard === undefined) return;
    heard(Buffer.concat(chunks).toString("utf8"));
    response.writeHead(204).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}

/** The whole way: real requests that policy holds, the outbox in Postgres, the courier, real sockets. */
export async function benchTelling(servers: Servers, log: Log): Promise<TellingFigures> {
  const waits: number[] = [];
  const heard = (body: string) => {
    const event = JSON.parse(body) as { type: string; data: { approval: { openedAt: string } } };
    if (event.type.endsWith("approval.opened")) waits.push(Date.now() - Date.parse(event.data.approval.openedAt));
  };
  const receivers = await Promise.all(
    Array.from({ length: RECEIVERS }, (_, n) => receiver(n % 2 === 0 ? undefined : heard)),
  );
  const silent = RECEIVERS / 2;
  const line = await startBenchLine(servers.databaseUrl, servers.databaseUrl, log);
  const courier = await startCourier({
    store: line.engine.store,
    queue: line.engine.queue,
    masterKey: masterKeyOf(servers.databaseUrl),
    config: CourierConfig.parse({
      publicUrl: "https://holdpoint.example",
      outbound: { allow: receivers.map(({ host }) => host) },
      channels: receivers.map(({ host }, n) => ({
        id: `r${n}`,
        type: "webhook",
        url: `http://${host}/`,
        secrets: [{ env: "SECRET" }],
      })),
    }),
    env: { SECRET: `whsec_${randomBytes(24).toString("base64")}` },
    onePerson: true,
    port: 0,
    host: "127.0.0.1",
    log,
  });
  try {
    const wanted = REQUESTS * (RECEIVERS - silent);
    for (let n = 0; n < REQUESTS; n++) {
      await line.propose(ASKS);
      await sleep(EVERY_MS);
    }
    const until = Date.now() + GIVE_UP_MS;
    while (waits.length < wanted && Date.now() < until) await sleep(EVERY_MS);
    waits.sort((a, b) => a - b);
    return {
      receivers: RECEIVERS,
      silent,
      requests: REQUESTS,
      told: waits.length,
      missing: wanted - waits.length,
      p50Ms: percentile(waits, 0.5),
      p99Ms: percentile(waits, 0.99),
    };
  } finally {
    await courier.close();
    await line.close();
    await Promise.all(receivers.map(({ close }) => close()));
  }
}
