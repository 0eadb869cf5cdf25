// identity.ts — from an account on a channel to a person with roles; what is newer than the request does not count

import type { ChannelIdentity, RefusalCode } from "./channel.ts";
import type { KnownPerson, People } from "./ports.ts";

export type Identified = { status: "known"; person: KnownPerson } | { status: "refused"; code: RefusalCode };

/** When an action was proposed: its id is a UUIDv7, whose first 48 bits are ms since 1970. */
export const proposedAt = (actionId: string): number => Number.parseInt(actionId.slice(4, 17).replace("-", ""), 16);

/**
 * rulings §D3: accounts, roles and memberships that are newer than the action do not count. A bot or webhook is found
 * the same way: it is entered among the people as itself, and is one voter.
 */
export async function identify(
  people: People,
  tenant: string,
  { channel, id }: ChannelIdentity,
  actionId: string,
  onePerson: boolean,
): Promise<Identified> {
  const person = await people.byIdentity(tenant, channel, id);
  if (person === undefined) return { status: "refused", code: "unknown_person" };
  if (!onePerson && person.changedAt > proposedAt(actionId)) return { status: "refused", code: "too_new" };
  return { status: "known", person };
}
