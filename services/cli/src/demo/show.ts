// show.ts — how the demo looks: a line a step while it happens, then the table of what was decided and why

import { cut, effectWord, harmless, type Paint, padEnd, table } from "../terminal.ts";
import type { Step } from "./script.ts";

export interface Result {
  step: Step;
  effect: string;
  outcome: string;
  /** what really happened */
  happened: string;
  rule: string;
  reason: string;
  risk: number;
  ms: number;
  asScripted: boolean;
}

const MARKS: Readonly<Record<string, string>> = { allow: "✓", ask: "?", deny: "✗" };
const columns = (): number => Math.max(80, Math.min(process.stdout.columns ?? 120, 160));

export const title = (paint: Paint): string =>
  `\n${paint.bold("Holdpoint")} decides what an agent may do. Below, a scripted agent works in a scratch project:\nwhat is allowed really runs, what is denied does not, and one step waits for you.\n\n`;

export const stepLine = (number: number, step: Step, paint: Paint): string =>
  `${paint.dim(String(number).padStart(2))}  ${padEnd(cut(harmless(step.shown), 46), 46)} `;

export function resultLine({ effect, happened, ms, asScripted }: Result, paint: Paint): string {
  const mark = `${MARKS[effect] ?? " "} ${effectWord(effect, paint)}`;
  const surprise = asScripted ? "" : paint.red("  not as scripted");
  return `${padEnd(mark, 8)} ${harmless(happened)} ${paint.dim(`${ms.toFixed(0)} ms`)}${surprise}\n`;
}

export function resultTable(results: readonly Result[], paint: Paint): string {
  const room = columns();
  const rows = results.map((one, index) => [
    paint.dim(String(index + 1)),
    cut(harmless(one.step.shown), Math.floor(room * 0.24)),
    effectWord(one.outcome === "require_approval" ? "ask" : one.effect, paint),
    cut(harmless(one.happened), Math.floor(room * 0.18)),
    cut(harmless(one.rule), 26),
    cut(harmless(one.reason), Math.floor(room * 0.26)),
    String(one.risk),
    one.ms.toFixed(0),
  ]);
  return `\n${table(["", "action", "outcome", "what happened", "rule", "reason", "risk", "ms"], rows, paint)}\n`;
}

export const proofLine = (holds: boolean, text: string, paint: Paint): string =>
  `  ${holds ? paint.green("✓") : paint.red("✗")} ${text}\n`;

export const next = (paint: Paint): string => `
${paint.bold("Where to look next")}
  npm run -s holdpoint -- up                            the same, to stay: gateway, workers, Postgres
  npm run -s holdpoint -- check Bash '{"command":"…"}'  what a call would meet, without a server
  npm run -s holdpoint -- hook claude-code --print-settings   let a coding agent ask before it acts
  npm run -s holdpoint -- doctor                        what works on this machine
  README.md, ARCHITECTURE.md                            how, and why
`;
