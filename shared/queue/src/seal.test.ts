// seal.test.ts — a sealed job opens only as what it was, where it was meant to be

import { randomBytes, randomInt } from "node:crypto";
import { sampleFacts, sampleVerdict } from "@holdpoint/core/sample.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { message } from "./fixtures.ts";
import { packs } from "./pack.ts";
import { type KeyRing, keyRing, open, packItem, seal as sealItems, sizeOf } from "./seal.ts";
import type { Sender } from "./topology.ts";

const old = { id: "k1", key: randomBytes(32) };
const fresh = { id: "k2", key: randomBytes(32) };
const ring = keyRing([old]);
const seal = (keys: KeyRing, from: Sender, to: Stage, ...messages: Message[]) =>
  sealItems(keys, from, to, messages.map(packItem));
const item = () => seal(ring, "edge", "rules", message());
const epochs = (header: unknown[]) => header[5] as [string, number][];
const firstId = (header: unknown[]) => epochs(header)[0]?.[0] ?? "";
const withHeader = (sealed: string, change: (header: unknown[]) => void): string => {
  const [clear = "", body = ""] = sealed.split(".");
  const header = JSON.parse(Buffer.from(clear, "base64url").toString()) as unknown[];
  change(header);
  return `${Buffer.from(JSON.stringify(header)).toString("base64url")}.${body}`;
};

test("what was sealed opens as it was", () => {
  const sent = message({ args: { command: "echo ü" } });
  expect(open(ring, "rules", seal(ring, "edge", "rules", sent))).toEqual({ messages: [sent] });
});

test("a pack opens as all that was in it, in order", () => {
  const sent = [message({ epoch: 3 }), message(), message()];
  expect(open(ring, "rules", seal(ring, "edge", "rules", ...sent))).toEqual({ messages: sent });
});

test("each of a pack has its own verdict again, and one that many have is written once", () => {
  const judged = (reason: string): Message => {
    const asked = message();
    const verdict = sampleVerdict({ reason });
    return { ...asked, facts: sampleFacts(asked.action), verdict, findings: [] };
  };
  const long = "asks ".repeat(200);
  const sent = [
    judged(long),
    message(),
    judged("other"),
    judged(long),
    { ...judged(long), alone: { trials: 1, deaths: 0 } },
  ];
  expect(open(ring, "rules", seal(ring, "edge", "rules", ...sent))).toEqual({ messages: sent });
  const alike = Array.from({ length: 20 }, () => judged(long));
  expect(seal(ring, "edge", "rules", ...alike).length).toBeLessThan(
    20 * seal(ring, "edge", "rules", judged("")).length + 2 * long.length,
  );
});

/** Text in which nothing can be squeezed: characters of a range, by chance. */
const byChance = (from: number, count: number, length: number): string =>
  Array.from({ length }, () => String.fromCodePoint(from + randomInt(count))).join("");
test.each<[string, () => string]>([
  ["one byte each", () => randomBytes(9_000).toString("base64")],
  ["two bytes each", () => byChance(0x400, 256, 12_000)],
  ["three bytes each", () => byChance(0x4e00, 20_000, 12_000)],
  ["escaped in JSON", () => byChance(0, 32, 12_000)],
])("a pack of many has no more than 64 actions and 1 MiB as it lies in the queue: characters of %s", (_what, text) => {
  const sent = Array.from({ length: 150 }, () => message({ args: { command: text() } }));
  const made = packs(sent.map(packItem).map((each) => ({ ...each, bytes: sizeOf(each) })));
  expect(made.flat().map(({ actionId }) => actionId)).toEqual(sent.map(({ action }) => action.id));
  for (const pack of made) {
    const sealed = sealItems(ring, "edge", "rules", pack);
    expect(pack.length).toBeLessThanOrEqual(64);
    expect(sealed.length).toBeLessThanOrEqual(1_048_576);
    expect(open(ring, "rules", sealed)).toHaveProperty("messages.length", pack.length);
  }
});

test("small actions travel 64 at a time", () => {
  const items = Array.from({ length: 150 }, () => packItem(message())).map((each) => ({
    ...each,
    bytes: sizeOf(each),
  }));
  expect(packs(items).map(({ length }) => length)).toEqual([64, 64, 22]);
});

