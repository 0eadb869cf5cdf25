// spool.ts — what a hook refused while nobody could record it: kept here, and told as soon as it is back (rulings §F)

import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { HookCall } from "@holdpoint/core/hooks/clients.ts";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { readIfThere } from "../folder.ts";

const spoolBytesMax = 4 * 1_048_576;

export interface Refusal {
  at: string;
  client: string;
  session?: string;
  callId?: string;
  tool?: string;
  /** never the arguments themselves: they may hold what nobody but the gateway may keep */
  args?: string;
  reason: string;
}

/** What the gateway takes: one line that is too long must not keep all others waiting for ever. */
const clipped = (text: string): string => text.slice(0, limits.nameCharsMax).toWellFormed().replaceAll("\0", "");

export const spoolPath = (stateFolder: string): string => join(stateFolder, "refused.jsonl");

/** Appends one line; a full spool is set aside once, so that neither the disk nor the newest lines are lost. */
export function spoolRefusal(
  stateFolder: string,
  client: string,
  call: HookCall | undefined,
  reason: string,
  nowMs: number,
): void {
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const path = spoolPath(stateFolder);
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > spoolBytesMax) renameSync(path, `${path}.old`);
  const line: Refusal = {
    at: new Date(nowMs).toISOString(),
    client,
    ...(call === undefined
      ? {}
      : {
          session: clipped(call.session),
          ...(call.callId === undefined ? {} : { callId: clipped(call.callId) }),
          tool: clipped(call.tool),
          args: `sha256-jcs:${createHash("sha256").update(canonicalJson(call.input)).digest("hex")}`,
        }),
    reason: clipped(reason),
  };
  appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
}

/** How many are told at once: a hook's answer does not wait for more. */
const TOLD_AT_ONCE = 100;
const claimedPath = (stateFolder: string): string => `${spoolPath(stateFolder)}.${process.pid}.told`;

/** A hook that died while it told: what it had in hand waits again, once it is surely dead. */
function recover(stateFolder: string, nowMs: number): void {
  for (const name of readdirSync(stateFolder).filter((each) => /^refused\.jsonl\.\d+\.told$/.test(each))) {
    const path = join(stateFolder, name);
    if (nowMs - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? nowMs) < HOOK_MS_MAX) continue;
    putBack(
      stateFolder,
      (readIfThere(path) ?? "").split("\n").filter((line) => line !== ""),
    );
    rmSync(path, { force: true });
  }
}
/** No hook runs longer. */
const HOOK_MS_MAX = 600_000;

/** Moved to a name of our own, because two hooks must not tell the same; undefined where nothing waits. */
function take(stateFolder: string): string | undefined {
  if (statSync(stateFolder, { throwIfNoEntry: false }) === undefined) return undefined;
  recover(stateFolder, Date.now());
  const mine = claimedPath(stateFolder);
  try {
    renameSync(spoolPath(stateFolder), mine);
    return mine;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined; // nothing waits
    throw error;
  }
}

/** Puts back what was not told, in front of nothing: order is each line's own time. */
function putBack(stateFolder: string, lines: readonly string[]): void {
  if (lines.length > 0)
    appendFileSync(spoolPath(stateFolder), lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
}

/**
 * Hands what waits to `tell` and forgets what was taken. Nothing is lost where it fails: it waits for the next call.
 * @returns how many were told
 */
export async function tellSpooled(stateFolder: string, tell: (refusals: Refusal[]) => Promise<void>): Promise<number> {
  const mine = take(stateFolder);
  if (mine === undefined) return 0;
  const lines = (readIfThere(mine) ?? "").split("\n").filter((line) => line !== "");
  const now = lines.slice(0, TOLD_AT_ONCE);
  try {
    // A line that a full disk cut in two is no refusal that can be told; the others still are.
    const refusals = now.flatMap((line) => {
      try {
        return [JSON.parse(line) as Refusal];
      } catch {
        return [];
      }
    });
    if (refusals.length > 0) await tell(refusals);
    putBack(stateFolder, lines.slice(TOLD_AT_ONCE));
    return refusals.length;
  } catch (error) {
    putBack(stateFolder, lines);
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** How many refusals wait to be told, and when the last one was. */
export function spooled(stateFolder: string): { count: number; last?: string } {
  const lines = (readIfThere(spoolPath(stateFolder)) ?? "").split("\n").filter((line) => line !== "");
  const last = lines.at(-1);
  return { count: lines.length, ...(last === undefined ? {} : { last: (JSON.parse(last) as Refusal).at }) };
}
