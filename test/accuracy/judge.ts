// judge.ts — a case or a row of a suite, judged as `holdpoint check` judges it, by the default pack or by a policy given

import { actionOf, type Row } from "@holdpoint/cli/check/row.ts";
import { decide } from "@holdpoint/core/decide.ts";
import { compileSet, type PolicySet } from "@holdpoint/core/rules/compile.ts";
import { pack } from "@holdpoint/core/rules/packs.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import type { Call } from "./cases.ts";

export type Judged = { effect: "allow" | "ask" | "deny"; rules: string[] } | { effect: "refused" | "crash"; rules: [] };

export const defaultSet: PolicySet = compileSet([pack("coding-agent")]);

/** A row that cannot be read is `refused`, which nobody may take for an allow; anything thrown besides is a `crash`. */
export function judgeRow(row: Row, set: PolicySet = defaultSet): Judged {
  try {
    const { verdict } = decide(set, actionOf(row));
    return { effect: verdict.effect, rules: verdict.rules.map(({ id }) => id) };
  } catch (error) {
    return { effect: isFault(error) ? "refused" : "crash", rules: [] };
  }
}

export const judgeCall = (call: Call, set?: PolicySet): Judged =>
  judgeRow(typeof call === "string" ? { tool: "Bash", args: { command: call } } : { ...call }, set);
