// deliver.ts — at least once to every endpoint: a lane each, so that those that do not answer never slow those that do

import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import type { DeliveryRow, OutboxItem } from "@holdpoint/store/store.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Sent } from "./channel.ts";
import { backoffMs, type Circuit, type CircuitState, createCircuit } from "./circuit.ts";
import { countDelivery } from "./metrics.ts";
import type { Outbox } from "./ports.ts";

export interface Endpoint {
  id: string;
  /** whether it wants to hear of this */
  wants(item: OutboxItem): Promise<boolean>;
  send(row: DeliveryRow, signal: AbortSignal): Promise<Sent>;
}

export interface DelivererDeps {
  outbox: Outbox;
  endpoints: readonly Endpoint[];
  clock: Clock;
  /** 0 ≤ x < 1 */
  random: () => number;
  /** ends after ms, or as soon as the signal does; never rejects */
  after: (ms: number, signal: AbortSignal) => Promise<void>;
  log: Log;
}

export interface EndpointHealth {
  id: string;
  circuit: CircuitState;
  failures: number;
  inFlight: number;
}
export interface Deliverer {
  /** Spreads what is new and starts what is due; does not wait for what it started. Returns how many it started. */
  tick(): Promise<number>;
  /** Resolves when nothing is in flight. */
  idle(): Promise<void>;
  health(): EndpointHealth[];
  /** Interrupts what is in flight; it is delivered again later. */
  stop(): Promise<void>;
}

/** An attempt that hangs ends here, whatever the channel does with its signal. */
const ATTEMPT_MS = limits.outboundMs + 5_000;
const SPREAD_ROWS = 200;

interface Lane {
  endpoint: Endpoint;
  circuit: Circuit;
  inFlight: Set<Promise<void>>;
}

const subjectOf = ({ payload }: OutboxItem): { subject?: string } => {
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return {};
  const subject = payload["approvalId"];
  return typeof subject === "string" ? { subject } : {};
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 500);

export function createDeliverer(deps: DelivererDeps): Deliverer {
  const { outbox, clock, random, after, log } = deps;
  const lanes = new Map<string, Lane>(
    deps.endpoints.map((endpoint) => [endpoint.id, { endpoint, circuit: createCircuit(random), inFlight: new Set() }]),
  );
  const stopping = new AbortController();

  async function spread(): Promise<void> {
    for (;;) {
      const items = await outbox.waiting(SPREAD_ROWS);
      if (items.length === 0) return;
      const routed = await Promise.all(
        items.map(async (item) => {
          const wanted = await Promise.all(deps.endpoints.map((endpoint) => endpoint.wants(item)));
          const endpoints = deps.endpoints.filter((_, index) => wanted[index]).map(({ id }) => id);
          return { item, endpoints, ...subjectOf(item) };
        }),
      );
      await outbox.spread(routed);
      if (items.length < SPREAD_ROWS) return;
    }
  }

  /** What the endpoint made of it; a throw, a hang and a stop are failures like any other. */
  async function attempt(lane: Lane, row: DeliveryRow): Promise<Sent> {
    const done = new AbortController();
    const signal = AbortSignal.any([stopping.signal, done.signal]);
    try {
      const late = after(ATTEMPT_MS, signal).then((): Sent => ({ status: "retry", error: "no answer in time" }));
      return await Promise.race([lane.endpoint.send(row, signal), late]);
    } catch (error) {
      return { status: "retry", error: messageOf(error) };
    } finally {
      done.abort();
    }
  }

  async function record(lane: Lane, row: DeliveryRow, sent: Sent): Promise<void> {
    const { tenant, id } = row;
    countDelivery(row.endpoint, sent.status);
    if (sent.status === "sent") {
      await outbox.done(tenant, id, sent.ref);
      if (lane.circuit.succeeded()) await outbox.wake(lane.endpoint.id);
      return;
    }
    const now = clock.now();
    const about = {
      endpoint: row.endpoint,
      delivery: id,
      topic: row.topic,
      attempts: row.attempts + 1,
      reason: sent.error,
    };
    if (sent.status === "refused") {
      // The endpoint answered, so it is well: its circuit stays as it is.
      log.error(about, "a delivery was refused for good: it is a dead letter now");
      return outbox.dead(tenant, id, sent.error);
    }
    lane.circuit.failed(now);
    if (now - row.madeAt >= limits.deliverForMs) {
      countDelivery(row.endpoint, "dead");
      log.error(about, "a delivery failed for too long: it is a dead letter now");
      return outbox.dead(tenant, id, sent.error);
    }
    const wait = backoffMs(row.attempts + 1, limits.deliverBackoffMs, limits.deliverBackoffMsMax, random);
    log.warn(about, "a delivery failed and is tried again");
    await outbox.failed(tenant, id, sent.error, Math.max(wait, sent.afterMs ?? 0));
  }

  function start(row: DeliveryRow): boolean {
    const lane = lanes.get(row.endpoint);
    if (lane === undefined) return false;
    const work: Promise<void> = attempt(lane, row)
      .then((sent) => (stopping.signal.aborted && sent.status !== "sent" ? undefined : record(lane, row, sent)))
      // Not recorded: the lease runs out and it is delivered again, which at-least-once allows.
      .catch((error: unknown) =>
        log.warn({ error, delivery: row.id }, "the outcome of a delivery could not be recorded"),
      )
      .finally(() => lane.inFlight.delete(work));
    lane.inFlight.add(work);
    return true;
  }

  return {
    async tick() {
      if (stopping.signal.aborted) return 0;
      await spread();
      const now = clock.now();
      const rooms = [...lanes.values()]
        .map(({ endpoint, circuit, inFlight }) => ({ endpoint: endpoint.id, rows: circuit.room(now, inFlight.size) }))
        .filter(({ rows }) => rows > 0);
      if (rooms.length === 0) return 0;
      return (await outbox.due(limits.deliverLeaseMs, rooms)).filter(start).length;
    },
    async idle() {
      for (;;) {
        const all = [...lanes.values()].flatMap(({ inFlight }) => [...inFlight]);
        if (all.length === 0) return;
        await Promise.all(all);
      }
    },
    health: () =>
      [...lanes.values()].map(({ endpoint, circuit, inFlight }) => ({
        id: endpoint.id,
        circuit: circuit.state(clock.now()),
        failures: circuit.failures(),
        inFlight: inFlight.size,
      })),
    async stop() {
      stopping.abort();
      await Promise.all([...lanes.values()].flatMap(({ inFlight }) => [...inFlight]));
    },
  };
}
