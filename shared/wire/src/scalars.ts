// scalars.ts — the small types that every message is made of

import { z } from "zod";
import { limits } from "./limits.ts";

/** Any JSON value. Depth and size are bounded by the strict reader before a schema ever sees a value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A text of a person or a program: bounded, and without NUL, which no store and no shell can carry. */
export const text = (charsMax: number = limits.textCharsMax) =>
  z
    .string()
    .max(charsMax)
    .refine((value) => !value.includes("\0"), { error: "must not contain a NUL character" });

/** A name: a text that is not empty. */
export const name = (charsMax: number = limits.nameCharsMax) => text(charsMax).min(1);

export const list = <T extends z.ZodType>(item: T) => z.array(item).max(limits.listItemsMax);

export const timestamp = z.iso.datetime({ offset: true });

const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
export const ID_PREFIXES = ["act", "dec", "apr", "pol", "key", "evt", "vote", "run", "grt", "qst", "dlg"] as const;
export type IdPrefix = (typeof ID_PREFIXES)[number];
export type Id<P extends IdPrefix> = `${P}_${string}`;
export const id = <P extends IdPrefix>(prefix: P) =>
  z.string().regex(new RegExp(`^${prefix}_${uuid}$`), {
    error: `expected an id like \`${prefix}_018f…\``,
  }) as unknown as z.ZodType<Id<P>>;

export const TRUST_LEVELS = ["blocked", "quarantined", "verified", "trusted"] as const; // from least to most
export const Trust = z.enum(TRUST_LEVELS);
export type Trust = z.infer<typeof Trust>;
/** -1, 0, 1 as `a` is less, equally, more trusted than `b`. */
export const compareTrust = (a: Trust, b: Trust): number =>
  Math.sign(TRUST_LEVELS.indexOf(a) - TRUST_LEVELS.indexOf(b));

export const Mode = z.enum(["draft", "auto"]);
export type Mode = z.infer<typeof Mode>;
export const Kind = z.enum(["tool", "agent_step", "model_call"]);
export type Kind = z.infer<typeof Kind>;

export const EFFECTS = ["allow", "ask", "deny"] as const; // from least to most strict
export const Effect = z.enum(EFFECTS);
export type Effect = z.infer<typeof Effect>;
export const strictest = (a: Effect, b: Effect): Effect => (a === "deny" || b === "allow" ? a : b);

export const OUTCOMES = ["allow", "alert", "modify", "redact", "require_approval", "deny", "terminate"] as const; // weakest first
export const Outcome = z.enum(OUTCOMES);
export type Outcome = z.infer<typeof Outcome>;
export const strongestOutcome = (a: Outcome, b: Outcome): Outcome =>
  a === b || OUTCOMES.indexOf(a) > OUTCOMES.indexOf(b) ? a : b;

export const STAGES = ["rules", "safety", "sandbox", "escalation"] as const;
export const Stage = z.enum(STAGES);
export type Stage = z.infer<typeof Stage>;
