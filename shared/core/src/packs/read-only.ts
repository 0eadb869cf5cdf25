// read-only.ts — for agents that look and answer: reading, searching, fetching public pages; nothing is changed, nothing runs

import { codingAgentDenies } from "./coding-agent-denies.ts";

export const readOnly = `
policy: packs/read-only
description: For agents that only look
default: deny
rules:
${codingAgentDenies}
  - id: allow-looking
    effect: allow
    when: { tool: [shell, fs.search, note], class: safe, runsCode: false }
    obligations: { sandbox: { recommended: read-only } }
    reason: only looks
    match: ["ls -la", "git log --oneline", "grep -rn todo src", "cat README.md | wc -l"]
    notMatch: ["touch x", "npm test", "echo x > y", "cat $FILE"]
  - id: allow-reading-files
    effect: allow
    when: { tool: fs.read, paths: ["./**"] }
    reason: reads a file of the workspace
    match: [{ tool: Read, args: { file_path: src/app.ts } }]
    notMatch: [{ tool: Read, args: { file_path: /etc/passwd } }]
  - id: allow-fetching
    effect: allow
    when: { tool: http.fetch, hosts: [{ zones: [public], schemes: [http, https], upload: false }] }
    reason: reads a public page
    match: [{ tool: WebFetch, args: { url: "https://example.com/", prompt: x } }]
    notMatch: [{ tool: WebFetch, args: { url: "http://127.0.0.1/", prompt: x } }]
  - id: allow-steps
    effect: allow
    when: { kind: [agent_step, model_call] }
    reason: thinking is not doing
    match: [{ tool: some-model, kind: model_call }]
    notMatch: [{ tool: frobnicate }]
  - id: deny-changes
    effect: deny
    when: { covered: false }
    reason: this agent only looks
    match: ["touch x", { tool: Write, args: { file_path: a, content: b } }]
    notMatch: ["ls"]
`;
