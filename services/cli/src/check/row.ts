// row.ts — a row of a batch as the action it stands for; what a row says counts as attested

import { argsHash } from "@holdpoint/core/args-hash.ts";
import { type Action, type Attestable, Proposal } from "@holdpoint/wire/action.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { type Json, Mode } from "@holdpoint/wire/scalars.ts";
import { jsonPointer, parseStrictJson } from "@holdpoint/wire/strict-json.ts";

export type Row = { [key: string]: Json };

/** Where a row without `cwd` and `home` takes place: the same on every machine, so that cases have one answer. */
export const PLACE = { cwd: "/workspace", home: "/home/user" } as const;
const LOCAL = { principal: { agent: "coding-agent" }, session: { id: "check" } } as const;
const NOBODY = { action: "act_00000000-0000-7000-8000-000000000000", key: "key_00000000-0000-7000-8000-000000000000" };
const FIELDS: readonly string[] = Object.keys(Proposal.shape);

export const isRow = (value: Json | undefined): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A line as a row. Throws `bad_json` with its place, or `invalid` for what is no object. */
export function parseRow(line: string): Row {
  const value = parseStrictJson(line);
  if (!isRow(value)) throw new Fault("invalid", "expected an object", { at: "" });
  return value;
}

/** Collections of cases have columns of their own, some under names of ours: a foreign `mode` or `context` says nothing. */
function withoutForeign(row: Row): Row {
  const kept = Object.fromEntries(Object.entries(row).filter(([field]) => FIELDS.includes(field)));
  const { mode, context, ...rest } = kept;
  const branch = isRow(context) ? context["branch"] : undefined;
  return {
    ...rest,
    ...(Mode.safeParse(mode).success ? { mode: mode as Json } : {}),
    ...(branch === undefined ? {} : { context: { branch } }),
  };
}

/** `command` is short for a shell call (with `writes` and `paths`: seed 002's form). Beside `args` it only repeats them. */
function spelledOut(row: Row): Row {
  const { command } = row;
  if (command === undefined || row["args"] !== undefined) return row;
  if (typeof command !== "string") throw new Fault("invalid", "`command`: expected a text", { at: "/command" });
  const { writes, paths } = row;
  const said = { ...(Array.isArray(paths) && { paths }), ...(typeof writes === "boolean" && { writes }) };
  return { ...row, tool: row["tool"] ?? "Bash", args: { command, ...said } };
}

const ATTESTED: readonly [Attestable, (proposal: Proposal) => unknown][] = [
  ["agent", ({ principal }) => principal.agent],
  ["onBehalfOf", ({ principal }) => principal.onBehalfOf],
  ["team", ({ principal }) => principal.team],
  ["roles", ({ principal }) => principal.roles],
  ["app", ({ principal }) => principal.app],
  ["workflow", ({ principal }) => principal.workflow],
  ["environment.name", ({ environment }) => environment?.name],
  ["environment.variables", ({ environment }) => environment?.variables],
  ["trust", () => true],
  ["home", ({ home }) => home],
  ["permissions", ({ permissions }) => permissions],
  ["branch", ({ context }) => context?.branch],
  ["resource", ({ resource }) => resource],
  ["classification", ({ resource }) => resource?.classification],
  ["bindings", ({ bindings }) => bindings],
  ["audience", ({ audience }) => audience],
  ["toolVersion", ({ toolVersion }) => toolVersion],
];

/**
 * Throws `invalid` (or `too_large`) that names the field. What a row does not say stays unknown, save that it is asked
 * by a local coding agent, in `place`.
 */
export function actionOf(row: Row, place: { cwd: string; home: string } = PLACE): Action {
  const spelled = withoutForeign(spelledOut(row));
  const read = Proposal.safeParse({ ...LOCAL, ...place, ...spelled });
  if (!read.success) {
    const [issue] = read.error.issues;
    const at = jsonPointer((issue?.path ?? []).filter((part) => typeof part !== "symbol"));
    throw new Fault("invalid", `\`${at || "/"}\`: ${issue?.message ?? "does not fit"}`, { at });
  }
  const proposal = read.data;
  if (Buffer.byteLength(JSON.stringify(proposal.args)) > limits.argsBytesMax)
    throw new Fault("too_large", `\`/args\`: expected at most ${limits.argsBytesMax} bytes`, { at: "/args" });
  const { claim: _claim, approval: _approval, ...said } = proposal;
  return {
    ...said,
    id: NOBODY.action,
    tenant: "default",
    kind: proposal.kind ?? "tool",
    argsHash: argsHash(proposal.args),
    trust: proposal.trust ?? "verified",
    mode: proposal.mode ?? "auto",
    attested: ATTESTED.filter(([, of]) => of(proposal) !== undefined).map(([what]) => what),
    credential: NOBODY.key,
    // Nothing that is judged depends on the time; a fixed one keeps the answer the same.
    proposedAt: "2000-01-01T00:00:00.000Z",
  } as Action;
}
