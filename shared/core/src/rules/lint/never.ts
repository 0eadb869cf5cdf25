// never.ts — criteria that no call can meet, told from the words alone

import { TRUST_LEVELS, type Trust } from "@holdpoint/wire/scalars.ts";
import { findTool } from "../../facts/tools/map.ts";
import { parseCommandPattern } from "../criteria/commands.ts";
import type { DocumentPath } from "../problems.ts";
import type { ArgumentCondition, Bounds, When } from "../schema.ts";
import { compileFolded } from "../words.ts";
import { finding, type LintedRule, type LintFinding } from "./finding.ts";
import { whenImplied } from "./implies.ts";

type Impossible = { at: DocumentPath; why: string };

/** No number lies between the bounds. */
function emptyBounds({ gt, gte, lt, lte }: Bounds): boolean {
  const low = Math.max(gt ?? Number.NEGATIVE_INFINITY, gte ?? Number.NEGATIVE_INFINITY);
  const high = Math.min(lt ?? Number.POSITIVE_INFINITY, lte ?? Number.POSITIVE_INFINITY);
  if (low > high) return true;
  return low === high && (gt === low || lt === high);
}

/** Every name that the list lets in is taken out again. */
function emptyList(patterns: readonly string[]): boolean {
  const { positives, negatives, literals } = compileFolded(patterns);
  const wild = positives.some(({ literal }) => literal === undefined);
  if (literals !== undefined || negatives.length === 0 || positives.length === 0 || wild) return false;
  return positives.every(({ literal }) => negatives.some((out) => literal !== undefined && out.test(literal)));
}

function argument(condition: ArgumentCondition): string | undefined {
  const { equals, in: among, exists } = condition;
  if (exists === false && Object.keys(condition).length > 1) return "an argument that is not there meets nothing else";
  if (equals !== undefined && among && !among.includes(equals)) return "`equals` is not among `in`";
  return emptyBounds(condition) && hasBounds(condition) ? "no number lies between its bounds" : undefined;
}
const hasBounds = ({ gt, gte, lt, lte }: Bounds): boolean => [gt, gte, lt, lte].some((one) => one !== undefined);

export function impossibleIn(when: When): Impossible | undefined {
  const { tool, trust, risk, args, session, limits } = when;
  if (tool && emptyList(tool)) return { at: ["tool"], why: "every tool that it names is taken out again" };
  if (trust && !Array.isArray(trust) && trust.max !== undefined && trust.min !== undefined) {
    const level = (one: Trust) => TRUST_LEVELS.indexOf(one);
    const strictFirst = level("blocked") < level("trusted");
    const empty = strictFirst ? level(trust.max) < level(trust.min) : level(trust.max) > level(trust.min);
    if (empty) return { at: ["trust"], why: `no trust is at least \`${trust.min}\` and at most \`${trust.max}\`` };
  }
  if (risk && (emptyBounds(risk) || emptyWithin(risk, 0, 100)))
    return { at: ["risk"], why: "no risk from 0 to 100 lies between its bounds" };
  for (const [name, condition] of Object.entries(args ?? {})) {
    const why = typeof condition === "object" && condition !== null ? argument(condition) : undefined;
    if (why) return { at: ["args", name], why };
  }
  for (const [at, counts] of [["session", session] as const, ...Object.entries(limits ?? {})])
    for (const [name, bounds] of Object.entries(counts ?? {}))
      if (bounds && (emptyBounds(bounds) || emptyWithin(bounds, 0, Number.POSITIVE_INFINITY)))
        return { at: at === "session" ? [at, name] : ["limits", at, name], why: "no count lies between its bounds" };
  return undefined;
}

const emptyWithin = (bounds: Bounds, least: number, most: number): boolean =>
  emptyBounds({
    ...bounds,
    gte: Math.max(bounds.gte ?? least, least),
    lte: Math.min(bounds.lte ?? most, most),
  });

/** What is only ever done by a command, beside tools that run none. */
const OF_COMMANDS = ["commands", "program", "startsWith", "written", "redirects"] as const;
const COMMANDLESS: ReadonlySet<string> = new Set(["fs.read", "fs.write", "fs.edit", "fs.delete", "fs.search", "note"]);

/** Its words are about commands, and each tool that it names is one that runs none. */
function commandless(when: When): Impossible | undefined {
  const { tool } = when;
  const word = OF_COMMANDS.find((one) => when[one] !== undefined && when[one] !== false);
  if (word === undefined || !tool || tool.length === 0) return undefined;
  const runsNone = (name: string) =>
    COMMANDLESS.has(name) || COMMANDLESS.has(findTool(name.toLowerCase())?.meaning ?? "");
  if (!tool.every(runsNone)) return undefined;
  return { at: [word], why: `\`${tool.join("`, `")}\` runs no command` };
}

/** Two lists of programs, none of which is in the other. An allow is about the program itself, never about a wrapper. */
function apart({ program, commands }: When): Impossible | undefined {
  if (!program || !commands || [...program, ...commands].some((one) => /[!*?{}[\]\\]/.test(one))) return undefined;
  const named = new Set(commands.map((one) => parseCommandPattern(one).program));
  const none = program.every((one) => !named.has(parseCommandPattern(one).program));
  return none ? { at: ["program"], why: "none of its programs is one of its `commands`" } : undefined;
}

export function neverMatching(rule: LintedRule): LintFinding[] {
  const { when = {}, unless } = rule.written;
  const impossible =
    impossibleIn(when) ?? commandless(when) ?? (rule.compiled.effect === "allow" ? apart(when) : undefined);
  if (impossible)
    return [
      finding(rule, "never-matches", "error", `never matches: ${impossible.why}`, "correct the criterion", [
        "when",
        ...impossible.at,
      ]),
    ];
  // The exemption of an allow errs on the other side: what is sure for `when` holds for `unless` too.
  if (rule.compiled.effect === "allow" && unless && Object.keys(unless).length > 0 && whenImplied(when, unless, true))
    return [
      finding(
        rule,
        "never-matches",
        "error",
        "never matches: its `unless` holds wherever its `when` does",
        "make the exemption narrower",
        ["unless"],
      ),
    ];
  return [];
}
