// command.ts — `holdpoint check`: the decision of the pure core, without a server, as text, JSON or an exit code

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { decide } from "@holdpoint/core/decide.ts";
import { decisionAlone } from "@holdpoint/core/decision.ts";
import { builtinCheckers } from "@holdpoint/core/safety/builtin.ts";
import type { Checker } from "@holdpoint/core/safety/checker.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { parseStrictJson } from "@holdpoint/wire/strict-json.ts";
import { EXIT } from "../failure.ts";
import { writeOut } from "../output.ts";
import { batch } from "./batch.ts";
import { type PolicyOptions, policySet } from "./policy.ts";
import { addedCheckers } from "./remote.ts";
import { actionOf, isRow, PLACE } from "./row.ts";
import { verdictText } from "./text.ts";

export interface CheckOptions extends PolicyOptions {
  cwd?: string;
  home?: string;
  json?: boolean;
  batch?: string;
  without?: string[];
  trace?: boolean;
}

/** `-` reads the arguments from stdin; a text that is no JSON object of a shell tool is its command. */
function argsOf(text: string | undefined) {
  const given = text === "-" ? readFileSync(0, "utf8") : (text ?? "{}");
  const args = parseStrictJson(given);
  if (!isRow(args)) throw new Fault("invalid", "expected the arguments to be a JSON object");
  return args;
}

/** rulings §B12: a checker that cannot be called here must not look as if it had found nothing. Returns those that can. */
async function checkersHere(without: readonly string[]): Promise<readonly Checker[]> {
  const builtin = without.find((id) => builtinCheckers.some((checker) => checker.id === id));
  if (builtin !== undefined) throw new Fault("invalid", `--without ${builtin}: it is built in and always runs`);
  const { here, remote } = await addedCheckers();
  const unrun = remote.filter((id) => !without.includes(id));
  if (unrun.length > 0) throw new Fault("not_ready", unrun.map((id) => `not run: ${id}`).join("\n"));
  return [...builtinCheckers, ...here.filter(({ id }) => !without.includes(id))];
}

/** Resolves to the exit code. Throws what stops it before a decision: exit 2. */
export async function check(
  tool: string | undefined,
  args: string | undefined,
  options: CheckOptions,
): Promise<number> {
  const checkers = await checkersHere(options.without ?? []);
  if (options.batch !== undefined) {
    if (tool !== undefined) throw new Fault("invalid", "--batch takes its calls from the file: name no tool beside it");
    const set = policySet(options, process.cwd());
    const place = { cwd: options.cwd ?? PLACE.cwd, home: options.home ?? PLACE.home };
    for await (const answer of batch(set, options.batch, place, checkers)) await writeOut(answer);
    return 0;
  }
  if (tool === undefined)
    throw new Fault("invalid", 'expected a tool, for example: holdpoint check Bash \'{"command":"ls"}\'');
  const place = { cwd: options.cwd ?? process.cwd(), home: options.home ?? homedir() };
  const action = actionOf({ tool, args: argsOf(args) }, place);
  const { facts, verdict } = decide(policySet(options, process.cwd()), action, checkers);
  await writeOut(
    options.json
      ? `${JSON.stringify({ ...decisionAlone(verdict), ...(options.trace && { trace: verdict.trace, facts }) })}\n`
      : verdictText(verdict, facts, options.trace === true),
  );
  return EXIT[verdict.effect];
}