test("a pack of two tenants cannot be made", () => {
  expect(() => seal(ring, "edge", "rules", message(), message({ tenant: "other" }))).toThrow("mixes tenants");
});

test("a rotated ring seals with the new key and still opens the old jobs", () => {
  const before = item();
  const rotated = keyRing([fresh, old]);
  expect(open(rotated, "rules", before)).toHaveProperty("messages");
  expect(open(keyRing([old]), "rules", seal(rotated, "edge", "rules", message()))).toEqual({ refused: "unknown_key" });
});

describe("refused", () => {
  test.each<[string, () => string, string]>([
    ["nothing", () => "", "garbled"],
    ["no header", () => ".abc", "garbled"],
    ["a header that is no JSON", () => "abc.def", "garbled"],
    ["half of it", () => item().slice(0, item().indexOf(".") + 20), "forged"],
    ["one changed byte", () => item().replace(/.$/, (last) => (last === "A" ? "Q" : "A")), "forged"],
    [
      "another key of the same name",
      () => seal(keyRing([{ id: "k1", key: randomBytes(32) }]), "edge", "rules", message()),
      "forged",
    ],
    ["a key nobody has", () => seal(keyRing([fresh]), "edge", "rules", message()), "unknown_key"],
    ["a version of the future", () => withHeader(item(), (header) => header.splice(0, 1, 9)), "unknown_version"],
    ["a job of another queue", () => seal(ring, "rules", "safety", message()), "wrong_queue"],
    [
      "a job readdressed to this queue",
      () => withHeader(seal(ring, "rules", "safety", message()), (header) => header.splice(3, 2, "edge", "rules")),
      "forged",
    ],
    ["another tenant in the header", () => withHeader(item(), (header) => header.splice(2, 1, "other")), "forged"],
    [
      "another action in the header",
      () => withHeader(item(), (header) => header.splice(5, 1, [["act_x", 1]])),
      "forged",
    ],
    [
      "another epoch in the header",
      () => withHeader(item(), (header) => epochs(header).splice(0, 1, [firstId(header), 7])),
      "forged",
    ],
    [
      "one action less in the header",
      () => withHeader(seal(ring, "edge", "rules", message(), message()), (header) => epochs(header).pop()),
      "forged",
    ],
    ["no action in the header", () => withHeader(item(), (header) => header.splice(5, 1, [])), "garbled"],
    [
      "more actions than a pack holds",
      () => withHeader(item(), (header) => header.splice(5, 1, Array(500).fill(["a", 1]))),
      "garbled",
    ],
  ])("%s", (_what, make, refused) => expect(open(ring, "rules", make())).toEqual({ refused }));

  // Only who has the key can seal these: then header and content must still say the same.
  test.each([
    ["tenant", { tenant: "other" }],
    ["action", { actionId: "act_x" }],
    ["dispatch", { epoch: 7 }],
  ])("a content of another %s than its header", (_what, other) => {
    const sealed = sealItems(ring, "edge", "rules", [{ ...packItem(message()), ...other }]);
    expect(open(ring, "rules", sealed)).toEqual({ refused: "mismatch" });
  });

  test("a stage that may not send here", () =>
    expect(open(ring, "rules", seal(ring, "sandbox", "rules", message()))).toEqual({ refused: "wrong_queue" }));

  test("any text at all, without a throw", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String().map((text) => `${text}.${text}`),
        ),
        (text) => {
          expect(open(ring, "rules", text)).toHaveProperty("refused");
        },
      ),
    );
  });

  test("any single altered character of a good job", () => {
    const good = item();
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.constantFrom(..."ABCabc019-_"), (at, character) => {
        const altered = good.slice(0, at) + character + good.slice(at + 1);
        // The last characters of base64url may carry unused bits: such a text decodes to the very same bytes.
        const same = altered
          .split(".")
          .every((part, index) =>
            Buffer.from(part, "base64url").equals(Buffer.from(good.split(".")[index] ?? "", "base64url")),
          );
        if (!same) expect(open(ring, "rules", altered)).toHaveProperty("refused");
      }),
      { numRuns: 500 },
    );
  });
});
