// fault-proxy.ts — a TCP link on loopback that breaks on command: cuts, delays, silence with and without an end, truncated streams

import { connect, createServer, type Server, type Socket } from "node:net";

export interface FaultProxy {
  port: number;
  /** refuses new connections and destroys the open ones, until `heal` */
  cut(): void;
  /** every byte in both directions comes `ms` later */
  delay(ms: number): void;
  /** connections stay open and nothing passes any more: what a dead peer looks like */
  silence(): void;
  /**
   * The connections that are open now are dead for good, and nobody is told, whoever closes one; new ones are well. What a
   * server leaves that lost its power while another took its address.
   */
  desert(): void;
  /** each open connection ends in the middle, after `bytes` more bytes from the server */
  truncate(bytes: number): void;
  heal(): void;
  connections(): number;
  close(): Promise<void>;
}

/** After so long a server that asks for signs of life has found out by itself, as ours is told to. */
const SIGNS_MS = 25_000;

interface Pair {
  client: Socket;
  server: Socket;
}

/** Listens on a free loopback port and forwards to `target`. */
export async function startFaultProxy(target: { host: string; port: number }): Promise<FaultProxy> {
  let mode: "ok" | "cut" | "silent" = "ok";
  let delayMs = 0;
  let budget = Number.POSITIVE_INFINITY;
  const pairs = new Set<Pair>();
  const deserted = new Set<Pair>();
  const dropAll = () => {
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
    pairs.clear();
  };

  const forward = (pair: Pair, from: Socket, to: Socket, counted: boolean) =>
    from.on("data", (chunk: Buffer) => {
      if (mode === "silent" || deserted.has(pair)) return;
      const pass = counted && chunk.length > budget ? chunk.subarray(0, budget) : chunk;
      const send = () => {
        if (!to.destroyed && mode !== "silent" && !deserted.has(pair)) to.write(pass);
        if (pass.length < chunk.length) {
          to.destroy();
          from.destroy();
        }
      };
      if (counted) budget -= pass.length;
      if (delayMs === 0) send();
      else setTimeout(send, delayMs);
    });

  const server: Server = createServer((client) => {
    if (mode === "cut") return client.destroy();
    const upstream = connect(target);
    const pair = { client, server: upstream };
    pairs.add(pair);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      const ended = () => {
        if (!deserted.has(pair)) other.destroy();
      };
      one.on("error", ended);
      one.on("close", () => {
        ended();
        pairs.delete(pair);
      });
      one.setNoDelay(true);
    }
    forward(pair, client, upstream, false);
    forward(pair, upstream, client, true);
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the fault proxy has no port");

  return {
    port: address.port,
    cut() {
      mode = "cut";
      dropAll();
    },
    delay(ms) {
      delayMs = ms;
    },
    silence() {
      mode = "silent";
    },
    desert() {
      for (const pair of pairs) {
        deserted.add(pair);
        setTimeout(() => pair.server.destroy(), SIGNS_MS).unref();
      }
      pairs.clear();
    },
    truncate(bytes) {
      budget = bytes;
    },
    heal() {
      // What was silenced has lost bytes: such a connection can only lie, so it ends here.
      if (mode === "silent") dropAll();
      mode = "ok";
      delayMs = 0;
      budget = Number.POSITIVE_INFINITY;
    },
    connections: () => pairs.size,
    close: () =>
      new Promise((resolve) => {
        for (const pair of deserted) pairs.add(pair);
        dropAll();
        server.close(() => resolve());
      }),
  };
}
