// endpoints.ts — a configured channel as a place to deliver to: new messages, and updates of those that were sent before

import type { DeliveryRow } from "@holdpoint/store/store.ts";
import type { Channel, Sent } from "./channel.ts";
import { ApprovalPayload, type ComposeDeps, compose } from "./compose.ts";
import type { Endpoint } from "./deliver.ts";
import type { Outbox } from "./ports.ts";

export interface Interest {
  topics: readonly string[];
  /** only requests that one of these roles may answer; all when empty */
  roles: readonly string[];
}

export interface EndpointDeps extends ComposeDeps {
  outbox: Outbox;
}

/** What is told anew instead of changing what was told before: a message that was overlooked helps nobody. */
const NEW_MESSAGE: ReadonlySet<string> = new Set(["approval.opened", "approval.chain", "approval.reminder"]);

/** What a whole set of updates came to: all sent, or the worst of it. */
function together(results: readonly Sent[]): Sent {
  const bad = results.find(({ status }) => status === "retry") ?? results.find(({ status }) => status === "refused");
  return bad ?? { status: "sent" };
}

export function endpointOf(channel: Channel, interest: Interest, deps: EndpointDeps): Endpoint {
  async function send(row: DeliveryRow, signal: AbortSignal): Promise<Sent> {
    const delivery = await compose(row, channel, deps);
    if (delivery === undefined) return { status: "refused", error: "what it is about is not there" };
    const { update } = channel;
    if (delivery.kind === "alert" || NEW_MESSAGE.has(row.topic) || update === undefined) {
      return channel.send(delivery, signal);
    }
    // Everything that follows an opened request changes its message; one that never got there has nothing to change.
    const refs = await deps.outbox.refs(row.tenant, channel.id, delivery.approval.id);
    return together(await Promise.all(refs.map((ref) => update(delivery, ref, signal))));
  }
  return {
    id: channel.id,
    send,
    async wants({ tenant, topic, payload }) {
      if (tenant !== channel.tenant || !interest.topics.includes(topic)) return false;
      if (interest.roles.length === 0 || topic === "alert") return true;
      const about = ApprovalPayload.safeParse(payload);
      const { roles } = about.success ? about.data : {};
      if (roles !== undefined) return roles.some((role) => interest.roles.includes(role));
      const approval = about.success ? await deps.approvals.get(tenant, about.data.approvalId) : undefined;
      return approval?.requirements.some(({ role }) => interest.roles.includes(role)) ?? false;
    },
  };
}
