// query.ts — query strings and path parts, read as strictly as bodies: unknown and repeated parameters are errors

import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { IdPrefix } from "@holdpoint/wire/scalars.ts";
import { id } from "@holdpoint/wire/scalars.ts";
import { z } from "zod";

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, { error: "expected a whole number" })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error: `expected a number from ${min} to ${max}` });

/** How long a call may wait for its answer, and for which one. */
export const Wait = z.strictObject({
  wait: whole(0, limits.waitMsMax).optional(),
  until: z.enum(["decided", "settled"]).optional(),
});
export type Wait = z.output<typeof Wait>;

export const pageParameters = {
  cursor: z.string().min(1).max(limits.nameCharsMax).optional(),
  limit: whole(1, limits.pageItemsMax).optional(),
};

export const shortText = z
  .string()
  .min(1)
  .max(limits.nameCharsMax)
  .refine((value) => !value.includes("\0"), { error: "must not contain a NUL character" });
export const instant = z.iso.datetime({ offset: true }).transform((value) => new Date(value));
export const flag = z.enum(["true", "false"]).transform((value) => value === "true");

const empty = z.strictObject({});

/** Throws `bad_query`, naming the parameter. */
export function readQuery<T extends z.ZodObject>(url: string, schema: T | undefined): z.output<T> {
  const start = url.indexOf("?");
  const found: Record<string, string> = Object.create(null);
  const parameters = start < 0 ? [] : new URLSearchParams(url.slice(start + 1));
  for (const [name, value] of parameters) {
    if (name in found) refuse(name, "stands twice");
    found[name] = value;
  }
  const parsed = (schema ?? empty).safeParse({ ...found });
  if (parsed.success) return parsed.data as z.output<T>;
  const issue = parsed.error.issues[0];
  if (issue?.code === "unrecognized_keys") return refuse(issue.keys[0] ?? "", "is not a parameter of this call");
  return refuse(String(issue?.path[0] ?? ""), (issue?.message ?? "not understood").replace(/^Invalid input: /, ""));
}

function refuse(parameter: string, why: string): never {
  const shown = parameter.slice(0, 80);
  throw new Fault("bad_query", `\`${shown}\`: ${why}`, { parameter: shown });
}

/** A path part that must be an id of ours: whatever is none cannot exist. */
export function pathId(prefix: IdPrefix, value: string | undefined): string {
  const parsed = id(prefix).safeParse(value);
  if (!parsed.success) throw new Fault("not_found", "there is nothing here, or it is not yours to see");
  return parsed.data;
}

export const notFound = (): Fault => new Fault("not_found", "there is nothing here, or it is not yours to see");
