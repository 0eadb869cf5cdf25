// mcp-drift.ts — a tool that is not the one it was: its definition is pinned by hash
// Not among the built-in checkers: a proposal names a tool and does not define it, so only what stands between a client and
// its MCP servers sees definitions. Until there is such a gateway nothing calls this.

import { createHash } from "node:crypto";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import type { Checker } from "./checker.ts";

const id = "mcp-drift";

/** What a model reads of a tool and what its arguments must look like; a change of either may change what a call does. */
export interface ToolDefinition {
  name: string;
  description?: string;
  inputSchema?: Json;
  outputSchema?: Json;
  annotations?: Json;
}

/** `sha256-jcs:…` over name, description, schemas and annotations. Key order and white space do not matter. */
export function definitionHash({ name, description, inputSchema, outputSchema, annotations }: ToolDefinition): string {
  const canonical = canonicalJson({
    name,
    description: description ?? null,
    inputSchema: inputSchema ?? null,
    outputSchema: outputSchema ?? null,
    annotations: annotations ?? null,
  });
  return `sha256-jcs:${createHash("sha256").update(canonical).digest("hex")}`;
}

export interface McpDriftOptions {
  /** full tool name (`mcp__server__tool`) → the hash that a person accepted */
  pinned: ReadonlyMap<string, string>;
  /** full tool name → the hash as the server shows it now */
  current: ReadonlyMap<string, string>;
  /** what a tool without a pin is, on a server that has pins */
  unpinned?: "info" | "warn" | "block";
}

const serverOf = (tool: string): string => tool.split("__").slice(0, 2).join("__");

/** A pinned tool whose definition changed or vanished blocks; so does nothing else unless `unpinned` says so. */
export const mcpDrift = ({ pinned, current, unpinned = "warn" }: McpDriftOptions): Checker => ({
  id,
  timeoutMs: 50,
  version: `1:${createHash("sha256")
    .update(JSON.stringify([[...pinned].sort(), [...current].sort(), unpinned]))
    .digest("hex")
    .slice(0, 16)}`,
  check({ tool }) {
    const accepted = pinned.get(tool);
    const now = current.get(tool);
    if (accepted === undefined) {
      const server = serverOf(tool);
      const known = [...pinned.keys()].some((each) => serverOf(each) === server);
      return known
        ? [
            {
              checker: id,
              severity: unpinned,
              code: "tool_not_pinned",
              note: "nobody has accepted this tool of a known server yet",
              at: "",
            },
          ]
        : [];
    }
    if (now === undefined)
      return [
        {
          checker: id,
          severity: "block",
          code: "tool_not_shown",
          note: "the server does not show this tool any more",
          at: "",
        },
      ];
    return now === accepted
      ? []
      : [
          {
            checker: id,
            severity: "block",
            code: "tool_changed",
            note: "the tool's definition is not the one that was accepted",
            at: "",
          },
        ];
  },
});
