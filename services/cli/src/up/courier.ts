// courier.ts — the courier beside the rest of `up`, where a channels file is named (HOLDPOINT_CHANNELS)

import { readFileSync } from "node:fs";
import type { Engine } from "@holdpoint/engine/deps.ts";
import type { Config } from "@holdpoint/runtime/config.ts";

/**
 * Where the answers of channels arrive, for whoever sends them there by themselves. The gateway of this `up` hands
 * `/inbound/…` on to wherever it is, so that another `up` on the same machine takes any free one.
 */
const PORT = 8789;

const isTaken = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EADDRINUSE";

export interface RunningCourier {
  url: string;
  close(): Promise<void>;
}

/** Loaded only when asked for: chat libraries cost a start that most do not need. Throws `config_invalid` on a bad file. */
export async function startCourierBeside(engine: Engine, config: Config): Promise<RunningCourier | undefined> {
  if (config.channelsPath === undefined) return undefined;
  const { readChannels } = await import("@holdpoint/courier/config.ts");
  const { startCourier } = await import("@holdpoint/courier/start.ts");
  const channels = readChannels(config.channelsPath);
  const at = (port: number) =>
    startCourier({
      store: engine.store,
      queue: engine.queue,
      masterKey: config.masterKey as Buffer,
      config: channels,
      ...(channels.outbound.ca === undefined ? {} : { ca: readFileSync(channels.outbound.ca, "utf8") }),
      env: process.env,
      onePerson: config.onePerson ?? true,
      port,
      host: config.host ?? "127.0.0.1",
      log: engine.log,
    });
  const courier = await at(PORT).catch((error: unknown) => {
    if (!isTaken(error)) throw error;
    engine.log.warn(
      { port: PORT },
      "the courier's port is taken: it listens on another one, `/inbound` of the gateway leads there",
    );
    return at(0);
  });
  engine.log.info({ channels: config.channelsPath, url: courier.url }, "the courier tells people");
  return courier;
}
