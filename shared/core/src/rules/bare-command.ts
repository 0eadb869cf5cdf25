// bare-command.ts — a shell command and nothing else: without a place, a home, and anybody who vouches

import type { Action } from "@holdpoint/wire/action.ts";

/** For whoever asks what a command means, or what is said of it wherever and by whomever it is run. */
export const bareCommand = (command: string): Action => ({
  id: "act_00000000-0000-7000-8000-000000000000",
  tenant: "-",
  kind: "tool",
  tool: "Bash",
  args: { command },
  argsHash: "-",
  principal: { agent: "-" },
  session: { id: "-" },
  trust: "verified",
  mode: "auto",
  attested: [],
  credential: "-",
  proposedAt: "1970-01-01T00:00:00Z",
});
