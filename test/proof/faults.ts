// faults.ts — what may break, each as one function that breaks it and mends it again; drawn by seed

import type { FaultProxy } from "@holdpoint/testkit/fault-proxy.ts";
import { type Fleet, SERVICES, type Service } from "./fleet.ts";

export interface World {
  fleet: Fleet;
  /** the link between the services and Postgres */
  databaseLink: FaultProxy;
  /** the link to Redis, where there is one */
  queueLink?: FaultProxy;
  /** removes every key of the queue */
  wipeQueue(): Promise<void>;
  /** removes a random part of the queue's keys */
  deleteSomeOfQueue(random: () => number): Promise<void>;
  /** restarts the database: `fast` ends sessions in order, `immediate` is a crash with recovery */
  restartDatabase(mode: "fast" | "immediate"): Promise<void>;
  restartQueue?(): Promise<void>;
}

export interface Fault {
  name: string;
  /** counted in the report */
  kills?: number;
  wipes?: number;
  strike(world: World, random: () => number): Promise<void>;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const pick = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)] as T;

const killOne = (service?: Service): Fault => ({
  name: `kill -9 ${service ?? "a service"}`,
  kills: 1,
  strike: async ({ fleet }, random) => fleet.signal(service ?? pick(SERVICES, random), "SIGKILL"),
});

const freezeOne: Fault = {
  name: "SIGSTOP and SIGCONT a service",
  async strike({ fleet }, random) {
    const service = pick(SERVICES, random);
    fleet.signal(service, "SIGSTOP");
    await pause(500 + random() * 3_000);
    fleet.signal(service, "SIGCONT");
  },
};

const link = (name: string, break_: (proxy: FaultProxy, random: () => number) => void, holdMs: number): Fault => ({
  name,
  async strike({ databaseLink, queueLink }, random) {
    const proxy = queueLink && random() < 0.5 ? queueLink : databaseLink;
    break_(proxy, random);
    await pause(holdMs * (0.5 + random()));
    proxy.heal();
  },
});

export const faults: readonly Fault[] = [
  killOne("gateway"),
  killOne("rules"),
  killOne("safety"),
  killOne("sandbox"),
  killOne("escalation"),
  killOne(),
  {
    name: "kill -9 all workers at once",
    kills: 4,
    async strike({ fleet }) {
      for (const service of SERVICES.slice(1)) fleet.signal(service, "SIGKILL");
    },
  },
  freezeOne,
  { name: "wipe the queue", wipes: 1, strike: ({ wipeQueue }) => wipeQueue() },
  { name: "delete some of the queue", strike: ({ deleteSomeOfQueue }, random) => deleteSomeOfQueue(random) },
  { name: "restart the database (fast)", kills: 1, strike: ({ restartDatabase }) => restartDatabase("fast") },
  { name: "restart the database (immediate)", kills: 1, strike: ({ restartDatabase }) => restartDatabase("immediate") },
  link("cut a link", (proxy) => proxy.cut(), 800),
  link("delay a link", (proxy, random) => proxy.delay(20 + random() * 200), 2_000),
  link("silence a link (half-open)", (proxy) => proxy.silence(), 2_500),
  link("truncate a stream", (proxy, random) => proxy.truncate(Math.floor(random() * 4_000)), 600),
];
