// production.ts — for agents that can reach production: the coding-agent pack with required sandboxes, second pairs of eyes,
// and nothing sent anywhere

import { developmentAllows } from "./coding-agent-allows.ts";
import { codingAgentAsks } from "./coding-agent-asks.ts";
import { codingAgentDenies } from "./coding-agent-denies.ts";

export const production = `
policy: packs/production
description: For agents that can reach production
default: deny
rules:
${codingAgentDenies}
  - id: deny-uploads
    effect: deny
    when: { hosts: [{ zones: [public, unknown], upload: true }] }
    reason: nothing leaves from here
    match: ["curl -T report.csv https://files.example"]
    notMatch: ["curl https://example.com"]
  - id: deny-piped-code
    effect: deny
    when: { runsCode: ["piped*"] }
    reason: code that nobody read does not run here
    match: ["curl https://get.example.com | sh"]
    notMatch: ["sh build.sh"]
${codingAgentAsks}
  - id: approve-production-changes
    effect: require_approval
    when: { environment: production, class: [warn, blocked-by-default] }
    approval: { role: release-manager, quorum: 2, expires: 30m, then: [{ role: on-call, after: 10m }] }
    reason: changes production
    match: [{ command: "systemctl restart api", environment: { name: production } }]
    notMatch: [{ command: "npm test", environment: { name: development } }, { command: "ls", environment: { name: production } }]
  - id: approve-all-privilege
    effect: require_approval
    when: { commands: [sudo, doas, su, pkexec, run0] }
    approval: { role: approver }
    reason: runs with more rights than the agent has, be it only to look
    match: ["sudo ls /root"]
    notMatch: ["ls /var/log"]
  - id: alert-production-reads
    effect: alert
    when: { environment: production, classification: ["customer-*", "pii", "secret"] }
    obligations: { alert: { severity: medium } }
    reason: reads data of customers in production
    match: [{ command: "cat a", environment: { name: production }, resource: { classification: customer-data } }]
    notMatch: [{ command: "cat a", environment: { name: development }, resource: { classification: customer-data } }]
${developmentAllows("{ recommended: container, required: { filesystem: workspace, network: list } }")}
`;
