// regex.ts — linear-time regular expressions (RE2 syntax), made cheap for the patterns that policies really hold

import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { RE2JS } from "re2js";
import { survey } from "./survey.ts";

export interface Pattern {
  source: string;
  test(text: string): boolean;
}

/**
 * Compiles a pattern that is searched for anywhere in a text (`^` and `$` anchor it). Look-around, back-references and
 * too large programs are `Fault("policy_invalid")`. `.` matches newlines too, so that no line break hides from a rule.
 * Linear time is steps times characters, and both can be many: a text that a large program could take more than
 * `patternStepsMax` for is not searched. It counts as a match in rules that tighten, and as none in rules that loosen.
 */
export function compileRegex(source: string, direction: "tighten" | "loosen"): Pattern {
  if (Buffer.byteLength(source) > limits.patternBytesMax)
    throw new Fault("policy_invalid", `the pattern is longer than ${limits.patternBytesMax} bytes`);
  const { size, literals } = survey(source);
  if (size > limits.patternProgramMax)
    throw new Fault("policy_invalid", `the pattern repeats more than ${limits.patternProgramMax} steps`);
  const compiled = compile(withoutOuterStars(source));
  const steps = compiled.programSize();
  if (steps > limits.patternProgramMax)
    throw new Fault("policy_invalid", `the pattern compiles to more than ${limits.patternProgramMax} steps`);
  const charsMax = steps <= limits.patternProgramSmall ? Number.POSITIVE_INFINITY : limits.patternStepsMax / steps;
  const searched = (text: string): boolean => (text.length > charsMax ? direction === "tighten" : compiled.test(text));
  if (!literals) return { source, test: searched };
  const [literal] = literals;
  if (literals.length === 1 && literal !== undefined)
    return { source, test: (text) => text.includes(literal) && searched(text) };
  return { source, test: (text) => literals.some((one) => text.includes(one)) && searched(text) };
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source, RE2JS.DOTALL);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    // What the reader puts in front of the pattern is not what was written.
    const why = text.replace(/^error parsing regexp: /, "").replace("`(?s)", "`");
    const hint = /\(\?<?[=!]/.test(source) ? " (look-around has no linear-time form)" : "";
    throw new Fault("policy_invalid", `\`${source}\` is no pattern of RE2: ${why}${hint}`, {}, { cause: error });
  }
}

/** `.*sudo.*` asks the same as `sudo` and costs a hundred times as much. Alternatives keep their stars: they own them. */
export function withoutOuterStars(source: string): string {
  if (source.includes("|") || source.includes("\\Q") || source.includes("(?")) return source;
  const rest = source.replace(/^\^?(\.\*)+(?![?+*{])/, "");
  const end = /(?:^|[^\\])((?:\.\*)+\$?)$/.exec(rest);
  const cut = end?.[1]?.startsWith(".*") ? rest.slice(0, rest.length - end[1].length) : rest;
  return cut.endsWith("\\") ? rest : cut;
}
