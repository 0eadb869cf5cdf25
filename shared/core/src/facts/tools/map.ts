// map.ts — which argument of which client's tool is a command, a path, a URL, content: one vocabulary for all clients

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
}

const shell: ToolMap = {
  meaning: "shell",
  args: {
    command: "command",
    cmd: "command",
    script: "command",
    input: "command",
    commands: "command",
    argv: "argv",
    workdir: "cwd",
    cwd: "cwd",
    dir_path: "cwd",
    directory: "cwd",
    working_directory: "cwd",
    paths: "path:edit",
    description: "text",
    code: "command",
  },
};
const read: ToolMap = {
  meaning: "fs.read",
  class: "safe",
  args: {
    file_path: "path:read",
    path: "path:read",
    absolute_path: "path:read",
    filePath: "path:read",
    target_file: "path:read",
    filename: "path:read",
    file: "path:read",
    uri: "path:read",
    paths: "path:read",
    notebook_path: "path:read",
  },
};
const write: ToolMap = {
  meaning: "fs.write",
  args: {
    file_path: "path:write",
    path: "path:write",
    absolute_path: "path:write",
    filePath: "path:write",
    target_file: "path:write",
    filename: "path:write",
    file: "path:write",
    content: "content",
    contents: "content",
    text: "content",
    file_text: "content",
    code_edit: "content",
    data: "content",
  },
};
const edit: ToolMap = {
  meaning: "fs.edit",
  args: {
    file_path: "path:edit",
    path: "path:edit",
    filePath: "path:edit",
    target_file: "path:edit",
    notebook_path: "path:edit",
    file: "path:edit",
    filename: "path:edit",
    old_string: "text",
    new_string: "content",
    old_str: "text",
    new_str: "content",
    oldString: "text",
    newString: "content",
    new_source: "content",
    insert_text: "content",
    edits: "content",
    instruction: "text",
    code_edit: "content",
    replacement: "content",
    content: "content",
  },
};
const search: ToolMap = {
  meaning: "fs.search",
  class: "safe",
  args: {
    path: "path:tree",
    directory: "path:tree",
    dir_path: "path:tree",
    pattern: "text",
    glob: "text",
    include: "text",
    query: "text",
    paths: "path:tree",
    relative_workspace_path: "path:read",
    target_directories: "path:tree",
    regex: "text",
    file_path: "path:read",
    include_pattern: "text",
  },
};
const list: ToolMap = {
  ...search,
  args: { ...search.args, path: "path:read", directory: "path:read", dir_path: "path:read" },
};
const fetching: ToolMap = {
  meaning: "http.fetch",
  class: "safe",
  args: {
    url: "url",
    uri: "url",
    urls: "url",
    prompt: "text",
    endpoint: "url",
    method: "text",
    body: "upload",
    data: "upload",
    json: "upload",
    headers: "text",
    href: "url",
  },
};
const note: ToolMap = { meaning: "note", class: "safe", args: {} };
const agent: ToolMap = { meaning: "agent", args: { prompt: "text", description: "text", subagent_type: "text" } };
const remove: ToolMap = {
  meaning: "fs.delete",
  args: {
    path: "path:delete",
    file_path: "path:delete",
    target_file: "path:delete",
    filePath: "path:delete",
    paths: "path:delete",
    directory: "path:delete",
  },
};
const move: ToolMap = {
  meaning: "fs.write",
  args: {
    source: "path:move",
    destination: "path:write",
    from: "path:move",
    to: "path:write",
    src: "path:move",
    dest: "path:write",
    old_path: "path:move",
    new_path: "path:write",
  },
};
const copy: ToolMap = {
  meaning: "fs.write",
  args: {
    source: "path:tree",
    destination: "path:write",
    from: "path:tree",
    to: "path:write",
    src: "path:tree",
    dest: "path:write",
  },
};
const patch: ToolMap = {
  meaning: "fs.edit",
  args: { input: "patch", patch: "patch", patchText: "patch", diff: "patch", command: "patch" },
};
const sql: ToolMap = { meaning: "db.query", args: { sql: "sql", query: "sql", statement: "sql", queries: "sql" } };
const code: ToolMap = { meaning: "code.run", args: { code: "code", script: "code", source: "code", language: "text" } };
const webSearch: ToolMap = {
  meaning: "note",
  class: "safe",
  args: { query: "text", allowed_domains: "text", blocked_domains: "text", explanation: "text", search_term: "text" },
};

