// redact.test.ts — secrets leave markers in what is kept or shown; markers tell equal from different and nothing else

import type { Json } from "@holdpoint/wire/scalars.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { leaves } from "./leaves.ts";
import { marker } from "./marker.ts";
import { repeats, secretValues } from "./masks.ts";
import { createRedactor, type Find, redactionsOf, redactJson, redactText } from "./redact.ts";
import { compileRewrite } from "./rewrite.ts";

const key = Buffer.alloc(32, 1);
const secret = `AKIA${"Q".repeat(16)}`;
/** Finds the one secret of these tests. */
const find: Find = (text) => repeats(text, [{ kind: "aws-access-key", value: secret }]);

describe("markers", () => {
  test("name the kind and hide the value", () => {
    expect(marker("aws-access-key", secret, key)).toMatch(/^\[redacted:aws-access-key:[0-9a-f]{16}\]$/);
    expect(marker("odd] kind\n", secret, key)).toMatch(/^\[redacted:odd-kind-:[0-9a-f]{16}\]$/);
    expect(marker("", secret, key)).toMatch(/^\[redacted:secret:/);
  });
  test("are equal for equal secrets under one key, and mean nothing under another", () => {
    expect(marker("k", secret, key)).toBe(marker("k", secret, key));
    expect(marker("k", secret, key)).not.toBe(marker("k", `${secret}x`, key));
    expect(marker("k", secret, key)).not.toBe(marker("k", secret, Buffer.alloc(32, 2)));
  });
});

describe("texts", () => {
  const kept = marker("a", "cd", key);
  test.each([
    ["one", [{ kind: "a", start: 2, end: 4 }], `ab${kept}efgh`],
    ["none", [], "abcdefgh"],
    [
      "two in the wrong order",
      [
        { kind: "a", start: 6, end: 8 },
        { kind: "a", start: 2, end: 4 },
      ],
      `ab${kept}ef${marker("a", "gh", key)}`,
    ],
    [
      "overlapping",
      [
        { kind: "a", start: 2, end: 4 },
        { kind: "b", start: 3, end: 6 },
      ],
      `ab${marker("a", "cdef", key)}gh`,
    ],
    ["beyond the end", [{ kind: "a", start: 6, end: 99 }], `abcdef${marker("a", "gh", key)}`],
  ])("%s", (_why, spans, want) => expect(redactText("abcdefgh", spans, key)).toBe(want));
});

describe("values", () => {
  test("secrets are replaced wherever they stand, and said where", () => {
    const value: Json = { a: [`x ${secret}`, 5, null], [`k ${secret}`]: { deep: secret }, plain: "y" };
    const { value: clean, redactions } = redactJson(value, key, [], find);
    const mark = marker("aws-access-key", secret, key);
    expect(clean).toEqual({ a: [`x ${mark}`, 5, null], [`k ${mark}`]: { deep: mark }, plain: "y" });
    expect(redactions.map(({ at }) => at)).toEqual(["/a/0", "", `/k ${mark}/deep`]);
    expect(JSON.stringify(value)).toContain(secret);
  });

  test("by the spans of facts, and by the name of an argument", () => {
    const args = { command: "login hunter22", password: "correct-horse-1", max_tokens: "409600", token: "$TOKEN" };
    const { value } = redactJson(args, key, [{ kind: "password", at: "/command", start: 6, end: 14 }], () => []);
    expect(value).toEqual({
      command: `login ${marker("password", "hunter22", key)}`,
      password: marker("named-secret", "correct-horse-1", key),
      max_tokens: "409600",
      token: "$TOKEN",
    });
  });

  test("whatever the value, the secret is gone and the shape stays", () => {
    const part = fc.oneof(fc.constant(secret), fc.string());
    const text = fc.array(part).map((parts) => parts.join(""));
    const tree = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        text as fc.Arbitrary<Json>,
        fc.constantFrom<Json>(1, null, true),
        fc.array(tie("value")),
        fc.dictionary(fc.string(), tie("value"), { noNullPrototype: true }),
      ),
    })).value;
    fc.assert(
      fc.property(tree, (value) => {
        const clean = redactJson(value, key, [], find).value;
        expect(JSON.stringify(clean)).not.toContain(secret);
        expect(
          leaves(clean)
            .map(({ kind }) => kind)
            .sort(),
        ).toEqual(
          leaves(value)
            .map(({ kind }) => kind)
            .sort(),
        );
      }),
    );
  });

  test("a decision says each redaction with a keyed marker", () => {
    const args = { command: `use ${secret}` };
    expect(redactionsOf(args, [{ kind: "aws-access-key", at: "/command", start: 4, end: 24 }], key)).toEqual([
      { at: "/command", kind: "aws-access-key", marker: marker("aws-access-key", secret, key) },
    ]);
  });
});

test("values are found again where they are repeated, the longer one first", () => {
  const args = { a: `${secret}`, b: "short" };
  const values = secretValues(args, [
    { kind: "x", at: "/a", start: 0, end: 20 },
    { kind: "y", at: "/b", start: 0, end: 5 },
    { kind: "z", at: "/none", start: 0, end: 9 },
  ]);
  expect(values).toEqual([{ kind: "x", value: secret }]);
  expect(repeats(`${secret} and ${secret}`, values)).toHaveLength(2);
});

describe("a policy's own rewrites (seed 002)", () => {
  const rewrite = compileRewrite({ pattern: ".*TOKEN=.*", replace: "TOKEN=***" });
  test.each([
    ["export TOKEN=abc", "TOKEN=***"],
    ["a\nX TOKEN=abc y\nb", "a\nTOKEN=***\nb"],
    ["nothing here", "nothing here"],
  ])("`%s`", (text, want) => expect(rewrite(text)).toBe(want));

  test("a replacement is literal, a pattern must be linear", () => {
    expect(compileRewrite({ pattern: "(a)", replace: "$1\\" })("xa")).toBe("x$1\\");
    expect(() => compileRewrite({ pattern: "(?=a)", replace: "" })).toThrow();
  });

  test("come after the secrets of a redactor, in texts and in values", () => {
    const redactor = createRedactor(key, [rewrite], find);
    expect(redactor.text(`x ${secret}\nTOKEN=1`)).toBe(`x ${marker("aws-access-key", secret, key)}\nTOKEN=***`);
    expect(redactor.json({ a: ["TOKEN=1"], b: secret }).value).toEqual({
      a: ["TOKEN=***"],
      b: marker("aws-access-key", secret, key),
    });
  });
});
