// strings.test.ts — nothing that the services load makes the engine give up what it assumes of strings (ADR 14)

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

/** What V8 gave up by the end of a program, as it names it. */
const givenUp = (program: string): string =>
  execFileSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--trace-protector-invalidation", "-e", program],
    {
      encoding: "utf8",
    },
  );

test("a subclass of String would be noticed", () => {
  expect(givenUp("class Named extends String {}")).toContain("StringWrapperToPrimitive");
});

test("`up`, which loads all services and the clients of both queues, has none", () => {
  const all = join(import.meta.dirname, "start.ts");
  const said = givenUp(`import(${JSON.stringify(all)}).then(() => console.log("loaded"))`);
  expect(said).toContain("loaded");
  expect(said).not.toContain("StringWrapperToPrimitive");
});
