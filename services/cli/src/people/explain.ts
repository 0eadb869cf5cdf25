// explain.ts — `holdpoint explain <decision>`: why, in sentences

import { type AccessOptions, openApi } from "../api.ts";
import { writeOut } from "../output.ts";
import { harmless } from "../terminal.ts";

export interface ExplainOptions extends AccessOptions {
  json?: boolean;
}

export async function explain(decisionId: string, options: ExplainOptions): Promise<number> {
  const api = await openApi(options);
  const path = `/v1/decisions/${encodeURIComponent(decisionId)}`;
  if (options.json) {
    await writeOut(`${JSON.stringify(await api.get(path))}\n`);
    return 0;
  }
  const answer = await api.get(`${path}/explanation`);
  const text =
    typeof answer === "string" ? answer : String(answer.text ?? answer.explanation ?? JSON.stringify(answer, null, 2));
  await writeOut(`${text.trimEnd().split("\n").map(harmless).join("\n")}\n`);
  return 0;
}
