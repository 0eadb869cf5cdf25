// grants.ts — grants between the hook that got one and the hook that reports it: two processes, one private file each

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { HookCall } from "@holdpoint/core/hooks/clients.ts";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import { readIfThere, writePrivate } from "../folder.ts";

export interface KeptGrant {
  actionId: string;
  grant: string;
}

const staleMs = 24 * 3_600_000;

/** Clients without call ids are told apart by what they run. */
function nameOf(agent: string, call: HookCall): string {
  const what = call.callId ?? `${call.tool}\0${canonicalJson(call.input)}`;
  return `${createHash("sha256").update([agent, call.session, what].join("\0")).digest("hex")}.json`;
}

/** A call that its user stopped is never reported: its file would stay for ever. */
function prune(folder: string, nowMs: number): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const age = nowMs - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? nowMs);
    if (age > staleMs) rmSync(path, { force: true });
  }
}

export function keepGrant(stateFolder: string, agent: string, call: HookCall, kept: KeptGrant, nowMs: number): void {
  const folder = join(stateFolder, "grants");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  prune(folder, nowMs);
  writePrivate(join(folder, nameOf(agent, call)), JSON.stringify(kept));
}

/** Undefined where this call was not allowed by us, or was reported before. */
export function findGrant(stateFolder: string, agent: string, call: HookCall): KeptGrant | undefined {
  const text = readIfThere(join(stateFolder, "grants", nameOf(agent, call)));
  return text === undefined ? undefined : (JSON.parse(text) as KeptGrant);
}

export function dropGrant(stateFolder: string, agent: string, call: HookCall): void {
  rmSync(join(stateFolder, "grants", nameOf(agent, call)), { force: true });
}
