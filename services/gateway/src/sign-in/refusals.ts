// refusals.ts — sign-ins that came to nothing, as evidence: anybody may cause one, so their like are counted

import type { Clock } from "@holdpoint/runtime/clock.ts";
import { type Counted, createCounted } from "@holdpoint/runtime/counted.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import type { Store } from "@holdpoint/store/store.ts";

export interface RefusedSignIn {
  code: string;
  reason: string;
  /** where the provider vouched for one */
  identity?: string;
}

const FLUSH_EVERY_MS = 30_000;

export interface SignInRefusals extends Pick<Counted<RefusedSignIn>, "flush"> {
  /** Never throws: a refusal stays one when the evidence of it could not be written. */
  note(refusal: RefusedSignIn): Promise<void>;
}

/** @param closing ends the look after counts that are still open; what is open then is the closer's to flush */
export function signInRefusals(
  tenant: string,
  { store, clock, log }: { store: Pick<Store, "actions">; clock: Clock; log: Log },
  closing: AbortSignal,
): SignInRefusals {
  const counted = createCounted<RefusedSignIn>(clock, async (refusal, times) => {
    await store.actions
      .note(tenant, undefined, "sign_in.refused", { channel: "oidc" }, { ...refusal, times })
      .catch((error: unknown) => log.error({ error, ...refusal, times }, "a refused sign-in was not recorded"));
  });
  const timer = setInterval(() => void counted.flush(), FLUSH_EVERY_MS).unref();
  closing.addEventListener("abort", () => clearInterval(timer), { once: true });
  return {
    // An identity is one real account of the provider: those are told apart.
    note: (refusal) => counted.note(`${refusal.code} ${refusal.reason} ${refusal.identity ?? ""}`, refusal),
    flush: () => counted.flush(),
  };
}
