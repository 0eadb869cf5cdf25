// explain.ts — `holdpoint explain <decision>`: why, in sentences

import { z } from "zod";
import { openClient } from "../api.ts";
import type { AccessOptions } from "../gateway-url.ts";
import { writeOut } from "../output.ts";
import { harmless } from "../terminal.ts";

export interface ExplainOptions extends AccessOptions {
  json?: boolean;
  trace?: boolean;
}

const Explanation = z.looseObject({ text: z.string() });

export async function explain(decisionId: string, options: ExplainOptions): Promise<number> {
  const client = await openClient(options);
  const path = `/v1/decisions/${encodeURIComponent(decisionId)}`;
  if (options.json) {
    await writeOut(`${JSON.stringify(await client.request("GET", path, z.json()))}\n`);
    return 0;
  }
  const query = options.trace ? { trace: "true" } : {};
  const { text } = await client.request("GET", `${path}/explanation`, Explanation, { query });
  await writeOut(`${text.trimEnd().split("\n").map(harmless).join("\n")}\n`);
  return 0;
}