/** Names as clients send them, normalised; the first words of each line say whose they are. */
const TOOLS: readonly (readonly [string, ToolMap])[] = [
  // Claude Code
  ["bash", shell],
  ["read notebookread", read],
  ["write", write],
  ["edit multiedit notebookedit", edit],
  ["glob grep", search],
  ["ls", list],
  ["webfetch", fetching],
  ["websearch", webSearch],
  ["task agent", agent],
  [
    "todowrite todoread exitplanmode enterplanmode askuserquestion bashoutput killshell killbash skill slashcommand taskoutput",
    note,
  ],
  // Codex
  ["shell local_shell shell_command exec_command container.exec unified_exec", shell],
  ["apply_patch patch.apply", patch],
  ["update_plan view_image", { ...note, args: { path: "path:read" } }],
  // Gemini CLI
  ["run_shell_command", shell],
  ["read_file read_many_files", read],
  ["write_file", write],
  ["replace", edit],
  ["list_directory", list],
  ["glob search_file_content grep_search", search],
  ["web_fetch", { ...fetching, args: { ...fetching.args, prompt: "url" } }],
  ["google_web_search", webSearch],
  ["save_memory write_todos", note],
  // Copilot CLI, VS Code
  ["run_in_terminal run_command", shell],
  ["view", read],
  ["create create_file", write],
  ["str_replace str_replace_editor str_replace_based_edit_tool insert_edit_into_file replace_string_in_file", edit],
  ["file_search semantic_search codebase_search", search],
  ["fetch_webpage open_simple_browser", fetching],
  // OpenCode
  ["patch", patch],
  ["list", list],
  // Cursor
  ["run_terminal_cmd run_terminal_command terminal", shell],
  ["edit_file search_replace edit_notebook reapply", edit],
  ["delete_file", remove],
  ["list_dir", list],
  ["web_search", webSearch],
  // generic names
  [
    "sh execute exec execute_command execute_bash run_bash run_terminal shell_exec system command cmd powershell execute_shell_command bash_tool zsh terminal.run process.run subprocess",
    shell,
  ],
  ["fs.read file_read file.read read_text_file readfile cat_file open_file get_file fs_read", read],
  ["fs.write file_write file.write writefile fs_write save_file append_file", write],
  ["fs.edit file_edit file.edit modify_file update_file", edit],
  ["fs.delete file_delete file.delete remove_file rm deletefile delete_directory remove_directory fs_delete", remove],
  ["fs.list file_list list_files listdir find_files search_files fs.search ripgrep", search],
  ["move_file rename_file fs.move file_move mv rename", move],
  ["copy_file fs.copy file_copy cp", copy],
  [
    "create_directory mkdir make_directory",
    { meaning: "fs.write", args: { path: "path:write", directory: "path:write" } },
  ],
  [
    "http_get http.get fetch fetch_url http.fetch url_fetch get_url browse browser_navigate navigate open_url curl wget download web_scrape scrape",
    fetching,
  ],
  ["http_post http.post http_request http.request post_url", { ...fetching, class: "warn" }],
  ["sql query execute_sql run_sql db_query database_query natural_language_db_write natural_language_db_read", sql],
  ["python ipython execute_code run_code code_interpreter python_repl jupyter node_repl javascript_tool", code],
];

/** MCP servers that many have, by the server part of the name: their tools by what follows it. */
const SERVERS: Record<string, Record<string, ToolMap>> = {
  filesystem: {
    "read_file read_text_file read_media_file read_multiple_files get_file_info": read,
    write_file: write,
    edit_file: edit,
    create_directory: { meaning: "fs.write", args: { path: "path:write" } },
    "list_directory list_directory_with_sizes": list,
    "directory_tree search_files": search,
    move_file: move,
    list_allowed_directories: note,
  },
  "postgres postgresql mysql sqlite database db supabase bigquery snowflake mssql": {
    "query execute execute_sql read_query write_query create_table run_query sql": sql,
    "list_tables describe_table list_schemas append_insight get_schema": note,
  },
  fetch: { "fetch fetch_html fetch_markdown fetch_txt fetch_json": fetching },
  "puppeteer playwright browser chrome browsermcp": {
    "puppeteer_navigate browser_navigate navigate browser_tab_new goto": fetching,
    "puppeteer_evaluate browser_evaluate evaluate browser_run_code": {
      ...code,
      args: { ...code.args, function: "code" },
    },
    browser_file_upload: { meaning: "http.fetch", args: { paths: "path:read" } },
  },
  "shell terminal desktop-commander commands iterm": {
    "execute_command run_command execute shell start_process run": shell,
    read_file: read,
    write_file: write,
    edit_block: edit,
  },
  git: {
    "git_status git_diff git_diff_unstaged git_diff_staged git_log git_show git_branch": {
      meaning: "mcp",
      class: "safe",
      args: { repo_path: "path:read" },
    },
    "git_add git_commit git_create_branch git_checkout git_reset": {
      meaning: "mcp",
      args: { repo_path: "path:edit", files: "path:read" },
    },
  },
  github: {
    "get_file_contents search_code search_repositories search_issues list_issues get_issue list_commits list_pull_requests get_pull_request":
      { meaning: "mcp", class: "safe", args: { path: "text" } },
    "push_files create_or_update_file delete_file": {
      meaning: "mcp",
      args: { path: "text", content: "text", files: "text" },
    },
  },
};

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
