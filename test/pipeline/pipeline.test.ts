// pipeline.test.ts — an action through the four real stages, the real queue and the real store

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Line, openLine } from "./line.ts";

describe("the pipeline on the Postgres queue", () => {
  let line: Line;
  beforeAll(async () => {
    line = await openLine();
  });
  afterAll(() => line?.close());

  test("an ordinary command is allowed after three stages", async () => {
    const { action } = await line.propose({ args: { command: "git status" } });
    const row = await line.until(action.id, ["allowed", "denied", "held"]);
    expect(row.decision).toMatchObject({ effect: "allow", actionId: action.id });
    expect(row.decision?.stages.map(({ stage }) => stage)).toEqual(["rules", "safety", "sandbox"]);
  });
});
