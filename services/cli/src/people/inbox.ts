// inbox.ts — `holdpoint inbox`: what waits for a person, as a list; with an id, its card, exactly as it is voted on

import type { ApprovalAnswer } from "@holdpoint/client/answers.ts";
import type { Client } from "@holdpoint/client/client.ts";
import type { Card } from "@holdpoint/wire/approval.ts";
import { openClient } from "../api.ts";
import { writeOut } from "../output.ts";
import { harmless, paintFor, table } from "../terminal.ts";
import { gist, timeLeft } from "./gist.ts";
import { idOf } from "./ids.ts";
import { soFarText } from "./so-far-text.ts";
import { rowTexts } from "./tui/rows.ts";
import { everyOne, type InboxOptions } from "./waiting.ts";

/** Both ends are a terminal that can be drawn on; what is piped, or asked for as a list, stays a list. */
const isScreen = ({ json, list }: InboxOptions): boolean =>
  !json && !list && process.stdin.isTTY === true && process.stdout.isTTY === true && process.env["TERM"] !== "dumb";

const rowOf = ({ id, card, requirements, risk, state, expiresAt }: ApprovalAnswer, nowMs: number): string[] => [
  id,
  gist(card),
  requirements.map(({ role, quorum, votes }) => `${harmless(role)} ${votes}/${quorum}`).join(", "),
  String(risk.score),
  state === "pending" ? timeLeft(expiresAt, nowMs) : state,
];

/** The card is made of harmless text by its renderer; what a terminal could still take for a command is spelled out. */
export function cardText({ text }: Card, to: { isTTY?: boolean; columns?: number }): string {
  const lines = text.trimEnd().split("\n").map(harmless);
  // A terminal cuts a long line where it likes: what goes on then looks like a line of its own.
  return (to.isTTY && to.columns ? rowTexts(lines, to.columns) : lines).join("\n");
}

async function showOne(client: Client, id: string, json: boolean): Promise<void> {
  const approval = await client.approval(idOf("apr", id));
  if (json) return writeOut(`${JSON.stringify(approval)}\n`);
  const how =
    approval.state === "pending"
      ? `holdpoint approve ${id}\nholdpoint deny ${id} --reason "…"\nholdpoint ask ${id} "…"`
      : "";
  const told = [soFarText(approval), ...(how === "" ? [] : [paintFor(process.stdout).dim(how)])].join("\n");
  await writeOut(`${cardText(approval.card, process.stdout)}\n\n${told}\n`);
}

export async function inbox(id: string | undefined, options: InboxOptions): Promise<number> {
  if (id === undefined && isScreen(options)) return (await import("./tui/run.ts")).runInbox(options);
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
