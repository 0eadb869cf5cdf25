// commands.test.ts — the commands that are measured are as long, and of as many steps, as the page says of them

import { deriveFacts } from "@holdpoint/core/facts/derive.ts";
import { expect, test } from "vitest";
import { COMMANDS, shell } from "./commands.ts";

test.each(Object.entries(COMMANDS))("%s: about 200 bytes, understood whole", (_name, text) => {
  expect(Buffer.byteLength(text)).toBeGreaterThanOrEqual(195);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(205);
  expect(deriveFacts(shell(text)).atoms.flatMap(({ opaque }) => opaque)).toEqual([]);
});

test("there are commands of one step up to six", () => {
  const steps = Object.values(COMMANDS).map((text) => deriveFacts(shell(text)).atoms.length);
  expect([...new Set(steps)].sort()).toEqual([1, 2, 3, 4, 6]);
});
