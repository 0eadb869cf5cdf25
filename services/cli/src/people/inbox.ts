// inbox.ts — `holdpoint inbox`: what waits for a person, as a list; with an id, its card, exactly as it is voted on

import type { ApprovalAnswer } from "@holdpoint/client/answers.ts";
import type { Client } from "@holdpoint/client/client.ts";
import type { Card } from "@holdpoint/wire/approval.ts";
import { type AccessOptions, openClient } from "../api.ts";
import { writeOut } from "../output.ts";
import { cut, harmless, paintFor, table } from "../terminal.ts";

export interface InboxOptions extends AccessOptions {
  json?: boolean;
  role?: string;
  all?: boolean;
}

/** "in 42 min": what matters is how long there is left. */
export function timeLeft(expiresAt: string, nowMs: number): string {
  const seconds = Math.round((Date.parse(expiresAt) - nowMs) / 1_000);
  if (seconds <= 0) return "over";
  if (seconds < 120) return `in ${seconds} s`;
  return seconds < 7_200 ? `in ${Math.round(seconds / 60)} min` : `in ${Math.round(seconds / 3_600)} h`;
}

/** The first of the card's lines about the tool's arguments; the whole card is one command away. */
function gist({ text }: Card): string {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.startsWith("ARGUMENTS"));
  const [first = ""] = lines.slice(from + 1).filter((line) => line.trim() !== "");
  return cut(harmless(first.trim()), 60);
}

const rowOf = ({ id, card, requirements, risk, state, expiresAt }: ApprovalAnswer, nowMs: number): string[] => [
  id,
  gist(card),
  requirements.map(({ role, quorum, votes }) => `${harmless(role)} ${votes}/${quorum}`).join(", "),
  String(risk.score),
  state === "pending" ? timeLeft(expiresAt, nowMs) : state,
];

/** The card is made of harmless text by its renderer; what a terminal could still take for a command is spelled out. */
export const cardText = ({ text }: Card): string => text.trimEnd().split("\n").map(harmless).join("\n");

async function showOne(client: Client, id: string, json: boolean): Promise<void> {
  const approval = await client.approval(id);
  if (json) return writeOut(`${JSON.stringify(approval)}\n`);
  const how =
    approval.state === "pending"
      ? `holdpoint approve ${id}\nholdpoint deny ${id} --reason "…"`
      : `it is ${approval.state}`;
  await writeOut(`${cardText(approval.card)}\n\n${paintFor(process.stdout).dim(how)}\n`);
}

async function everyOne(client: Client, options: InboxOptions): Promise<ApprovalAnswer[]> {
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

export async function inbox(id: string | undefined, options: InboxOptions): Promise<number> {
  const client = await openClient(options);
  if (id !== undefined) {
    await showOne(client, id, options.json === true);
    return 0;
  }
  const items = await everyOne(client, options);
  if (options.json) await writeOut(items.map((item) => `${JSON.stringify(item)}\n`).join(""));
  else if (items.length === 0) await writeOut("nothing waits for you\n");
  else {
    const paint = paintFor(process.stdout);
    const rows = items.map((item) => rowOf(item, Date.now()));
    const hint = paint.dim("holdpoint inbox <id> shows the card");
    await writeOut(`${table(["id", "what", "needs", "risk", "expires"], rows, paint)}\n${hint}\n`);
  }
  return 0;
}
