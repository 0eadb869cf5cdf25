// kinds.ts — kinds of tools: which argument is a command, a path, a URL, content, whoever names it so

import type { ToolMap } from "./tool-map.ts";

export const shell: ToolMap = {
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
export const read: ToolMap = {
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
    include: "path:named",
    exclude: "text",
  },
};
export const write: ToolMap = {
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
export const edit: ToolMap = {
  meaning: "fs.edit",
  args: {
    file_path: "path:edit",
    path: "path:edit",
    filePath: "path:edit",
    target_file: "path:edit",
    notebook_path: "path:edit",
    target_notebook: "path:edit",
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
export const search: ToolMap = {
  meaning: "fs.search",
  class: "safe",
  args: {
    path: "path:tree",
    directory: "path:tree",
    dir_path: "path:tree",
    pattern: "text",
    // whatever the tool calls it: names of the files that are looked into
    glob: "path:named",
    include: "path:named",
    include_pattern: "path:named",
    includePattern: "path:named",
    exclude_pattern: "text",
    query: "text",
    target_directory: "path:tree",
    paths: "path:tree",
    relative_workspace_path: "path:read",
    target_directories: "path:tree",
    regex: "text",
    file_path: "path:read",
    filePath: "path:read",
  },
};
export const list: ToolMap = {
  ...search,
  args: {
    ...search.args,
    path: "path:read",
    directory: "path:read",
    dir_path: "path:read",
    target_directory: "path:read",
  },
};
export const fetching: ToolMap = {
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
/** A file on its way to people elsewhere. */
export const sending: ToolMap = {
  meaning: "http.fetch",
  class: "warn",
  args: { file_path: "path:read", path: "path:read", files: "path:read", file: "path:read", content: "upload" },
};
export const note: ToolMap = { meaning: "note", class: "safe", args: {} };
export const agent: ToolMap = {
  meaning: "agent",
  args: { prompt: "text", message: "text", description: "text", subagent_type: "text", agent_type: "text" },
};
export const remove: ToolMap = {
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
export const move: ToolMap = {
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
export const copy: ToolMap = {
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
export const patch: ToolMap = {
  meaning: "fs.edit",
  args: { input: "patch", patch: "patch", patchText: "patch", diff: "patch", command: "patch" },
};
export const sql: ToolMap = {
  meaning: "db.query",
  args: { sql: "sql", query: "sql", statement: "sql", queries: "sql" },
};
export const code: ToolMap = {
  meaning: "code.run",
  args: { code: "code", script: "code", source: "code", language: "text" },
};
export const webSearch: ToolMap = {
  meaning: "note",
  class: "safe",
  args: { query: "text", allowed_domains: "text", blocked_domains: "text", explanation: "text", search_term: "text" },
};
