// failure.ts — how a command ends: exit codes that scripts rely on, and errors in a form that people can act on

import { type Fault, isFault } from "@holdpoint/wire/fault.ts";

/** What `check` exits with. */
export const EXIT = { allow: 0, failed: 2, ask: 10, deny: 20 } as const;

interface PolicyProblem {
  file: string;
  line: number;
  column: number;
  message: string;
}

/** Of policy files; a body that does not fit names its places otherwise, and the message has the first of them. */
const isProblemList = (value: unknown): value is PolicyProblem[] =>
  Array.isArray(value) && value.every((each) => typeof each?.message === "string" && typeof each.line === "number");

/** What the gateway or the system itself called it: the code is what can be looked up. */
function calledBy(fault: Fault): string {
  if (typeof fault.place["code"] === "string") return ` (${fault.place["code"]})`;
  let deepest: Error | undefined;
  for (let next = fault.cause; next instanceof Error; next = next.cause) {
    if ("code" in next && typeof next.code === "string") return ` (${next.code})`;
    deepest = next;
  }
  return deepest === undefined ? "" : ` (${deepest.message})`;
}

/** What the gateway says to programs means this to a person. */
const HINTS: Readonly<Record<string, string>> = {
  unauthenticated:
    "this key is unknown here, has expired or was replaced: see HOLDPOINT_KEY or --key-file, or `holdpoint login`",
};

/** Every line that a person needs; a policy's errors one a line, as compilers write them. */
export function failureText(error: unknown): string {
  if (!isFault(error)) {
    if (!(error instanceof Error)) return `holdpoint: ${error}`;
    // The place in our code helps only where the error is a bug of ours.
    return process.env["HOLDPOINT_DEBUG"] ? `holdpoint: ${error.stack}` : `holdpoint: ${error.message}`;
  }
  const { errors } = error.place;
  const code = error.place["code"];
  const said = (typeof code === "string" ? HINTS[code] : undefined) ?? error.message;
  if (!isProblemList(errors) || errors.length === 0) return `holdpoint: ${said}${calledBy(error)}`;
  const each = errors.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
  return [
    ...each,
    `holdpoint: ${error.place["refused"] ?? "the policy set is refused"} (${errors.length} ${errors.length === 1 ? "error" : "errors"})`,
  ].join("\n");
}

/** Says it on stderr and exits 2. */
export function fail(error: unknown): never {
  process.stderr.write(`${failureText(error)}\n`);
  process.exit(EXIT.failed);
}
