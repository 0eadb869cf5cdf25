// ntfy.ts — a push notification that somebody should look; it carries no content and no way to answer

import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { Outbound } from "@holdpoint/runtime/outbound.ts";
import type { Channel } from "../channel.ts";
import { sentBy } from "../http-sent.ts";
import { alertLine, headline, particulars } from "../words.ts";

export interface NtfyConfig {
  id: string;
  tenant: string;
  /** base address of the server; messages are published as JSON to its root */
  url: string;
  topic: string;
  token?: string;
}

// ntfy's own scale: 1 is the least, 5 the most urgent.
const priorityOf = (risk: number): number => (risk >= 70 ? 5 : risk >= 40 ? 4 : 3);

export function ntfy(config: NtfyConfig, deps: { outbound: Outbound; clock: Clock }): Channel {
  return {
    id: config.id,
    tenant: config.tenant,
    kind: "notify-only",
    shows: () => false,
    async send(delivery, signal) {
      const message =
        delivery.kind === "alert"
          ? { title: "Holdpoint alert", message: alertLine(delivery), priority: 4, tags: ["warning"] }
          : {
              title: headline(delivery),
              message: particulars(delivery),
              priority: delivery.approval.state === "pending" ? priorityOf(delivery.approval.risk.score) : 2,
              tags: [delivery.approval.state === "pending" ? "raised_hand" : "ballot_box_with_check"],
            };
      const answer = await deps.outbound.send({
        url: config.url,
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(config.token === undefined ? {} : { authorization: `Bearer ${config.token}` }),
        },
        body: JSON.stringify({ topic: config.topic, click: delivery.link, ...message }),
        signal,
      });
      return sentBy(answer, deps.clock);
    },
  };
}
