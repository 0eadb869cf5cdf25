// button.test.ts — 47 characters that say which request, which way, and a nonce; nothing else is a button

import { newId } from "@holdpoint/runtime/id.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readButton, writeButton } from "./button.ts";

const nonce = "A".repeat(22);
const button = { vote: "approve", approvalId: newId("apr"), nonce } as const;
const code = writeButton(button);

test("what is written is read again, in 47 characters", () => {
  expect(code).toHaveLength(47);
  expect(readButton(code)).toEqual(button);
  expect(readButton(writeButton({ ...button, vote: "deny" }))?.vote).toBe("deny");
});

test.each([
  ["nothing", ""],
  ["another way", `x${code.slice(1)}`],
  ["something behind", `${code}0`],
  ["something before", ` ${code}`],
  ["a line end", `${code}\n`],
  ["a shorter id", `a.${"A".repeat(21)}.${nonce}`],
  ["an id whose last character has bits to spare", code.replace(/^(a\..{21})./, (_, head) => `${head}_`)],
  ["an action id", button.approvalId.replace("apr", "act")],
])("%s is no button", (_what, text) => expect(readButton(text)).toBeUndefined());

test("any text is a button only when it is exactly what would be written", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ad]\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{22}$/), (text) => {
      const read = readButton(text);
      if (read !== undefined) expect(writeButton(read)).toBe(text);
    }),
  );
});

test("what is no approval id is a bug, not a button", () => {
  expect(() => writeButton({ ...button, approvalId: "apr_1" })).toThrow();
});
