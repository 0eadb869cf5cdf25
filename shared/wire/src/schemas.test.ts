// schemas.test.ts — the committed JSON Schemas are what the zod schemas say, one file each

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jsonSchema, schemaNames, schemaText } from "./schemas.ts";

const folder = join(import.meta.dirname, "..", "schemas");

test("there is one file for each public schema and no other (else run `npm run schemas`)", () => {
  expect(readdirSync(folder).sort()).toEqual(schemaNames.map((name) => `${name}.json`).sort());
});

test.each(schemaNames)("%s.json is up to date (else run `npm run schemas`)", (name) => {
  expect(readFileSync(join(folder, `${name}.json`), "utf8")).toBe(schemaText(name));
});

test("a proposal needs tool, args, agent and session, takes any object as args, and nothing unknown", () => {
  expect(jsonSchema("proposal")).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    required: ["tool", "args", "principal", "session"],
    additionalProperties: false,
    properties: { args: { type: "object" }, principal: { required: ["agent"] } },
  });
});
