// rewrite.ts — a policy's own rewrites of what is logged: seed 002's `log_redactions: [{ pattern, replace }]`

import { Fault } from "@holdpoint/wire/fault.ts";
import { RE2JS } from "re2js";
import { compileRegex } from "../regex/regex.ts";

/** Replaces every match, line by line. */
export type Rewrite = (text: string) => string;

/**
 * `.` ends at a line here, unlike in rules: `.*TOKEN=.*` rewrites the lines that hold a token and leaves the others.
 * `replace` is literal text. Throws `policy_invalid` on a pattern that has no linear-time form.
 */
export function compileRewrite({ pattern, replace }: { pattern: string; replace: string }): Rewrite {
  compileRegex(pattern, "tighten"); // the same limits as for rules
  if (replace.includes("\0")) throw new Fault("policy_invalid", "`replace` must not contain a NUL character");
  const compiled = RE2JS.compile(pattern);
  return (text) =>
    text
      .split("\n")
      .map((line) => replaceAll(compiled, line, replace))
      .join("\n");
}

/** Literal, unlike the library's own replacement, whose `$1` would mean a group. */
function replaceAll(compiled: RE2JS, line: string, replace: string): string {
  const matcher = compiled.matcher(line);
  let out = "";
  let at = 0;
  while (matcher.find()) {
    out += line.slice(at, matcher.start()) + replace;
    at = matcher.end();
  }
  return out + line.slice(at);
}
