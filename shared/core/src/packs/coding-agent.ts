// coding-agent.ts — the default pack: everyday work runs, what destroys or leaks does not, what a person should see waits

export const codingAgent = `
policy: packs/coding-agent
default: deny
rules:
  - id: allow-safe
    effect: allow
    when: { tool: shell, class: safe }
    reason: read-only
`;
