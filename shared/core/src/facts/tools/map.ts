// map.ts — the map of a tool by its name, among all clients and servers that are known

import { SERVERS, TOOLS } from "./clients.ts";
import type { ToolMap } from "./tool-map.ts";

const byName = new Map<string, ToolMap>();
for (const [names, map] of TOOLS) for (const name of names.split(" ")) if (!byName.has(name)) byName.set(name, map);

const byServer = new Map<string, Map<string, ToolMap>>();
for (const [servers, tools] of Object.entries(SERVERS)) {
  const flat = new Map<string, ToolMap>();
  for (const [names, map] of Object.entries(tools)) for (const name of names.split(" ")) flat.set(name, map);
  for (const server of servers.split(" ")) byServer.set(server, flat);
}

/** `mcp__github__push_files`, `github.push_files`, `github/push_files`: server and tool, or undefined. */
export function mcpName(normalized: string): { server: string; tool: string } | undefined {
  if (normalized.startsWith("mcp__")) {
    const end = normalized.indexOf("__", 5);
    if (end > 0) return { server: normalized.slice(5, end), tool: normalized.slice(end + 2) };
  }
  const found = /^([a-z0-9_-]+)(?:\/|__|:|\.)([a-z0-9_.-]+)$/.exec(normalized);
  return found ? { server: found[1]!, tool: found[2]! } : undefined;
}

/** The map of a tool by its normalised name; undefined for a tool that nobody described. */
export function findTool(normalized: string): ToolMap | undefined {
  const direct = byName.get(normalized);
  if (direct) return direct;
  const mcp = mcpName(normalized);
  if (!mcp) return undefined;
  const plain = mcp.server.replace(/^(mcp[-_])?(server[-_])?/, "").replace(/[-_](mcp|server)$/, "");
  return byServer.get(plain)?.get(mcp.tool) ?? byServer.get(mcp.server)?.get(mcp.tool);
}
