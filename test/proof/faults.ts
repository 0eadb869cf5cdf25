// faults.ts — what may break, each as one function that breaks it and mends it again; drawn by seed

import type { FaultProxy } from "@holdpoint/testkit/fault-proxy.ts";
import { SERVICES, type Service } from "./fleet.ts";
import type { World } from "./world.ts";

export interface Fault {
  name: string;
  /** how often it is in the deck that faults are drawn from; 1 without, and 0: only where it is asked for by name */
  weight?: number;
  /** processes that it ends and that are started again at once */
  ends?: readonly Service[];
  /** counted in the report */
  kills?: number;
  wipes?: number;
  /** where it can happen at all; everywhere without */
  on?: (world: World) => boolean;
  /** Resolves when what it broke is whole again, as far as it is ours to mend. */
  strike(world: World, random: () => number): Promise<void>;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const pick = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)] as T;
const hasRedis = ({ redis }: World): boolean => redis !== undefined;

const killOne = (service: Service): Fault => ({
  name: `kill -9 ${service}`,
  weight: 3,
  ends: [service],
  kills: 1,
  strike: async ({ fleet }) => fleet.signal(service, "SIGKILL"),
});

const freeze = (service: Service): Fault => ({
  name: `SIGSTOP and SIGCONT ${service}`,
  async strike({ fleet }, random) {
    const pid = fleet.pid(service);
    if (pid === undefined) throw new Error(`\`${service}\` does not run just now`);
    process.kill(pid, "SIGSTOP");
    await pause(500 + random() * 3_000);
    process.kill(pid, "SIGCONT");
  },
});

type Link = "database" | "queue" | "gateway";
const linkTo: Record<Link, (world: World) => FaultProxy | undefined> = {
  database: ({ databaseLink }) => databaseLink,
  queue: ({ queueLink }) => queueLink,
  gateway: ({ gatewayLink }) => gatewayLink,
};
const LINKS: readonly Link[] = ["database", "queue", "gateway"];
const breaks: readonly [
  name: string,
  break_: (proxy: FaultProxy, random: () => number) => void,
  holdMs: number,
  weight?: number,
][] = [
  ["cut", (proxy) => proxy.cut(), 800],
  ["delay", (proxy, random) => proxy.delay(20 + random() * 200), 1_500],
  ["silence (half-open)", (proxy) => proxy.silence(), 2_000],
  ["desert (dead peer)", (proxy) => proxy.desert(), 100, 0], // what it costs is more than the goal: RELIABILITY.md says so
  ["truncate a stream of", (proxy, random) => proxy.truncate(Math.floor(random() * 4_000)), 600],
];

const brokenLinks: readonly Fault[] = LINKS.flatMap((link) =>
  breaks.map(
    ([name, break_, holdMs, weight]): Fault => ({
      name: `${name} the link to the ${link}`,
      ...(weight !== undefined && { weight }),
      on: (world) => linkTo[link](world) !== undefined,
      async strike(world, random) {
        const proxy = linkTo[link](world);
        if (!proxy) throw new Error("no such link");
        break_(proxy, random);
        await pause(holdMs * (0.5 + random()));
        proxy.heal();
      },
    }),
  ),
);

const workersOf = SERVICES.filter((service) => service !== "gateway");

/** Within what a database and its clients may differ, and far outside of it. */
const CLOCK_STEPS_MS = [-1_500, 1_500, -3_600_000, 3_600_000] as const;

export const faults: readonly Fault[] = [
  ...SERVICES.map(killOne),
  {
    name: "kill -9 all workers at once",
    ends: workersOf,
    kills: 4,
    async strike({ fleet }) {
      for (const service of workersOf) fleet.signal(service, "SIGKILL");
    },
  },
  {
    name: "kill -9 gateway while a client waits",
    ends: ["gateway"],
    kills: 1,
    async strike({ fleet, waitingClient }) {
      const heard = waitingClient(() => fleet.signal("gateway", "SIGKILL"));
      if ((await heard) === "answered") throw new Error("it had its answer before the kill");
    },
  },
  ...SERVICES.map(freeze),
  {
    name: "step the clock of a service",
    weight: 2,
    async strike({ fleet }, random) {
      const service = pick(SERVICES, random);
      fleet.setClock(service, pick(CLOCK_STEPS_MS, random));
      await pause(1_000 + random() * 2_000);
      fleet.setClock(service, 0);
    },
  },
  { name: "wipe the queue", weight: 4, wipes: 1, strike: ({ harm }) => harm.wipe() },
  { name: "delete random keys of the queue", weight: 2, strike: ({ harm }, random) => harm.deleteSome(random) },
  {
    name: "put back an older copy of the queue",
    weight: 2,
    strike: ({ harm }, random) => harm.putBack(() => pause(1_000 + random() * 2_000)),
  },
  {
    name: "inject garbage jobs",
    weight: 2,
    strike: async ({ harm, count }, random) => count("garbage jobs", await harm.forge(random)),
  },
  {
    name: "kill -9 Redis",
    kills: 1,
    weight: 2,
    on: hasRedis,
    strike: async ({ redis }) => redis?.crash?.(),
  },
  {
    name: "SIGSTOP and SIGCONT Redis",
    on: hasRedis,
    strike: ({ redis, frozen }, random) => frozen([redis?.pid ?? 0], 500 + random() * 3_000),
  },
  {
    name: "SIGSTOP and SIGCONT Postgres",
    strike: ({ databaseProcesses, frozen }, random) => frozen(databaseProcesses(), 500 + random() * 3_000),
  },
  { name: "restart the database (fast)", kills: 1, strike: async ({ endDatabase }) => endDatabase("SIGINT") },
  { name: "restart the database (immediate)", kills: 1, strike: async ({ endDatabase }) => endDatabase("SIGQUIT") },
  { name: "kill -9 Postgres", kills: 1, strike: async ({ endDatabase }) => endDatabase("SIGKILL") },
  ...brokenLinks,
  {
    name: "fill the disk of the database and the queue",
    on: ({ disk }) => disk.kind !== "none",
    async strike({ disk }, random) {
      disk.fill();
      await pause(800 + random() * 1_500);
      disk.empty();
    },
  },
  { name: "publish another policy", weight: 2, strike: ({ publish }) => publish() },
];

/** Throws where one is not in the list. */
export const named = (...names: string[]): Fault[] =>
  names.map((name) => {
    const fault = faults.find((each) => each.name === name);
    if (!fault)
      throw new Error(`there is no fault \`${name}\`: there are\n${faults.map((each) => each.name).join("\n")}`);
    return { ...fault, weight: Math.max(1, fault.weight ?? 1) };
  });
