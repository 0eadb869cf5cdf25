// quick-read.test.ts — the quick reader never says anything but what zod says: of our packs, and of packs with random mistakes

import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { pack } from "./packs.ts";
import { quickReader, UNREAD } from "./quick-read.ts";
import { Document } from "./schema.ts";

const read = quickReader(Document);
const documents = (["coding-agent", "read-only", "production"] as const).map((name): unknown => parse(pack(name).text));

/** Keys and indexes that lead to each value in it. */
const waysInto = (value: unknown): string[][] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, below]) => [[key], ...waysInto(below).map((way) => [key, ...way])])
    : [];

const WORDS = [
  "tool",
  "when",
  "effect",
  "paths",
  "access",
  "any",
  "mayContain",
  "then",
  "quorum",
  "match",
  "__proto__",
];
const STRANGE = [
  ...[null, true, 0, -1, 1.5, "", "x", "ask", "ask_user", "1h", "read", [], {}, [""], [["x"]], ["x", 1]],
  ...[
    "x".repeat(1_025),
    { any: "x" },
    { gt: 1 },
    { equals: undefined },
    [{ any: ["x"], access: "write" }],
    new Date(0),
  ],
];

test("every pack is read quickly, to what zod makes of it", () => {
  for (const document of documents) {
    const expected = Document.parse(document);
    const before = structuredClone(document);
    expect(read(document)).toEqual(expected);
    expect(document).toEqual(before);
  }
});

/** Each rule as a document of its own. */
const small = documents.flatMap((document) =>
  (document as { rules: unknown[] }).rules.map((rule) => ({ default: "ask", rules: [rule] })),
);

test("with something else anywhere in it, it is read as zod reads it or left to zod", () => {
  const places = small.flatMap((document) => waysInto(document).map((way) => ({ document, way })));
  let [taken, left] = [0, 0];
  fc.assert(
    fc.property(
      fc.nat(places.length - 1),
      fc.nat(STRANGE.length - 1),
      fc.constantFrom("put", "drop", "add"),
      fc.constantFrom(...WORDS),
      (at, what, how, word) => {
        const { document, way } = places[at] as (typeof places)[number];
        const changed = structuredClone(document);
        let parent = changed as { [key: string]: unknown };
        for (const key of way.slice(0, -1)) parent = parent[key] as typeof parent;
        const last = way.at(-1) as string;
        if (how === "drop") delete parent[last];
        else if (how === "add" && Array.isArray(parent)) parent.push(STRANGE[what]);
        else Object.defineProperty(parent, how === "put" ? last : word, { value: STRANGE[what], enumerable: true });
        const told = Document.safeParse(changed);
        const found = read(changed);
        if (found === UNREAD) left += 1;
        else {
          taken += 1;
          expect(found).toEqual(told.data);
          expect(told.success).toBe(true);
        }
      },
    ),
    { numRuns: 3_000 },
  );
  // Either happens often, however many are tried.
  expect(Math.min(taken, left) * 30).toBeGreaterThan(taken + left);
});

test("what it does not know it leaves to zod: checks, changes that refuse, coercion, objects that take more", () => {
  const schemas = [
    z.string().regex(/^a/),
    z.string().refine((text) => text === "a"),
    z.coerce.string(),
    z.string().trim(),
    z.string().transform((text, context) => (text === "a" ? text : context.addIssue("no"))),
    z.object({ a: z.string() }),
    z.looseObject({}),
    z.array(z.string()).refine((list) => list.length === 1),
    z.record(z.string(), z.literal("a")),
    z.string().default("a"),
    z.strictObject({ a: z.string().default("a") }),
    z.strictObject({ a: z.string().default("a").optional() }),
    z.strictObject({ a: z.string().catch("a") }),
    z.xor([z.string(), z.literal("a")]),
    z.email(),
    z.nullable(z.string()),
  ];
  for (const schema of schemas)
    for (const value of ["a", " a", "b", 1, null, undefined, {}, { a: "a" }, { a: "a", b: 1 }, ["a"], ["a", "b"]]) {
      const { success, data } = schema.safeParse(value);
      expect([schema._zod.def.type, value, quickReader(schema)(value)]).toEqual([
        schema._zod.def.type,
        value,
        success ? data : UNREAD,
      ]);
    }
});
