// vote.ts — `holdpoint approve` and `deny`: a vote on the card that was just shown, and on no other

import { settledWords } from "@holdpoint/core/escalation/settled-words.ts";
import { JsonObject } from "@holdpoint/wire/action.ts";
import type { VoteRequest } from "@holdpoint/wire/approval.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { parseStrictJson } from "@holdpoint/wire/strict-json.ts";
import { openClient } from "../api.ts";
import type { AccessOptions } from "../gateway-url.ts";
import { writeOut } from "../output.ts";
import { ask, saysYes } from "../prompt.ts";
import { harmless } from "../terminal.ts";
import { idOf } from "./ids.ts";
import { cardText } from "./inbox.ts";
import { soFarText } from "./so-far-text.ts";
import { untilOf } from "./until.ts";

export interface VoteOptions extends AccessOptions {
  reason?: string;
  yes?: boolean;
  card?: string;
  /** the next ones of the same call too: `session`, `3` (times), `2h` or a time */
  next?: string;
  /** arguments instead of those on the card, as JSON */
  edit?: string;
}

function argsOf(edit: string): NonNullable<VoteRequest["editedArgs"]> {
  try {
    return JsonObject.parse(parseStrictJson(edit));
  } catch (error) {
    throw new Error(`--edit: expected the arguments as a JSON object, such as '{"command":"ls"}'`, { cause: error });
  }
}

/** What is asked in a terminal: the whole of what the answer does. */
function questionOf({ next, edit }: VoteOptions): string {
  if (edit !== undefined) return `end this, and have ${harmless(edit)} judged in its place? [y/N] `;
  return next === undefined
    ? "approve this? [y/N] "
    : `approve this, and the next ones of it (${harmless(next)})? [y/N] `;
}

/** Whether the call may be approved in advance, and for how long at most, is the gateway's to say. */
function standingOf(next: string): VoteRequest["standing"] {
  if (next === "session") return { scope: "session" };
  if (!/^\d+$/.test(next))
    return { scope: "until", until: untilOf("--next", next, Date.now(), "`session`, a number of times") };
  const times = Number(next);
  if (times < 1 || times > limits.standingTimesMax)
    throw new Error(`--next: expected 1 to ${limits.standingTimesMax} times, got \`${next}\``);
  return { scope: "times", times };
}

/** What a yes holds beside the card. Throws for what is neither. */
function more({ reason, next, edit }: VoteOptions): Partial<VoteRequest> {
  if (next !== undefined && edit !== undefined)
    throw new Error("--next and --edit: an edit is judged anew, and grants nothing by itself; give one of them");
  return {
    ...(reason && { reason }),
    ...(next !== undefined && { standing: standingOf(next) }),
    ...(edit !== undefined && { editedArgs: argsOf(edit) }),
  };
}

/** An id of an approval, or a word about what it is instead. */
const approvalId = (given: string): string => idOf("apr", given);

/** Shows the card first. In a terminal it asks; elsewhere the command itself is the answer. */
export async function approve(id: string, options: VoteOptions): Promise<number> {
  const given = more(options);
  const client = await openClient(options);
  const approvalNow = await client.approval(approvalId(id));
  const { card } = approvalNow;
  const ended = settledWords(approvalNow);
  if (ended !== undefined) throw new Error(ended);
  process.stderr.write(`${cardText(card, process.stderr)}\n\n${soFarText(approvalNow)}\n\n`);
  if (card.truncated) throw new Error("the card is cut off: what cannot be shown cannot be approved");
  if (options.card !== undefined && options.card !== card.sha256)
    throw new Error(`the card is another one by now: ${card.sha256}`);
  if (!options.yes && process.stdin.isTTY && !saysYes(await ask(questionOf(options)))) {
    process.stderr.write("nothing was voted\n");
    return 2;
  }
  const { approval, editedActionId } = await client.vote(id, { vote: "approve", cardSha256: card.sha256, ...given });
  const instead = editedActionId === undefined ? "" : `: ${editedActionId} is judged in its place`;
  await writeOut(`${id} ${approval.state}${instead}\n`);
  if (approval.state === "pending") process.stderr.write(`your yes is counted; ${soFarText(approval)}\n`);
  return 0;
}

export async function deny(id: string, options: VoteOptions): Promise<number> {
  if (!options.reason?.trim()) throw new Error('a denial needs a reason: --reason "…"');
  const client = await openClient(options);
  const { approval } = await client.vote(approvalId(id), { vote: "deny", reason: options.reason });
  await writeOut(`${id} ${approval.state}\n`);
  return 0;
}
