// identity.ts — from an account on a channel to a person with roles; what is newer than the request does not count

import { uuidTime } from "@holdpoint/core/escalation/uuid-time.ts";
import type { ChannelIdentity, RefusalCode } from "./channel.ts";
import type { KnownPerson, People } from "./ports.ts";

export type Identified = { status: "known"; person: KnownPerson } | { status: "refused"; code: RefusalCode };

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
  if (!onePerson && person.changedAt > uuidTime(actionId)) return { status: "refused", code: "too_new" };
  return { status: "known", person };
}
