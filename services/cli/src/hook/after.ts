// after.ts — a call that has run: its outcome is reported under the grant that let it through

import { createHash } from "node:crypto";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { problemLine } from "./answer.ts";
import type { HookCall, JsonRecord } from "./clients.ts";
import type { KeptGrant } from "./grants.ts";
import type { HookSettings } from "./settings.ts";
import { request } from "./wire.ts";

const record = (value: Json | undefined): JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};

/** Clients say success by silence; each says failure in one of a few ways. */
export function outcomeOf(result: Json | undefined): { outcome: "succeeded" | "failed"; exitCode?: number } {
  const said = record(result);
  const code = said["exitCode"] ?? said["exit_code"];
  const exitCode = typeof code === "number" && Number.isSafeInteger(code) ? code : undefined;
  const failed =
    said["is_error"] === true ||
    said["isError"] === true ||
    said["interrupted"] === true ||
    said["success"] === false ||
    said["resultType"] === "failure" ||
    (typeof said["error"] === "string" && said["error"] !== "") ||
    (exitCode !== undefined && exitCode !== 0);
  return { outcome: failed ? "failed" : "succeeded", ...(exitCode === undefined ? {} : { exitCode }) };
}

/** The size and hash of what came back, never its text. */
function digestOf(result: Json | undefined): { sha256: string; bytes: number } | undefined {
  if (result === undefined) return undefined;
  const text = canonicalJson(result);
  return { sha256: `sha256:${createHash("sha256").update(text).digest("hex")}`, bytes: Buffer.byteLength(text) };
}

/** Throws where the report was not taken. */
export async function report(
  call: HookCall,
  kept: KeptGrant,
  settings: HookSettings,
  signal: AbortSignal,
): Promise<void> {
  const output = digestOf(call.result);
  const { status, body } = await request(
    settings,
    {
      method: "POST",
      path: `/v1/actions/${encodeURIComponent(kept.actionId)}/report`,
      body: { grant: kept.grant, ...outcomeOf(call.result), ...(output === undefined ? {} : { output }) },
    },
    signal,
  );
  if (status !== 200) throw new Error(problemLine(status, body));
}
