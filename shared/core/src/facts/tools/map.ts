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

/** `mcp__github__push_files`, `mcp_github_push_files`, `github.push_files`, `github/push_files`: server and tool, or undefined. */
export function mcpName(normalized: string): { server: string; tool: string } | undefined {
  if (normalized.startsWith("mcp__")) {
    const end = normalized.indexOf("__", 5);
    if (end > 0) return { server: normalized.slice(5, end), tool: normalized.slice(end + 2) };
  } else if (normalized.startsWith("mcp_")) {
    const end = normalized.indexOf("_", 4);
    if (end > 0) return { server: normalized.slice(4, end), tool: normalized.slice(end + 1) };
  }
  const found = /^([a-z0-9_-]+)(?:\/|__|:|\.)([a-z0-9_.-]+)$/.exec(normalized);
  return found ? { server: found[1]!, tool: found[2]! } : undefined;
}

/** Said to be a tool of a server, in the words of one client or another. */
export const saysServer = (normalized: string): boolean => /^mcp[_:]./.test(normalized);

const ofServer = (server: string, tool: string): ToolMap | undefined => {
  const plain = server.replace(/^(mcp[-_])?(server[-_])?/, "").replace(/[-_](mcp|server|mcp[-_]server)$/, "");
  return byServer.get(plain)?.get(tool) ?? byServer.get(server)?.get(tool);
};

/** `github-mcp-server-get_file_contents`, `filesystem_read_file`: joined by a sign that is in names too, so only what is known. */
function joinedName(normalized: string): ToolMap | undefined {
  let splits = 0;
  for (const { index } of normalized.matchAll(/[-_]/g)) {
    if (++splits > SPLITS_MAX) return undefined;
    const map = ofServer(normalized.slice(0, index), normalized.slice(index + 1));
    if (map) return map;
  }
  return undefined;
}
const SPLITS_MAX = 8;

/** The map of a tool by its normalised name; undefined for a tool that nobody described. */
export function findTool(normalized: string): ToolMap | undefined {
  const direct = byName.get(normalized);
  if (direct) return direct;
  const mcp = mcpName(normalized);
  return (mcp && ofServer(mcp.server, mcp.tool)) ?? joinedName(normalized);
}
