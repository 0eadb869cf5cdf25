// editor-schema.test.ts — the schema for editors knows every word of the language and forbids others

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { editorSchema, editorSchemaText } from "./editor-schema.ts";
import { When } from "./schema.ts";

test("knows every criterion, and nothing else", () => {
  const text = JSON.stringify(editorSchema());
  for (const word of Object.keys(When.shape)) expect(text, word).toContain(`"${word}"`);
  expect(editorSchema()).toMatchObject({ type: "object", additionalProperties: false });
  expect(text).toContain('"require_approval"');
  expect(text).not.toContain('"toolz"');
});

test("the committed file is what the schema says (else write `editorSchemaText()` there)", () => {
  const file = join(import.meta.dirname, "..", "..", "schemas", "policy.json");
  expect(readFileSync(file, "utf8")).toBe(editorSchemaText());
});
