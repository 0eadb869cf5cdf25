// random.test.ts — pieces of a page are as many bytes as were asked for, and no byte is handed out twice

import { describe, expect, it } from "vitest";
import { smallRandom } from "./random.ts";

describe("small random pieces", () => {
  it("has the length that was asked for, across the end of a page too", () => {
    for (const count of [1, 12, 16, 1_000, 1_024, 1_025, 9_000]) expect(smallRandom(count)).toHaveLength(count);
  });

  it("never hands out the same bytes again, however many pages go by", () => {
    const seen = new Set<string>();
    for (let n = 0; n < 20_000; n++) seen.add(smallRandom(12).toString("hex"));
    expect(seen.size).toBe(20_000);
  });

  it("leaves what was handed out earlier as it was", () => {
    const first = smallRandom(16);
    const before = first.toString("hex");
    for (let n = 0; n < 2_000; n++) smallRandom(16);
    expect(first.toString("hex")).toBe(before);
  });
});
