// quarantine.ts — actions that nobody could judge: they ended who looked at them, or threw every time. Never silent

import { QUARANTINE } from "@holdpoint/engine/denial.ts";
import { bearer } from "@holdpoint/wire/bearer.ts";
import { harmless } from "../terminal.ts";
import { type Finding, note, ok } from "./finding.ts";

const WHAT = "quarantine";
const SHOWN_MAX = 50;
const timeoutMs = 5_000;

interface Page {
  items: { actionId: string; reason: string }[];
  next?: string;
}

/** @param key of a person: agents may not read what others were denied */
export async function quarantineFinding(url: string, key: string | undefined): Promise<Finding> {
  if (!key) return note(WHAT, "not looked at: it takes the key of a person in HOLDPOINT_KEY");
  const answer = await fetch(`${url}/v1/decisions?rule=${encodeURIComponent(QUARANTINE)}&limit=${SHOWN_MAX}`, {
    headers: { authorization: bearer(key, "HOLDPOINT_KEY") },
    signal: AbortSignal.timeout(timeoutMs),
  }).catch(() => undefined);
  if (!answer?.ok) return note(WHAT, `not looked at: the gateway answers ${answer?.status ?? "nothing"} to this key`);
  const { items, next } = (await answer.json()) as Page;
  const [last] = items;
  if (last === undefined) return ok(WHAT, "empty: every action could be judged");
  const count = next === undefined ? String(items.length) : `more than ${items.length}`;
  return note(
    WHAT,
    harmless(`${count} denied because they could not be judged, the last ${last.actionId}: ${last.reason}`),
  );
}
