// name.ts — a tool's name as rules compare it, and whether it tries to look like another

import type { Facts } from "@holdpoint/wire/facts.ts";
import { looksAlike, oddKind } from "../odd-characters.ts";
import { findTool, saysServer } from "./map.ts";
import type { OwnTools } from "./own-tools.ts";
import type { ToolMap } from "./tool-map.ts";

const hasOdd = (text: string): boolean => {
  for (const char of text) if (oddKind(char.codePointAt(0)!)) return true;
  return false;
};

/** Names repeat: the last ones are remembered, so many that no agent has more tools. */
const known = new Map<string, { tool: Facts["tool"]; map: ToolMap | undefined }>();
const KNOWN_MAX = 1_000;

interface ReadName {
  tool: Facts["tool"];
  map: ToolMap | undefined;
}

export function readToolName(name: string, tools?: OwnTools): ReadName {
  const read = readBuiltIn(name);
  const own = tools?.get(read.tool.normalized);
  // A name that only looks like it is not it.
  if (own && !read.tool.deceptive) {
    read.tool.meaning = own.map.meaning;
    read.tool.map = own.mark;
    read.map = own.map;
  }
  return read;
}

function readBuiltIn(name: string): ReadName {
  const found = known.get(name);
  if (found) return { tool: { ...found.tool }, map: found.map };
  const normalized = name.normalize("NFKC").trim().toLowerCase();
  const tool: Facts["tool"] = {
    name,
    normalized,
    // Case and white space are anybody's habit; anything else that vanished in normalising was put there.
    deceptive: normalized !== name.trim().toLowerCase() || looksAlike(normalized) || hasOdd(normalized),
  };
  const map = findTool(normalized);
  if (map) tool.meaning = map.meaning;
  else if (saysServer(normalized)) tool.meaning = "mcp";
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(name, { tool, map });
  return { tool: { ...tool }, map };
}
