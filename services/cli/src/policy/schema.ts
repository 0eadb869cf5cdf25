// schema.ts — `holdpoint policy schema`: the JSON Schema of policy documents, for editors

import { writeFileSync } from "node:fs";
import { editorSchemaText } from "@holdpoint/core/rules/editor-schema.ts";
import { writeOut } from "../output.ts";

export async function policySchema(options: { out?: string }): Promise<number> {
  if (options.out === undefined) await writeOut(editorSchemaText());
  else writeFileSync(options.out, editorSchemaText());
  return 0;
}
