// inbox.ts — `holdpoint inbox`: what waits for a person, as a list; with an id, its card, exactly as it is voted on

import { type AccessOptions, type Body, openApi } from "../api.ts";
import { writeOut } from "../output.ts";
import { harmless, paintFor, table } from "../terminal.ts";

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

/** The card's own lines about the tool's arguments; the whole card is one command away. */
function gist(card: Body): string {
  const lines = String(card?.text ?? "").split("\n");
  const from = lines.findIndex((line) => line.startsWith("ARGUMENTS"));
  const part = lines.slice(from + 1).filter((line) => line.trim() !== "");
  return harmless(part[0]?.trim() ?? "").slice(0, 60);
}

const rowOf = (item: Body, nowMs: number): string[] => [
  String(item.id),
  gist(item.card),
  (item.requirements ?? [{ role: item.role, quorum: item.quorum, votes: item.votes?.length ?? 0 }])
    .map((each: Body) => `${harmless(each.role)} ${each.votes}/${each.quorum}`)
    .join(", "),
  String(item.risk?.score ?? ""),
  item.state === "pending" ? timeLeft(item.expiresAt, nowMs) : String(item.state),
];

/** The card is made of harmless text by its renderer; what a terminal could still take for a command is spelled out. */
export const cardText = (card: Body): string =>
  String(card?.text ?? "")
    .split("\n")
    .map(harmless)
    .join("\n");

export async function inbox(id: string | undefined, options: InboxOptions): Promise<number> {
  const api = await openApi(options);
  const paint = paintFor(process.stdout);
  if (id !== undefined) {
    const approval = await api.get(`/v1/approvals/${encodeURIComponent(id)}`);
    if (options.json) await writeOut(`${JSON.stringify(approval)}\n`);
    else {
      const how = `holdpoint approve ${id}\nholdpoint deny ${id} --reason "…"`;
      await writeOut(
        `${cardText(approval.card)}\n${approval.state === "pending" ? paint.dim(how) : `it is ${approval.state}`}\n`,
      );
    }
    return 0;
  }
  const query = new URLSearchParams({
    ...(options.all ? {} : { state: "pending" }),
    ...(options.role ? { role: options.role } : {}),
  });
  const items: Body[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    if (cursor) query.set("cursor", cursor);
    const page = await api.get(`/v1/approvals?${query}`);
    items.push(...page.items);
    cursor = page.next;
  }
  if (options.json) await writeOut(items.map((item) => `${JSON.stringify(item)}\n`).join(""));
  else if (items.length === 0) await writeOut("nothing waits for you\n");
  else
    await writeOut(
      `${table(
        ["id", "what", "needs", "risk", "expires"],
        items.map((item) => rowOf(item, Date.now())),
        paint,
      )}\n${paint.dim("holdpoint inbox <id> shows the card")}\n`,
    );
  return 0;
}
