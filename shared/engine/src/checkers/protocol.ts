// protocol.ts — what a checker outside this process is asked, and how its answer is read

import { randomUUID } from "node:crypto";
import type { Action } from "@holdpoint/wire/action.ts";
import { Finding } from "@holdpoint/wire/decision.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { parseStrictJson } from "@holdpoint/wire/strict-json.ts";
import { z } from "zod";

/** Grows when an old checker could misread a new question. An answer must repeat the number that it was asked with. */
export const CHECKER_PROTOCOL_VERSION = 1;

export interface Question {
  protocolVersion: typeof CHECKER_PROTOCOL_VERSION;
  /** an answer must repeat it, so that a late answer is not taken for another question's */
  id: string;
  checker: string;
  /** how long the answer is waited for, ms */
  timeoutMs: number;
  action: Action;
  facts: Facts;
}

/** `checker` may be left out of a finding: it is the one that was asked. Whether a person may be asked is not its to say. */
const Answer = z.strictObject({
  protocolVersion: z.literal(CHECKER_PROTOCOL_VERSION),
  id: z.string(),
  findings: z
    .array(Finding.omit({ checker: true, escalatable: true }).extend({ checker: z.string().optional() }))
    .max(limits.findingsMax),
});

export interface Asked {
  checker: string;
  timeoutMs: number;
  /** set by its configuration, never by its answer (rulings §B11) */
  escalatable?: boolean;
}

export const question = ({ checker, timeoutMs }: Asked, action: Action, facts: Facts): Question => ({
  protocolVersion: CHECKER_PROTOCOL_VERSION,
  id: randomUUID(),
  checker,
  timeoutMs,
  action,
  facts,
});

/** An answer as findings. Throws on anything else: a throwing checker blocks. */
export function readAnswer(text: string, asked: Asked, id: string): Finding[] {
  const parsed = Answer.safeParse(parseStrictJson(text));
  if (!parsed.success) throw new Fault("invalid", `checker \`${asked.checker}\`: the answer has another shape`);
  if (parsed.data.id !== id)
    throw new Fault("invalid", `checker \`${asked.checker}\`: the answer is for another question`);
  return parsed.data.findings.map(({ checker = asked.checker, ...found }) => {
    if (checker !== asked.checker) throw new Fault("invalid", `checker \`${asked.checker}\` answers as \`${checker}\``);
    const mayAsk = asked.escalatable === true && found.severity === "block";
    return { checker, ...found, ...(mayAsk && { escalatable: true }) };
  });
}
