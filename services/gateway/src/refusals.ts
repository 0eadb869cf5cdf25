// refusals.ts — refused requests are evidence too (rulings §F): noted beside the answer, never instead of it

import type { Credential } from "@holdpoint/wire/access.ts";
import type { Actor } from "@holdpoint/wire/event.ts";
import type { Gateway } from "./parts.ts";

export const actorOf = ({ id, person }: Credential): Actor => ({
  credential: id,
  ...(person !== undefined && { person }),
});

/** Records an event without a version. A store that cannot take it changes nothing about the refusal. */
export async function noteRefusal(
  { store, log }: Gateway,
  credential: Credential,
  actionId: string | undefined,
  type: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await store.actions.note(credential.tenant, actionId, type, actorOf(credential), detail).catch((error: unknown) => {
    log.warn({ error, type, actionId }, "a refusal was not recorded");
  });
}
