// answer.ts — the held action: its card, the three ways to answer, and the wait until somebody did

import type { ActionAnswer } from "@holdpoint/client/answers.ts";
import { createClient } from "@holdpoint/client/client.ts";
import { cardText } from "../people/inbox.ts";
import { ask, saysYes } from "../prompt.ts";
import type { Paint } from "../terminal.ts";
import type { Agent } from "./agent.ts";

export interface HeldDeps {
  url: string;
  approverKey: string;
  agent: Agent;
  /** `ask` a person; or answer by ourselves: yes where CI plays the script, no where the script expected no question */
  how: "ask" | "yes" | "no";
  paint: Paint;
  say(text: string): void;
}

/** A person at a terminal is waited for longer than a pipe that nobody reads. */
const patienceMs = { terminal: 600_000, pipe: 120_000 } as const;

function ways({ url, approverKey, paint }: HeldDeps, id: string, sha256: string): string {
  const set = `HOLDPOINT_URL=${url} HOLDPOINT_KEY=${approverKey}`;
  return [
    `${paint.bold("Three ways to answer")} (as the approver, in any order, once):`,
    `  ${paint.cyan("1")}  right here: ${paint.bold("y")} or ${paint.bold("n")}`,
    `  ${paint.cyan("2")}  in another terminal:`,
    `     ${set} npm run -s holdpoint -- approve ${id}`,
    `  ${paint.cyan("3")}  by HTTP:`,
    `     curl -X POST ${url}/v1/approvals/${id}/votes -H 'authorization: Bearer ${approverKey}' \\`,
    `       -H 'content-type: application/json' -d '{"vote":"approve","cardSha256":"${sha256}"}'`,
    "",
  ].join("\n");
}

/** Stays with the action, whoever answers it; undefined when nobody did. */
async function whenSettled(agent: Agent, actionId: string, untilMs: number): Promise<ActionAnswer | undefined> {
  for (;;) {
    const left = untilMs - performance.now();
    if (left <= 0) return undefined;
    const answer = await agent.settled(actionId, Math.ceil(Math.min(left, 20_000)));
    if (answer.state !== "held") return answer;
  }
}

/** Shows the card, waits for the answer, and says what the action became. */
export async function answered(actionId: string, approvalId: string, deps: HeldDeps): Promise<ActionAnswer> {
  const { agent, paint, say } = deps;
  const approver = createClient({ url: deps.url, key: deps.approverKey });
  const { card } = await approver.approval(approvalId);
  say(`\n${paint.yellow("┌─ a person must answer; this is what they see")}\n`);
  const room = { isTTY: process.stdout.isTTY, columns: (process.stdout.columns || 80) - "│ ".length };
  for (const line of cardText(card, room).split("\n")) say(`${paint.yellow("│")} ${line}\n`);
  say(`${paint.yellow("└─")}\n\n`);
  const vote = (yes: boolean) =>
    approver.vote(approvalId, yes ? { vote: "approve", cardSha256: card.sha256 } : { vote: "deny", reason: "not now" });
  if (deps.how !== "ask") {
    const why = deps.how === "yes" ? "--yes: the demo answers yes by itself" : "not in the script: the demo answers no";
    say(`${paint.dim(`${why}, with the approver's key`)}\n`);
    await vote(deps.how === "yes");
  } else say(ways(deps, approvalId, card.sha256));

  const terminal = process.stdin.isTTY === true;
  const settled = whenSettled(agent, actionId, performance.now() + patienceMs[terminal ? "terminal" : "pipe"]);
  if (deps.how === "ask" && terminal) {
    const elsewhere = new AbortController();
    const stopAsking = () => elsewhere.abort();
    settled.then(stopAsking, stopAsking);
    const typed = await ask("may it run? [y/n] ", elsewhere.signal);
    if (typed !== undefined && !elsewhere.signal.aborted) await vote(saysYes(typed));
    else say("\n");
  }
  const answer = await settled;
  if (answer === undefined) throw new Error("nobody answered: the migration did not run (`--yes` answers by itself)");
  return answer;
}
