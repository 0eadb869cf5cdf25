// diff.ts — `holdpoint policy diff A B --over FILE`: which decisions change when B takes the place of A, the loosened first

import { createReadStream } from "node:fs";
import { CHANGES, type Change, type Comparison, compareVerdicts } from "@holdpoint/core/compare/compare.ts";
import { decide } from "@holdpoint/core/decide.ts";
import { compileSet, type PolicySet } from "@holdpoint/core/rules/compile.ts";
import { loadPolicySources } from "@holdpoint/engine/policy-files.ts";
import { Fault, isFault } from "@holdpoint/wire/fault.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { lines, textOf } from "../check/batch.ts";
import { actionOf, parseRow, type Row } from "../check/row.ts";
import { writeOut } from "../output.ts";
import { effectWord, harmless, type Paint, paintFor } from "../terminal.ts";

interface Changed extends Comparison {
  id: Json;
  call: string;
  before: Verdict;
  after: Verdict;
}

/** Exits 0 when nothing changes, 1 when something does. Throws for a row that cannot be read: a diff over less proves less. */
export async function policyDiff(
  before: string,
  after: string,
  options: { over: string; json?: boolean },
): Promise<number> {
  const [a, b] = [compileSet(loadPolicySources([before])), compileSet(loadPolicySources([after]))];
  const changed: Changed[] = [];
  let rows = 0;
  for await (const { row, number } of rowsOf(options.over)) {
    rows += 1;
    const one = compareRow(a, b, row, number);
    if (one.change !== "same") changed.push(one);
  }
  if (rows === 0) throw new Fault("invalid", `\`${options.over}\`: expected calls, one JSON object a line; found none`);
  // Within a kind in the order of the file.
  changed.sort((x, y) => CHANGES.indexOf(x.change) - CHANGES.indexOf(y.change));
  if (options.json) for (const one of changed) await writeOut(`${JSON.stringify(published(one))}\n`);
  else await writeOut(text(changed, rows, paintFor(process.stdout)));
  return changed.length > 0 ? 1 : 0;
}

async function* rowsOf(path: string): AsyncGenerator<{ row: Row; number: number }> {
  const from = path === "-" ? process.stdin : createReadStream(path);
  for await (const line of lines(from)) {
    const said = textOf(line);
    if (typeof said !== "string") throw unreadable(path, line.number, said.detail);
    if (said.trim() === "") continue;
    try {
      yield { row: parseRow(said), number: line.number };
    } catch (error) {
      throw isFault(error) ? unreadable(path, line.number, error.message) : error;
    }
  }
}

const unreadable = (path: string, line: number, why: string): Fault =>
  new Fault("invalid", `${path}:${line}: ${why}`, { file: path, line });

function compareRow(a: PolicySet, b: PolicySet, row: Row, number: number): Changed {
  let action: ReturnType<typeof actionOf>;
  try {
    action = actionOf(row);
  } catch (error) {
    throw isFault(error) ? new Fault("invalid", `line ${number}: ${error.message}`) : error;
  }
  const before = decide(a, action).verdict;
  const after = decide(b, action).verdict;
  const command = action.args["command"];
  const call = typeof command === "string" ? command : `${action.tool} ${JSON.stringify(action.args)}`;
  return { id: row["id"] ?? number, call, before, after, ...compareVerdicts(before, after) };
}

const side = ({ effect, outcome, rules, reason, ask, sandbox }: Verdict) => ({
  effect,
  outcome,
  rules: rules.map(({ id }) => id),
  reason,
  ...(ask ? { approval: ask.requirements } : {}),
  ...(sandbox?.required ? { required: sandbox.required } : {}),
});
const published = ({ id, call, change, what, before, after }: Changed) => ({
  id,
  change,
  what,
  call,
  before: side(before),
  after: side(after),
});

const MARKS: Readonly<Record<Change, string>> = { loosened: "▼", tightened: "▲", changed: "~", same: " " };

function text(changed: readonly Changed[], rows: number, paint: Paint): string {
  const paints: Record<Change, (text: string) => string> = {
    loosened: paint.red,
    tightened: paint.green,
    changed: paint.yellow,
    same: paint.dim,
  };
  const by = ({ rules }: Verdict): string => (rules[0] ? ` by ${harmless(rules[0].id)}` : " by default");
  const blocks = changed.map(({ id, call, change, what, before, after }) =>
    [
      `${paints[change](`${MARKS[change]} ${change.toUpperCase()}`)} ${harmless(call)} ${paint.dim(`(${harmless(String(id))})`)}`,
      `    was  ${effectWord(before.effect, paint)}${by(before)}: ${harmless(before.reason)}`,
      `    now  ${effectWord(after.effect, paint)}${by(after)}: ${harmless(after.reason)}`,
      ...(what.some((word) => word !== "effect") ? [paint.dim(`    differs in ${what.join(", ")}`)] : []),
    ].join("\n"),
  );
  const count = (kind: Change) => changed.filter(({ change }) => change === kind).length;
  const sums = `${rows} calls: ${count("loosened")} loosened, ${count("tightened")} tightened, ${count("changed")} changed otherwise, ${rows - changed.length} the same`;
  return `${[...blocks, sums].join("\n")}\n`;
}
