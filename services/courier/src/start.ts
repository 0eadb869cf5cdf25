// start.ts — the courier put together: channels, deliveries in their lanes, and the door for answers

import { setTimeout as sleep } from "node:timers/promises";
import { resumeOf } from "@holdpoint/engine/dispatch.ts";
import { loop } from "@holdpoint/engine/loop.ts";
import type { Queue } from "@holdpoint/queue/types.ts";
import { type Clock, systemClock } from "@holdpoint/runtime/clock.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { createOutbound } from "@holdpoint/runtime/outbound.ts";
import type { Store } from "@holdpoint/store/store.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { createAnswers } from "./answers.ts";
import type { ComposeDeps } from "./compose.ts";
import type { CourierConfig } from "./config.ts";
import { createDeliverer, type EndpointHealth } from "./deliver.ts";
import { endpointOf } from "./endpoints.ts";
import { startInbound } from "./inbound.ts";
import { createNonces, nonceKey } from "./nonces.ts";
import { openChannels } from "./open-channels.ts";
import { personPage } from "./person-page.ts";
import type { People } from "./ports.ts";
import { createRefusals } from "./refusals.ts";
import { signInByStore } from "./sign-in.ts";
import { votesByStore } from "./votes.ts";

export interface CourierParts {
  store: Store;
  /** without it votes are found by the reconciler */
  queue?: Queue;
  masterKey: Buffer;
  config: CourierConfig;
  /** PEM, where the configuration names a file */
  ca?: string;
  env: Readonly<Record<string, string | undefined>>;
  onePerson: boolean;
  port: number;
  host: string;
  clock?: Clock;
  log: Log;
}
export interface RunningCourier {
  url: string;
  health(): EndpointHealth[];
  close(): Promise<void>;
}

const KEEP_MS = 30 * 86_400_000;
const PRUNE_EVERY_MS = 3_600_000;
const PRUNE_ROWS = 10_000;
const FLUSH_EVERY_MS = 10_000;

const after = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);

const peopleOf = (store: Store): People => ({
  async byIdentity(tenant, channel, id) {
    const person = await store.people.byIdentity(tenant, channel, id);
    return person && { id: person.id, roles: person.roles, changedAt: Date.parse(person.changedAt) };
  },
});

export async function startCourier(parts: CourierParts): Promise<RunningCourier> {
  const { store, queue, config, log, onePerson, clock = systemClock } = parts;
  const nonces = createNonces([nonceKey(parts.masterKey)], store.usedNonces);
  const compose: ComposeDeps = {
    approvals: store.approvals,
    nonces,
    publicUrl: config.publicUrl,
    signInRoles: config.signInRoles,
  };
  const people = peopleOf(store);
  const open = await openChannels(config, {
    outbound: createOutbound({ allow: config.outbound.allow, ...(parts.ca === undefined ? {} : { ca: parts.ca }) }),
    clock,
    log,
    env: parts.env,
    ...(config.signIn && { signIn: signInByStore(store, config.publicUrl) }),
    page: personPage({ compose, people, onePerson, clock }),
  });
  const refusals = createRefusals({ evidence: store.actions, clock, log });
  const answers = createAnswers({
    channels: open.map(({ channel }) => channel),
    approvals: store.approvals,
    nonces,
    people,
    votes: votesByStore({
      store,
      onePerson,
      log,
      resume: async (row, approvalId) => queue?.send("escalation", [resumeOf(row, approvalId, row.trace, clock.now())]),
    }),
    refusals,
    signInRoles: config.signInRoles,
    onePerson,
    clock,
    log,
  });
  const deliverer = createDeliverer({
    outbox: store.deliveries,
    endpoints: open.map(({ channel, interest }) =>
      endpointOf(channel, interest, { ...compose, outbox: store.deliveries }),
    ),
    clock,
    random: Math.random,
    after,
    log,
  });
  const inbound = await startInbound(
    { port: parts.port, host: parts.host },
    { answers, ready: () => store.ready(), log },
  );
  const loops = [
    loop("deliver", limits.deliverPollMs, log, () => deliverer.tick()),
    loop("refusals", FLUSH_EVERY_MS, log, () => refusals.flush()),
    loop("prune", PRUNE_EVERY_MS, log, () => store.deliveries.prune(KEEP_MS, PRUNE_ROWS)),
  ];
  // Whatever is settled may have opened or ended a request: look at once instead of at the next turn.
  const unlisten = await store.listen(({ kind }) => kind === "settled" && loops[0]?.now());
  log.info({ channels: open.map(({ channel }) => channel.id), url: inbound.url }, "courier");
  return {
    url: inbound.url,
    health: deliverer.health,
    async close() {
      await unlisten();
      await Promise.all([inbound.close(), ...loops.map((each) => each.stop())]);
      await deliverer.stop();
      await refusals.flush();
    },
  };
}
