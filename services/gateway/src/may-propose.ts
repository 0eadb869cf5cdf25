// may-propose.ts — whether a key may propose this at all: for that agent, and for that place

import type { Credential } from "@holdpoint/wire/access.ts";
import type { Proposal } from "@holdpoint/wire/action.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { speaksFor } from "./auth.ts";
import type { Gateway } from "./parts.ts";
import { isForAnother } from "./pins.ts";
import { refuse as refuseTo } from "./refused.ts";

/** Where the caller said it: AuthZEN has other names. */
const PLACES = { agent: "/principal/agent", audience: "/audience" };

/** Throws `forbidden` that names the place; the refusal is noted. */
export async function mayPropose(
  gateway: Gateway,
  credential: Credential,
  { tool, audience, principal: { agent } }: Proposal,
  places: typeof PLACES = PLACES,
): Promise<void> {
  const refuse = (why: string, at: string, said: object) =>
    refuseTo(
      gateway,
      credential,
      { type: "propose.refused", detail: { tool, ...said } },
      new Fault("forbidden", why, { at }),
    );
  if (!speaksFor(credential, agent)) await refuse(`this key may not speak for \`${agent}\``, places.agent, { agent });
  if (isForAnother(credential.attests, audience))
    await refuse(`this key is for \`${credential.attests.audience}\` and no other place`, places.audience, {
      agent,
      audience,
    });
}
