// waiting.ts — everything that waits for a person, and which part of it was asked for

import type { ApprovalAnswer } from "@holdpoint/client/answers.ts";
import type { Client } from "@holdpoint/client/client.ts";
import type { AccessOptions } from "../gateway-url.ts";

export interface InboxOptions extends AccessOptions {
  json?: boolean;
  role?: string;
  all?: boolean;
  /** the list once, and not the live screen */
  list?: boolean;
}

/** All pages of the list. */
export async function everyOne(client: Client, options: Pick<InboxOptions, "role" | "all">): Promise<ApprovalAnswer[]> {
  const filter = {
    ...(options.all ? {} : { state: "pending" as const }),
    ...(options.role ? { role: options.role } : {}),
  };
  const items: ApprovalAnswer[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.approvals({ ...filter, ...(cursor === undefined ? {} : { cursor }) });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return items;
}
