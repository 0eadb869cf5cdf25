// refusals.ts — refused requests as events: the first of its kind at once, its like as a number

import type { Clock } from "@holdpoint/runtime/clock.ts";
import { createCounted } from "@holdpoint/runtime/counted.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import type { Store } from "@holdpoint/store/store.ts";
import type { Credential } from "@holdpoint/wire/access.ts";
import type { Actor } from "@holdpoint/wire/event.ts";

export const actorOf = ({ id: credential, person }: Credential): Actor => ({
  credential,
  ...(person !== undefined && { person }),
});

interface Refused {
  tenant: string;
  actionId?: string | undefined;
  type: string;
  actor: Actor;
  detail: Record<string, unknown>;
}

export interface Refusals {
  /**
   * Evidence without a version. The first of its kind is written at once; its like of the next ten seconds are one more
   * event with their number. Never throws: a refusal stays one when the evidence of it could not be written.
   * @param like what tells kinds apart, beside tenant, type and credential: of few values
   */
  note(refused: Refused, like: string): Promise<void>;
  /** Writes the counts that are still open. */
  flush(): Promise<void>;
}

const FLUSH_EVERY_MS = 30_000;

/** @param closing ends the look after counts that are still open; what is open then is the closer's to flush */
export function createRefusals(
  { store, clock, log }: { store: Pick<Store, "actions">; clock: Clock; log: Log },
  closing: AbortSignal,
): Refusals {
  const counted = createCounted<Refused>(clock, ({ tenant, actionId, type, actor, detail }, times) =>
    store.actions.note(tenant, actionId, type, actor, { ...detail, times }).then(
      () => undefined,
      (error: unknown) => log.error({ error, type, ...detail, times }, "a refusal was not recorded"),
    ),
  );
  const timer = setInterval(() => void counted.flush(), FLUSH_EVERY_MS).unref();
  closing.addEventListener("abort", () => clearInterval(timer), { once: true });
  return {
    note: (refused, like) =>
      counted.note(JSON.stringify([refused.tenant, refused.type, refused.actor.credential ?? "", like]), refused),
    flush: () => counted.flush(),
  };
}
