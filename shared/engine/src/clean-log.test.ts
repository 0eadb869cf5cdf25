// clean-log.test.ts — whatever is logged, a secret in it is a marker, and a policy's own rewrites are done

import { cleanLines, createLogger } from "@holdpoint/runtime/log.ts";
import { expect, test } from "vitest";
import { createLineCleaner } from "./clean-log.ts";

const secret = ["ghp_", "a1B2".repeat(9)].join("");

function logged() {
  const lines: string[] = [];
  const log = createLogger("test", { level: "info", to: { write: (line: string) => void lines.push(line) } });
  const cleaner = createLineCleaner(Buffer.alloc(32, 3));
  cleanLines(log, cleaner.clean);
  return { log, cleaner, lines };
}

test("a secret in a message, a field or an error is a marker, the same one each time", () => {
  const { log, lines } = logged();
  log.info(`used ${secret}`);
  log.child({ part: "x" }).warn({ deep: [{ text: `"${secret}"` }] }, "seen");
  log.error({ error: new Error(`cannot use ${secret}`) }, "failed");
  const text = lines.join("");
  expect(text).not.toContain(secret);
  const markers = text.match(/\[redacted:github-token:[0-9a-f]{16}\]/g);
  expect(markers?.length).toBeGreaterThanOrEqual(4); // an error has a message and a stack
  expect(new Set(markers).size).toBe(1);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ service: "test" });
});

test("rewrites of seed 002 act on the decoded texts, and on every line", () => {
  const { log, cleaner, lines } = logged();
  cleaner.rewrite([{ pattern: ".*TOKEN=.*", replace: "TOKEN=***" }]);
  log.info({ event: "holdpoint.test", command: "A=1\nMY_TOKEN=abc\nB=2" }, "x");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ command: "A=1\nTOKEN=***\nB=2", msg: "x" });
  cleaner.rewrite([]);
  log.info("TOKEN=abc");
  expect(lines[1]).toContain("TOKEN=abc");
});

test("a line that is no JSON is cleaned too", () => {
  const { cleaner } = logged();
  expect(cleaner.clean(`panic: ${secret}\n`)).not.toContain(secret);
});
