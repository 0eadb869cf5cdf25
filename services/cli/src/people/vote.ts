// vote.ts — `holdpoint approve` and `deny`: a vote on the card that was just shown, and on no other

import { type AccessOptions, openApi } from "../api.ts";
import { writeOut } from "../output.ts";
import { ask, saysYes } from "../prompt.ts";
import { cardText } from "./inbox.ts";

export interface VoteOptions extends AccessOptions {
  reason?: string;
  yes?: boolean;
  card?: string;
}

/** Shows the card first. In a terminal it asks; elsewhere the command itself is the answer. */
export async function approve(id: string, options: VoteOptions): Promise<number> {
  const api = await openApi(options);
  const path = `/v1/approvals/${encodeURIComponent(id)}`;
  const { card, state } = await api.get(path);
  process.stderr.write(`${cardText(card)}\n`);
  if (card.truncated) throw new Error("the card is cut off: what cannot be shown cannot be approved");
  if (options.card !== undefined && options.card !== card.sha256)
    throw new Error(`the card is another one by now: ${card.sha256}`);
  if (!options.yes && process.stdin.isTTY) {
    if (!saysYes(await ask(state === "pending" ? "approve this? [y/N] " : `it is ${state}; vote anyway? [y/N] `))) {
      process.stderr.write("nothing was voted\n");
      return 2;
    }
  }
  const body = { vote: "approve", cardSha256: card.sha256, ...(options.reason ? { reason: options.reason } : {}) };
  const { approval } = await api.send("POST", `${path}/votes`, body);
  await writeOut(`${id} ${approval.state}\n`);
  return 0;
}

export async function deny(id: string, options: VoteOptions): Promise<number> {
  if (!options.reason) throw new Error('a denial needs a reason: --reason "…"');
  const api = await openApi(options);
  const body = { vote: "deny", reason: options.reason };
  const { approval } = await api.send("POST", `/v1/approvals/${encodeURIComponent(id)}/votes`, body);
  await writeOut(`${id} ${approval.state}\n`);
  return 0;
}
