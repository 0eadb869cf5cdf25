// spool.ts — what a hook refused while nobody could record it: counted evidence, kept here until somebody asks (rulings §F)

import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import { readIfThere } from "../folder.ts";
import type { HookCall } from "./clients.ts";

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
          session: call.session,
          ...(call.callId === undefined ? {} : { callId: call.callId }),
          tool: call.tool,
          args: `sha256-jcs:${createHash("sha256").update(canonicalJson(call.input)).digest("hex")}`,
        }),
    reason,
  };
  appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
}

/** How many refusals wait to be told, and when the last one was. */
export function spooled(stateFolder: string): { count: number; last?: string } {
  const lines = (readIfThere(spoolPath(stateFolder)) ?? "").split("\n").filter((line) => line !== "");
  const last = lines.at(-1);
  return { count: lines.length, ...(last === undefined ? {} : { last: (JSON.parse(last) as Refusal).at }) };
}
