// vote.ts — `holdpoint approve` and `deny`: a vote on the card that was just shown, and on no other

import { settledWords } from "@holdpoint/core/escalation/settled-words.ts";
import { openClient } from "../api.ts";
import type { AccessOptions } from "../gateway-url.ts";
import { writeOut } from "../output.ts";
import { ask, saysYes } from "../prompt.ts";
import { cardText } from "./inbox.ts";
import { soFarText } from "./so-far-text.ts";

export interface VoteOptions extends AccessOptions {
  reason?: string;
  yes?: boolean;
  card?: string;
}

/** Shows the card first. In a terminal it asks; elsewhere the command itself is the answer. */
export async function approve(id: string, options: VoteOptions): Promise<number> {
  const client = await openClient(options);
  const approvalNow = await client.approval(id);
  const { card } = approvalNow;
  const ended = settledWords(approvalNow);
  if (ended !== undefined) throw new Error(ended);
  process.stderr.write(`${cardText(card, process.stderr)}\n\n${soFarText(approvalNow)}\n\n`);
  if (card.truncated) throw new Error("the card is cut off: what cannot be shown cannot be approved");
  if (options.card !== undefined && options.card !== card.sha256)
    throw new Error(`the card is another one by now: ${card.sha256}`);
  if (!options.yes && process.stdin.isTTY && !saysYes(await ask("approve this? [y/N] "))) {
    process.stderr.write("nothing was voted\n");
    return 2;
  }
  const reason = options.reason ? { reason: options.reason } : {};
  const { approval } = await client.vote(id, { vote: "approve", cardSha256: card.sha256, ...reason });
  await writeOut(`${id} ${approval.state}\n`);
  if (approval.state === "pending") process.stderr.write(`your yes is counted; ${soFarText(approval)}\n`);
  return 0;
}

export async function deny(id: string, options: VoteOptions): Promise<number> {
  if (!options.reason) throw new Error('a denial needs a reason: --reason "…"');
  const client = await openClient(options);
  const { approval } = await client.vote(id, { vote: "deny", reason: options.reason });
  await writeOut(`${id} ${approval.state}\n`);
  return 0;
}
