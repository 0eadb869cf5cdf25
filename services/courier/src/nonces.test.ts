// nonces.test.ts — a nonce fits what it was minted for, and nothing else; it is good once

import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memorySpent } from "../test/memory.ts";
import { createNonces, type NonceBinding, nonceKey } from "./nonces.ts";

const key = randomBytes(32);
const nonces = createNonces([key], memorySpent());
const bound: NonceBinding = { tenant: "t", channel: "c", approvalId: "apr_1", cardSha256: "sha256:0", vote: "approve" };

describe("a nonce does not fit", () => {
  test.each<[string, Partial<NonceBinding>]>([
    ["another tenant", { tenant: "u" }],
    ["another channel", { channel: "d" }],
    ["another request", { approvalId: "apr_2" }],
    ["another card", { cardSha256: "sha256:1" }],
    ["the other way", { vote: "deny" }],
    ["a person it was not made for", { person: "alice" }],
    ["fields that read the same when put together", { tenant: "tc", channel: "" }],
  ])("%s", (_what, change) => expect(nonces.fits(nonces.mint(bound), { ...bound, ...change })).toBe(false));

  test.each([
    ["nothing", ""],
    ["a longer one", `${nonces.mint(bound)}A`],
    [
      "another spelling of the same bytes",
      nonces.mint(bound).replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1)),
    ],
    ["padding", `${nonces.mint(bound)}==`],
    ["white space", ` ${nonces.mint(bound)}`],
  ])("when given as %s", (_what, nonce) => expect(nonces.fits(nonce, bound)).toBe(false));

  test("without the key", () => {
    expect(createNonces([randomBytes(32)], memorySpent()).fits(nonces.mint(bound), bound)).toBe(false);
  });
});

test("every binding has a nonce of its own", () => {
  const part = fc.string({ maxLength: 4 });
  const binding = fc.record({
    tenant: part,
    channel: part,
    approvalId: part,
    cardSha256: part,
    vote: fc.constantFrom("approve" as const, "deny" as const),
  });
  fc.assert(
    fc.property(binding, binding, (a, b) => {
      expect(nonces.fits(nonces.mint(a), b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

test("while keys change, nonces of the old one still fit and new ones come from the new one", () => {
  const newer = randomBytes(32);
  const both = createNonces([newer, key], memorySpent());
  expect(both.fits(nonces.mint(bound), bound)).toBe(true);
  expect(createNonces([newer], memorySpent()).fits(both.mint(bound), bound)).toBe(true);
});

test("it is good once for each person, and again only when it was given back", async () => {
  const nonce = nonces.mint(bound);
  expect(await nonces.spend("t", nonce, "alice", 0)).toBe(true);
  expect(await nonces.spend("t", nonce, "alice", 0)).toBe(false);
  expect(await nonces.spend("t", nonce, "bob", 0)).toBe(true);
  await nonces.release("t", nonce, "alice");
  expect(await nonces.spend("t", nonce, "alice", 0)).toBe(true);
});

test("what is kept of a used nonce is no nonce", async () => {
  const kept: string[] = [];
  const spying = createNonces([key], {
    spend: async (_t, hash) => kept.push(hash) > 0,
    release: async () => undefined,
  });
  const nonce = spying.mint(bound);
  await spying.spend("t", nonce, "alice", 0);
  expect(kept[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(spying.fits(kept[0] ?? "", bound)).toBe(false);
});

test("the key is derived from the master key for this purpose only", () => {
  expect(nonceKey(key)).toHaveLength(32);
  expect(nonceKey(key).equals(key)).toBe(false);
});
