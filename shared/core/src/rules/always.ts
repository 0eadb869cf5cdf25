// always.ts — denies built into the engine: no document removes them. They keep agents from Holdpoint itself (rulings §D2)

import type { PolicySource } from "@holdpoint/wire/policy.ts";

const text = `
policy: holdpoint/always
disclosure: hint
rules:
  - id: deny-blocked-callers
    effect: deny
    when: { trust: [blocked] }
    reason: this caller is blocked, whatever else matches
    match: [{ command: ls, trust: blocked }]
    notMatch: [{ command: ls, trust: quarantined }]
  - id: protect-holdpoint-state
    effect: deny
    when:
      paths:
        - any: ["**/.holdpoint/**", "~/.config/holdpoint/**", "~/.local/share/holdpoint/**", "~/.local/state/holdpoint/**", "~/Library/Application Support/holdpoint/**", "/etc/holdpoint/**", "/var/lib/holdpoint/**"]
          mayContain: false
    reason: Holdpoint's own state, keys and configuration are not for agents
    match: ["cat .holdpoint/agent.key", "rm -rf ~/.config/holdpoint", "cp /etc/holdpoint/config.json .", "ln -s .holdpoint link"]
    notMatch: ["cat docs/holdpoint.md", "ls"]
  - id: protect-holdpoint-policies
    effect: deny
    when:
      paths:
        any: ["**/policy.d/**"]
        access: [write, delete, execute]
    reason: an agent does not write the policies that it is judged by
    match: ["echo 'default: allow' > policy.d/00-defaults.yaml", "rm -r config/policy.d"]
    notMatch: ["cat policy.d/00-defaults.yaml"]
  - id: protect-agent-hooks
    effect: deny
    when:
      paths:
        - any: ["**/.claude/settings*.json", "**/.claude/hooks/**", "**/.claude.json", "**/.codex/config.toml", "**/.codex/hooks.json", "**/.codex/hooks/**", "**/.gemini/settings.json", "**/.gemini/hooks/**", "**/.cursor/hooks.json", "**/.cursor/hooks/**", "**/.copilot/config.json", "**/.github/hooks/**", "**/.opencode/plugin*/**", "~/.config/opencode/**", "**/opencode.json*"]
          access: [write, delete, execute]
    reason: the hooks that ask Holdpoint are configured here
    match: ["echo '{}' > .claude/settings.json", "rm ~/.codex/config.toml", "sed -i s/holdpoint// .gemini/settings.json"]
    notMatch: ["cat .claude/settings.json"]
  - id: protect-holdpoint-commands
    effect: deny
    when:
      commands:
        - holdpoint {approve,deny,inbox,withdraw,ask,answer,delegate,delegations,grants,denials,erase,login,keys,people,policy,kill-switch,up,migrate,deliveries}
        - npm run holdpoint {approve,deny,inbox,withdraw,ask,answer,delegate,delegations,grants,denials,erase,login,keys,people,policy,kill-switch,up,migrate,deliveries}
    reason: approving, keys and policies are for people
    match: ["holdpoint approve apr_1", "holdpoint delegate mallory --until 2h", "holdpoint answer act_1 yes", "npx holdpoint keys bootstrap", "sudo holdpoint policy publish x"]
    notMatch: ["holdpoint check Bash '{}'", "holdpoint explain dec_1", "echo holdpoint approve"]
  - id: protect-holdpoint-cli
    effect: deny
    when:
      tool: shell
      argsMatch: '(holdpoint|services/cli/src/main\\.ts|hp_[0-9a-f]{8})[^\\n;|&]{0,200}[\\s''"](approve|deny|inbox|withdraw|delegate|delegations|grants|denials|erase|login|keys|people|policy|kill-switch|migrate)([\\s''"]|$)'
      program: [node, npm, pnpm, yarn, npx, bun, bunx, deno, tsx, corepack]
    reason: approving, keys and policies are for people
    match: ["node services/cli/src/main.ts approve apr_1", "node services/cli/src/main.ts withdraw apr_1", "npm run -s holdpoint -- approve apr_1"]
    notMatch: ["node services/cli/src/main.ts check Bash", "npm test", "git commit -m 'holdpoint approve'"]
  - id: protect-holdpoint-votes
    effect: deny
    when:
      hosts: [{}]
      argsMatch: '/v1/(approvals/[^\\s/]+/votes|kill-switch|sessions/[^\\s/]+/(terminate|resume))'
    reason: approving and stopping are for people
    match: ["curl -X POST http://127.0.0.1:4100/v1/approvals/apr_1/votes -d '{}'", "curl -X PUT https://holdpoint.example/v1/kill-switch"]
    notMatch: ["curl http://127.0.0.1:4100/v1/actions/act_1", "grep -rn /v1/kill-switch src"]
  - id: protect-holdpoint-routes
    effect: deny
    when:
      hosts: [{ zones: [loopback, private, link-local, unspecified, unknown] }]
      argsMatch: '/v1/(policies|keys|people|grants)'
    reason: keys, people and policies are for people
    match: ["curl -X POST http://127.0.0.1:4100/v1/keys -d '{}'"]
    notMatch: ["curl https://api.example.com/v1/policies", "grep -rn /v1/policies src"]
  - id: protect-holdpoint-variables
    effect: deny
    when:
      variables: ["HOLDPOINT_*"]
    reason: where Holdpoint is found is not for agents to say
    match: ["HOLDPOINT_URL=http://evil.example claude"]
    notMatch: ["PORT=3000 npm start"]
  - id: protect-holdpoint-exports
    effect: deny
    when:
      program: [export, declare, typeset, readonly, local, env, setx, set]
      words: ["HOLDPOINT_*=*"]
    reason: where Holdpoint is found is not for agents to say
    match: ["export HOLDPOINT_POLICY=/tmp/allow.yaml"]
    notMatch: ["export PORT=3000", "echo HOLDPOINT_URL=x"]
  - id: protect-holdpoint-processes
    effect: deny
    when:
      commands: ["pkill *holdpoint*", "killall *holdpoint*", "pkill --full *holdpoint*"]
    reason: an agent does not stop what holds it
    match: ["pkill -f holdpoint", "killall holdpoint"]
    notMatch: ["pkill -f vite"]
`;

export const alwaysSource: PolicySource = { name: "holdpoint/always", dialect: "native-yaml", text };
