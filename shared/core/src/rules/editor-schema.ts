// editor-schema.ts — the JSON Schema of native policy documents, for editors: completion and red lines while typing

import { z } from "zod";
import { Document } from "./schema.ts";

export const EDITOR_SCHEMA_ID = "urn:holdpoint:schema:v1:policy";

/** The text of `shared/core/schemas/policy.json`; a test holds the file to it. */
export const editorSchemaText = (): string => `${JSON.stringify(editorSchema(), null, 2)}\n`;

/** JSON Schema 2020-12, made from the same zod schema that reads documents, so that the two cannot drift apart. */
export function editorSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(Document, { io: "input", unrepresentable: "any", reused: "ref" });
  return {
    $schema,
    $id: EDITOR_SCHEMA_ID,
    title: "Holdpoint policy document",
    description: "Rules about what agents may do; see shared/core/src/rules/schema.ts",
    ...schema,
  };
}
