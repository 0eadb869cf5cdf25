// executor.test.ts — the demo's executor runs what was granted, in its project, and nothing outside of it

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith } from "../run-cli.ts";
import { execute } from "./executor.ts";

const project = () => join(folderWith({ "shop/a.txt": "one two", "secret.txt": "s" }), "shop");

describe("the executor", () => {
  test.each<[string, string, Record<string, unknown>, object]>([
    ["reads", "Read", { file_path: "a.txt" }, { outcome: "succeeded", note: "7 characters" }],
    ["edits", "Edit", { file_path: "a.txt", old_string: "two", new_string: "$& three" }, { outcome: "succeeded" }],
    [
      "says when there is nothing to replace",
      "Edit",
      { file_path: "a.txt", old_string: "x", new_string: "y" },
      { outcome: "failed" },
    ],
    ["runs", "Bash", { command: "echo hello" }, { outcome: "succeeded", exitCode: 0, note: "hello" }],
    ["fails as its command fails", "Bash", { command: "exit 3" }, { outcome: "failed", exitCode: 3, note: "exit 3" }],
  ])("%s", async (_what, tool, args, result) => expect(await execute(project(), tool, args)).toMatchObject(result));

  test("writes exactly what it was given", async () => {
    const folder = project();
    await execute(folder, "Edit", { file_path: "a.txt", old_string: "two", new_string: "$& $1" });
    expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("one $& $1");
  });

  test.each([
    ["outside", "Read", { file_path: "../secret.txt" }],
    ["an unknown tool", "Delete", { file_path: "a.txt" }],
    ["no arguments", "Bash", {}],
  ])("refuses %s", async (_what, tool, args) => {
    await expect(execute(project(), tool, args)).rejects.toThrow();
  });

  test("keeps what the person's own shell holds to itself", async () => {
    const before = process.env["HOLDPOINT_KEY"];
    process.env["HOLDPOINT_KEY"] = "hp_person";
    const { output } = await execute(project(), "Bash", { command: "env" });
    if (before === undefined) delete process.env["HOLDPOINT_KEY"];
    else process.env["HOLDPOINT_KEY"] = before;
    expect(output).not.toContain("hp_person");
  });
});
