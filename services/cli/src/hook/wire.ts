// wire.ts — the hook's own small HTTP: one request, no redirects, a bounded body, ended by its signal

import type { Json } from "@holdpoint/wire/scalars.ts";
import { parseStrictJson } from "@holdpoint/wire/strict-json.ts";
import type { HookSettings } from "./settings.ts";

const answerBytesMax = 4 * 1_048_576;

export interface WireAnswer {
  status: number;
  body: Json;
}

/** Why a connection failed, in the words of the system: `fetch failed` alone helps nobody. */
function because(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  return code ?? (cause instanceof Error && cause.message ? cause.message : error.message);
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new Error(`the gateway's answer is longer than ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
}

/** Throws where there is no readable JSON answer; the message is for a person. */
export async function request(
  settings: HookSettings,
  ask: { method: "GET" | "POST"; path: string; body?: Json; idempotencyKey?: string },
  signal: AbortSignal,
): Promise<WireAnswer> {
  let text: string;
  let status: number;
  try {
    const response = await fetch(settings.url + ask.path, {
      method: ask.method,
      // A redirect could lead to somebody who says yes to everything, with our key in hand.
      redirect: "manual",
      headers: {
        authorization: `Bearer ${settings.key}`,
        accept: "application/json",
        ...(ask.body === undefined ? {} : { "content-type": "application/json" }),
        ...(ask.idempotencyKey === undefined ? {} : { "idempotency-key": ask.idempotencyKey }),
      },
      ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
      signal,
    });
    status = response.status;
    text = await readBounded(response);
  } catch (error) {
    throw new Error(`no answer from the gateway at ${settings.url} (${because(error)})`);
  }
  try {
    return { status, body: parseStrictJson(text) };
  } catch {
    throw new Error(`the gateway at ${settings.url} answered ${status} with something that is not JSON`);
  }
}
