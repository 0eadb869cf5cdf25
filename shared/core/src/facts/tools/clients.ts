// clients.ts — the tools of every client and of common MCP servers by their names

import {
  agent,
  code,
  copy,
  edit,
  fetching,
  list,
  move,
  note,
  patch,
  read,
  remove,
  search,
  sending,
  shell,
  sql,
  webSearch,
  write,
} from "./kinds.ts";
import type { ToolMap } from "./tool-map.ts";

/** Names as clients send them, normalised; the first words of each line say whose they are. */
export const TOOLS: readonly (readonly [string, ToolMap])[] = [
  // Claude Code
  ["bash", shell],
  ["read notebookread", read],
  ["write", write],
  ["edit multiedit notebookedit", edit],
  ["glob grep", search],
  ["ls", list],
  ["webfetch", fetching],
  ["websearch", webSearch],
  ["task agent croncreate schedulewakeup workflow", agent],
  ["monitor", shell],
  ["lsp", read],
  ["repl", code],
  // what is shown to others leaves the machine; what a server keeps is fetched by its address
  ["artifact senduserfile", sending],
  [
    "readmcpresourcetool read_mcp_resource fetchmcpresource",
    { ...fetching, args: { ...fetching.args, server: "text" } },
  ],
  [
    "todowrite todoread exitplanmode enterplanmode askuserquestion bashoutput killshell killbash skill slashcommand taskoutput",
    note,
  ],
  [
    "taskcreate taskget tasklist taskupdate taskstop toolsearch structuredoutput crondelete cronlist listmcpresourcestool",
    note,
  ],
  [
    "enterworktree exitworktree pushnotification sendmessage sendusermessage brief teamcreate teamdelete waitformcpservers verifyplanexecution sleep",
    note,
  ],
  // Codex
  ["shell local_shell shell_command exec_command container.exec unified_exec", shell],
  ["apply_patch patch.apply", patch],
  ["update_plan view_image", { ...note, args: { path: "path:read" } }],
  ["grep_files", search],
  ["spawn_agent followup_task", agent],
  ["wait_agent close_agent resume_agent list_agents request_user_input tool_search wait send_message", note],
  [
    "get_goal create_goal update_goal list_mcp_resources list_mcp_resource_templates request_permissions image_gen",
    note,
  ],
  ["js_repl", code],
  // Gemini CLI
  ["run_shell_command", shell],
  ["read_file read_many_files", read],
  ["write_file", write],
  ["replace", edit],
  ["list_directory", list],
  ["glob search_file_content grep_search", search],
  ["web_fetch", { ...fetching, args: { ...fetching.args, prompt: "url" } }],
  ["google_web_search", webSearch],
  ["invoke_agent delegate_to_agent codebase_investigator cli_help generalist", agent],
  [
    "tracker_create_task tracker_update_task tracker_get_task tracker_list_tasks tracker_add_dependency tracker_visualize list_background_processes read_background_output",
    note,
  ],
  [
    "save_memory write_todos ask_user enter_plan_mode exit_plan_mode activate_skill get_internal_docs update_topic complete_task",
    note,
  ],
  // Copilot CLI, VS Code
  ["run_in_terminal run_command", shell],
  ["powershell pwsh write_powershell", { ...shell, speaks: "powershell" }],
  // what is typed into a shell that runs already is a command as well
  [
    "write_stdin write_bash send_terminal_input send_input",
    { ...shell, args: { ...shell.args, chars: "command", text: "command" } },
  ],
  ["read_bash stop_bash list_bash read_powershell stop_powershell list_powershell report_intent", note],
  ["view show_file", read],
  ["create create_file", write],
  ["str_replace str_replace_editor str_replace_based_edit_tool insert_edit_into_file replace_string_in_file", edit],
  ["rg", search],
  ["read_agent write_agent store_memory update_todo fetch_copilot_cli_documentation task_complete", note],
  ["file_search semantic_search codebase_search semanticsearch glob_file_search", search],
  ["fetch_webpage open_simple_browser", fetching],
  // OpenCode
  ["patch", patch],
  ["list", list],
  ["codesearch", webSearch],
  ["question plan_enter plan_exit invalid", note],
  // Cursor
  ["run_terminal_cmd run_terminal_command terminal", shell],
  ["edit_file search_replace edit_notebook reapply", edit],
  ["delete_file delete", remove],
  ["strreplace editnotebook", edit],
  ["tabread", read],
  ["tabwrite", write],
  ["subagent", agent],
  ["read_lints readlints", { ...read, args: { ...read.args, paths: "path:read" } }],
  ["todo_write fetch_rules switchmode askquestion await createplan generateimage", note],
  ["list_dir", list],
  ["web_search", webSearch],
  // generic names
  [
    "sh execute exec execute_command execute_bash run_bash run_terminal shell_exec system command execute_shell_command bash_tool zsh terminal.run process.run subprocess",
    shell,
  ],
  ["cmd", { ...shell, speaks: "cmd" }],
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
export const SERVERS: Record<string, Record<string, ToolMap>> = {
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
