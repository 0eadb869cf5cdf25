// person-page.ts — a request as one signed-in person may see and answer it: buttons that are good for that person only

import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { ApprovalDelivery, Channel, ChannelIdentity } from "./channel.ts";
import { type ComposeDeps, deliveryOf } from "./compose.ts";
import { identify } from "./identity.ts";
import type { People } from "./ports.ts";

export interface PersonPageDeps {
  compose: ComposeDeps;
  people: People;
  onePerson: boolean;
  clock: Clock;
}

/** Undefined where the request or the person is unknown: a stranger learns not even that it exists. */
export const personPage =
  ({ compose, people, onePerson, clock }: PersonPageDeps) =>
  async (channel: Channel, approvalId: string, who: ChannelIdentity): Promise<ApprovalDelivery | undefined> => {
    const { tenant } = channel;
    const approval = await compose.approvals.get(tenant, approvalId);
    if (approval === undefined) return undefined;
    const known = await identify(people, tenant, who, approval.actionId, onePerson);
    if (known.status === "refused") return undefined;
    const sending = { id: "page", tenant, topic: "approval.opened", at: new Date(clock.now()).toISOString() };
    return deliveryOf(approval, channel, compose, sending, known.person.id);
  };
