// tool-map.ts — what is known of a tool: what it does, and which of its arguments is a command, a path, a URL, content

/** What an argument is. `path:read` also takes a list of paths. */
export type ArgumentRole =
  | "command"
  | "argv"
  | "cwd"
  | "path:read"
  | "path:write"
  | "path:edit"
  | "path:delete"
  | "path:tree"
  | "path:move"
  | "path:named"
  | "url"
  | "upload"
  | "host"
  | "sql"
  | "content"
  | "code"
  | "patch"
  | "text";

export interface ToolMap {
  /** shell, fs.read, fs.write, fs.edit, fs.delete, fs.search, http.fetch, db.query, code.run, agent, mcp, note */
  meaning: string;
  args: Record<string, ArgumentRole>;
  /** `safe`: it only looks, and everything it is given is a path or a pattern */
  class?: "safe" | "warn" | "blocked-by-default";
  /** a shell tool whose texts are for another shell than sh: its name */
  speaks?: string;
}
