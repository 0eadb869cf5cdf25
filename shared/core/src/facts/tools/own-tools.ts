// own-tools.ts — what a house says of its own tools, in a policy's `tools`: names, meanings, and which argument is what

import { createHash } from "node:crypto";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import { findTool } from "./map.ts";
import type { ArgumentRole, ToolMap } from "./tool-map.ts";

export const TOOL_MEANINGS = [
  "shell",
  "fs.read",
  "fs.write",
  "fs.edit",
  "fs.delete",
  "fs.search",
  "http.fetch",
  "db.query",
  "code.run",
  "agent",
  "mcp",
  "note",
] as const;
export const ARGUMENT_ROLES = [
  "command",
  "argv",
  "cwd",
  "path:read",
  "path:write",
  "path:edit",
  "path:delete",
  "path:tree",
  "path:move",
  "path:named",
  "url",
  "upload",
  "host",
  "sql",
  "content",
  "code",
  "patch",
  "text",
] as const satisfies readonly ArgumentRole[];

export interface OwnTool {
  map: ToolMap;
  /** short hash of the map: facts that were derived with it carry it, so that others are derived again */
  mark: string;
}
export type OwnTools = ReadonlyMap<string, OwnTool>;

/** As names are compared everywhere: NFKC, trimmed, in lower case. */
export const toolName = (name: string): string => name.normalize("NFKC").trim().toLowerCase();

/** Why a name may not be described, or undefined: what clients' own tools mean is not for a document to say. */
export function refusedName(name: string): string | undefined {
  if (/[*?{}!\s]/.test(toolName(name))) return `\`${name}\` is no tool's name: patterns have no meaning here`;
  return findTool(toolName(name)) ? `what \`${name}\` means is known, and no document changes it` : undefined;
}

export function ownTool(map: ToolMap): OwnTool {
  const mark = createHash("sha256")
    .update(canonicalJson({ ...map }))
    .digest("hex")
    .slice(0, 16);
  return { map, mark };
}
