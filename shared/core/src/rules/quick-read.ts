// quick-read.ts — reads a value by its schema as zod would, looking only at the keys that are there: most rules use four of sixty

import type { z } from "zod";

/** What is refused, and what only zod can say. */
export const UNREAD: unique symbol = Symbol("unread");

type Reader = (value: unknown) => unknown;

/** What stands in zod's own description of a schema; there are more kinds, which are left to zod. */
interface Definition {
  type: string;
  checks?: { _zod: { def: { check: string; minimum?: number; maximum?: number } } }[];
  shape?: { [name: string]: z.ZodType };
  catchall?: z.ZodType;
  element?: z.ZodType;
  innerType?: z.ZodType;
  options?: z.ZodType[];
  entries?: { [name: string]: unknown };
  values?: unknown[];
  in?: z.ZodType;
  out?: z.ZodType;
  transform?: (value: unknown, context: unknown) => unknown;
  coerce?: boolean;
  format?: string;
  inclusive?: boolean;
}
/** Where one of these is said, a text is not just a text, and a union not just the first that fits. */
const ODD = ["coerce", "format", "inclusive"] as const;

const definitionOf = (schema: z.ZodType): Definition => schema._zod.def as unknown as Definition;

/**
 * A reader that answers what `schema.safeParse` gives as data, but for the order of keys, or `UNREAD`: then zod is to be asked, which
 * also says why. What nothing is changed in is handed back as it is and not copied, so the value belongs to the answer.
 */
export function quickReader(schema: z.ZodType): Reader {
  const definition = definitionOf(schema);
  const bounds = boundsOf(definition);
  if (!bounds || ODD.some((word) => definition[word] !== undefined)) return asked(schema);
  switch (definition.type) {
    case "string":
      return (value) => (typeof value === "string" && isWithin(value.length, bounds) ? value : UNREAD);
    case "boolean":
      return (value) => (typeof value === "boolean" ? value : UNREAD);
    case "literal":
    case "enum": {
      const known = new Set(definition.values ?? Object.values(definition.entries ?? {}));
      return (value) => (known.has(value) ? value : UNREAD);
    }
    case "optional":
      return inner(definition.innerType);
    case "array":
      return listReader(inner(definition.element), bounds);
    case "object":
      return isPlainest(definition) ? objectReader(definition.shape ?? {}) : asked(schema);
    case "union":
      return firstOf((definition.options ?? []).map(quickReader));
    case "pipe":
      return definition.in && definition.out ? changed(definition.in, definition.out, schema) : asked(schema);
    default:
      return asked(schema);
  }
}

const inner = (schema: z.ZodType | undefined): Reader => (schema ? quickReader(schema) : () => UNREAD);

const asked =
  (schema: z.ZodType): Reader =>
  (value) => {
    const { success, data } = schema.safeParse(value);
    return success ? data : UNREAD;
  };

interface Bounds {
  min: number;
  max: number;
}
const isWithin = (size: number, { min, max }: Bounds): boolean => size >= min && size <= max;

/** None where there is a check that is not about length. */
function boundsOf({ checks = [] }: Definition): Bounds | undefined {
  let [min, max] = [0, Number.POSITIVE_INFINITY];
  for (const { _zod } of checks) {
    const { check, minimum, maximum } = _zod.def;
    if (check === "min_length" && minimum !== undefined) min = Math.max(min, minimum);
    else if (check === "max_length" && maximum !== undefined) max = Math.min(max, maximum);
    else return undefined;
  }
  return { min, max };
}

const firstOf =
  (readers: readonly Reader[]): Reader =>
  (value) => {
    for (const read of readers) {
      const found = read(value);
      if (found !== UNREAD) return found;
    }
    return UNREAD;
  };

/** A schema with a plain change behind it. A change that may refuse says so to zod alone. */
function changed(from: z.ZodType, to: z.ZodType, whole: z.ZodType): Reader {
  const { type, transform, checks } = definitionOf(to);
  if (type !== "transform" || !transform || transform.length > 1 || checks?.length) return asked(whole);
  const read = quickReader(from);
  return (value) => {
    const found = read(value);
    return found === UNREAD ? UNREAD : transform(found, undefined);
  };
}

function listReader(read: Reader, bounds: Bounds): Reader {
  return (value) => {
    if (!Array.isArray(value) || !isWithin(value.length, bounds)) return UNREAD;
    let answer = value;
    for (let index = 0; index < value.length; index += 1) {
      const found = read(value[index]);
      if (found === UNREAD) return UNREAD;
      if (found === value[index]) continue;
      if (answer === value) answer = [...value];
      answer[index] = found;
    }
    return answer;
  };
}

/** It takes no other keys, and a key that is missing stays missing. */
function isPlainest({ shape = {}, catchall }: Definition): boolean {
  const isFilledIn = (schema: z.ZodType): boolean => {
    const { type, innerType } = definitionOf(schema);
    return schema._zod.optin !== undefined && (type !== "optional" || !innerType || innerType._zod.optin !== undefined);
  };
  return catchall !== undefined && definitionOf(catchall).type === "never" && !Object.values(shape).some(isFilledIn);
}

type Table = { [key: string]: unknown };
const isPlain = (value: unknown): value is Table => {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

function objectReader(shape: { [name: string]: z.ZodType }): Reader {
  const readers = new Map(Object.entries(shape).map(([name, schema]) => [name, quickReader(schema)]));
  const required = Object.keys(shape).filter((name) => shape[name]?._zod.optin === undefined);
  return (value) => {
    if (!isPlain(value)) return UNREAD;
    for (const name of required) if (!Object.hasOwn(value, name)) return UNREAD;
    let answer = value;
    for (const name in value) {
      const read = readers.get(name);
      const found = read ? read(value[name]) : UNREAD;
      if (found === UNREAD) return UNREAD;
      if (found === value[name]) continue;
      if (answer === value) answer = { ...value };
      answer[name] = found;
    }
    return answer;
  };
}
