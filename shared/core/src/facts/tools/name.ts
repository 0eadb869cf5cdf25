// name.ts — a tool's name as rules compare it, and whether it tries to look like another

import type { Facts } from "@holdpoint/wire/facts.ts";
import { looksAlike, oddKind } from "../odd-characters.ts";
import { findTool, mcpName } from "./map.ts";

const hasOdd = (text: string): boolean => {
  for (const char of text) if (oddKind(char.codePointAt(0)!)) return true;
  return false;
};

export function readToolName(name: string): Facts["tool"] {
  const normalized = name.normalize("NFKC").trim().toLowerCase();
  const tool: Facts["tool"] = {
    name,
    normalized,
    // Case and white space are anybody's habit; anything else that vanished in normalising was put there.
    deceptive: normalized !== name.trim().toLowerCase() || looksAlike(normalized) || hasOdd(normalized),
  };
  const map = findTool(normalized);
  if (map) tool.meaning = map.meaning;
  else if (mcpName(normalized) && normalized.startsWith("mcp__")) tool.meaning = "mcp";
  return tool;
}
