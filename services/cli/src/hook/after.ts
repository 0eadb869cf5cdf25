// after.ts — a call that has run: its outcome is reported under the grant that let it through

import { createHash } from "node:crypto";
import { problemLine } from "@holdpoint/core/hooks/answer.ts";
import type { HookCall } from "@holdpoint/core/hooks/clients.ts";
import { outcomeOf } from "@holdpoint/core/hooks/outcome.ts";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";

import type { KeptGrant } from "./grants.ts";
import type { HookSettings } from "./settings.ts";
import { request } from "./wire.ts";

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
