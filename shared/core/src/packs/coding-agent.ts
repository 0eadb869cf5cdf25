// coding-agent.ts — the default pack: everyday work runs, what destroys or leaks does not, what a person should see waits
// Seed 004's default rules, each with a reason and examples. Rules are YAML so that a user can read them, copy them and change them.

import { codingAgentAllows } from "./coding-agent-allows.ts";
import { codingAgentAsks } from "./coding-agent-asks.ts";
import { codingAgentDenies } from "./coding-agent-denies.ts";

export const codingAgent = `
policy: packs/coding-agent
description: Default rules for AI coding agents
# A tool that no map knows is denied; a command that no rule covers is asked about (approve-uncovered-command).
default: deny
rules:
${codingAgentDenies}
${codingAgentAsks}
${codingAgentAllows}
`;
