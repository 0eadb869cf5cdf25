// squeeze.test.ts — what a pack's content becomes before it is sealed, and that it comes back

import { limits } from "@holdpoint/wire/limits.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { squeeze, unsqueeze } from "./squeeze.ts";

const written = (content: string): Buffer => {
  const squeezed = squeeze(content);
  return typeof squeezed === "string" ? Buffer.from(squeezed) : squeezed;
};
/** Content of as many characters, in JSON's shape; `seed` is what differs. */
const content = (chars: number, seed = "a"): string =>
  JSON.stringify({ text: seed.repeat(chars).slice(0, chars - 11) });

test("content of any size comes back as it was", () => {
  const sizes = fc.constantFrom(12, 100, limits.packPlainBytesMax - 1, limits.packPlainBytesMax, 20_000);
  fc.assert(
    fc.property(sizes, fc.string({ unit: "grapheme", minLength: 1 }), (chars, seed) => {
      const sent = content(chars, seed);
      expect(unsqueeze(written(sent))).toBe(sent);
    }),
  );
});

test("what a lone action says is left as it is", () => {
  const small = content(limits.packPlainBytesMax - 1);
  expect(squeeze(small)).toBe(small);
});

test("what many say alike takes little room, in steps that do not tell how much", () => {
  const lengths = ["a", "ab", "abc", "abcdefgh"].map((seed) => written(content(40_000, seed)).length);
  for (const length of lengths) {
    expect(length).toBeLessThan(4_000);
    expect(length % 256).toBe(0);
  }
  expect(new Set(lengths).size).toBe(1);
});

test("what was cut does not come back", () => {
  const whole = written(content(40_000));
  expect(() => unsqueeze(whole.subarray(0, 12))).toThrow();
});
