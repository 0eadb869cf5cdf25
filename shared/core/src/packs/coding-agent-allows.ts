// coding-agent-allows.ts — everyday work: reading, editing inside the workspace, building, testing, git

import { list } from "./secret-files.ts";
import { PRIVILEGED_LOOKS, SYSTEM_PACKAGES } from "./sensitive-code.ts";

/** Every file that is deleted or made to run lies in the workspace or a scratch folder. */
const OUTSIDE = `unless: { paths: { any: ["!./**", "!\${tmp}/?*/**"], access: [delete, execute] } }`;

/** @param sandbox what runs should (`recommended`) or must (`required`) be held in */
export const developmentAllows = (sandbox: string): string => `
  - id: allow-reading
    effect: allow
    when: { tool: [shell, fs.search, note, mcp], class: safe }
    opaque: dynamic
    reason: only looks
    match: ["ls -la", "git status", "grep -rn todo src", "cat README.md | head", { tool: mcp__github__get_issue, args: { owner: a, repo: b, issue_number: 1 } }]
    notMatch: ["rm x", "npm test"]
  - id: allow-reading-files
    effect: allow
    when:
      tool: fs.read
      paths: ["./**", "\${tmp}/**", "/usr/{include,lib,share,src}/**", "/usr/local/{include,lib,share}/**", "~/.{cargo,rustup,nvm,pyenv,npm,cache}/**", "~/{go,sdk}/**"]
    reason: reads a file of the workspace or of an installed library
    match: [{ tool: Read, args: { file_path: src/app.ts } }]
    notMatch: [{ tool: Read, args: { file_path: /etc/passwd } }, { tool: Read, args: { file_path: ../../../etc/passwd } }]
  - id: allow-editing
    effect: allow
    when:
      tool: [fs.write, fs.edit, fs.delete]
      paths: ["./**", "\${tmp}/?*/**"]
    reason: edits the workspace
    match: [{ tool: Edit, args: { file_path: src/app.ts, old_string: a, new_string: b } }, { tool: Write, args: { file_path: package.json, content: "{}" } }]
    notMatch: [{ tool: Write, args: { file_path: /etc/hosts, content: x } }, { tool: Write, args: { file_path: ../other/x, content: x } }]
  - id: allow-development
    effect: allow
    when:
      tool: shell
      class: [safe, warn]
    ${OUTSIDE}
    opaque: dynamic
    obligations: { sandbox: ${sandbox} }
    reason: everyday development
    match: ["npm test", "cargo build --release", "mkdir -p src/lib", "git commit -m x", "make all", "echo hi > out.txt", "cp a.txt ../elsewhere/", "mkdir ~/notes"]
    notMatch: ["echo hi > /etc/motd", "rm ../elsewhere/a.txt"]
  - id: allow-moving
    effect: allow
    when:
      program: [mv, gzip, bzip2, xz, lzma, lzip, zstd, compress, pigz, pbzip2, gunzip, bunzip2, unxz, unlzma, unzstd, uncompress, rmdir]
      class: [safe, warn]
    unless: { paths: { any: ["!./**", "!\${tmp}/?*/**"], access: [execute] } }
    opaque: dynamic
    reason: what is moved or packed is still there; a folder that rmdir takes held nothing
    match: ["mv ../notes.txt ~/notes/", "mv a.txt b.txt", "gzip ~/notes.txt", "rmdir ~/empty"]
    notMatch: ["mv /etc/hosts /tmp/x", "rm a.txt"]
  - id: allow-system-packages
    effect: allow
    when: { program: ${list(SYSTEM_PACKAGES)}, runsCode: [trusted-package] }
    unless: { paths: { any: ["**"], access: [write, delete, execute] } }
    obligations: { sandbox: ${sandbox} }
    reason: installs by name from the repositories that this machine trusts
    match: ["apt-get install -y --no-install-recommends git", "apk add --no-cache bash"]
    notMatch: ["sudo apt-get install git", "apt-get install $EXTRA", "ssh host.example apt-get install git"]
  - id: allow-writing-scripts
    effect: allow
    when:
      tool: [fs.write, fs.edit]
      class: [safe, warn]
    unless: { paths: { any: ["!./**", "!\${tmp}/?*/**"], access: [write, delete] } }
    opaque: dynamic
    reason: writes a script of everyday work; what it says was read as if it ran
    match: [{ tool: Write, args: { file_path: build.sh, content: "set -e\\nnpm ci\\ncp -r dist out" } }]
    notMatch: [{ tool: Write, args: { file_path: setup.sh, content: "systemctl restart nginx" } }, { tool: Write, args: { file_path: ../x.sh, content: ls } }]
  - id: allow-fetching
    effect: allow
    when: { tool: http.fetch, hosts: [{ zones: [public], schemes: [http, https], upload: false }] }
    reason: reads a public page
    match: [{ tool: WebFetch, args: { url: "https://example.com/docs", prompt: x } }]
    notMatch: [{ tool: WebFetch, args: { url: "http://127.0.0.1/", prompt: x } }, { tool: WebFetch, args: { url: "ftp://example.com/", prompt: x } }]
  - id: allow-queries
    effect: allow
    when: { tool: db.query, class: [safe, warn], databases: true }
    unless: { databases: ["!select", "!show", "!describe", "!desc", "!explain", "!values"] }
    reason: reads from a database
    match: [{ tool: execute_sql, args: { sql: "select * from users limit 5" } }]
    notMatch: [{ tool: execute_sql, args: { sql: "select 1; insert into a values (1)" } }, { tool: execute_sql, args: { sql: "select 1 into outfile '/tmp/x'" } }]
  - id: allow-agents
    effect: allow
    when: { tool: [agent, note] }
    reason: starts an agent or takes a note; what it does is judged by itself
    match: [{ tool: Task, args: { prompt: look, description: x } }, { tool: TodoWrite, args: {} }]
    notMatch: [{ tool: frobnicate }]
  - id: allow-steps
    effect: allow
    when: { kind: [agent_step, model_call] }
    reason: thinking is not doing
    match: [{ tool: planner, kind: agent_step }, { tool: some-model, kind: model_call }]
    notMatch: [{ tool: planner }]
`;

/** Where more rights are asked about whatever is done with them, this one would never count. */
const privilegedLooks = `  - id: allow-looking-with-privilege
    effect: allow
    when:
      commands: ${list(PRIVILEGED_LOOKS)}
    unless: { paths: { access: [write, delete, execute] } }
    opaque: dynamic
    reason: only looks, though with more rights
    match: ["sudo ls -la /var/log", "sudo git status", "sudo systemctl status nginx", "sudo ss -ltnp", "sudo journalctl -u nginx", "sudo apt-get update", "sudo -l"]
    notMatch: ["sudo rm x", "sudo systemctl restart nginx", "sudo cat /root/notes", "ssh host.example sudo ls"]
`;

export const codingAgentAllows = `${developmentAllows("{ recommended: workspace }")}${privilegedLooks}`;
