// voters.ts — people who answer some of what is parked, and write down which of their answers were acknowledged

import type { Client } from "./http.ts";
import type { Ledger } from "./load.ts";

interface Inbox {
  items: { id: string; actionId: string; card: { sha256: string } }[];
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const PER_LOOK = 20;
const LOOK_MS = 400;

/** Answers the newest questions until `more()` is false: two of three with yes, the others with no. */
export async function vote(
  { client, key, random, more }: { client: Client; key: string; random: () => number; more: () => boolean },
  ledger: Ledger,
): Promise<void> {
  const answer = async ({ id, actionId, card }: Inbox["items"][number]) => {
    const body =
      random() < 0.67 ? { vote: "approve", cardSha256: card.sha256 } : { vote: "deny", reason: "not in this run" };
    const voted = await client.call("POST", `/v1/approvals/${id}/votes`, { key, body });
    if (voted?.status === 200) ledger.votes.push({ approvalId: id, actionId });
  };
  while (more()) {
    const inbox = await client.call("GET", `/v1/approvals?state=pending&limit=${PER_LOOK}`, { key });
    if (inbox?.status === 200) await Promise.all((inbox.body as unknown as Inbox).items.map(answer));
    await pause(LOOK_MS);
  }
}
