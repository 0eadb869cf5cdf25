// embedded.ts — a hook without a gateway: no approvals, so ask is deny; no evidence, and it says so. Never a fallback

import { homedir } from "node:os";
import { decide } from "@holdpoint/core/decide.ts";
import type { Client, HookCall, JsonRecord } from "@holdpoint/core/hooks/clients.ts";
import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { pack } from "@holdpoint/core/rules/packs.ts";
import { policySources } from "../check/policy.ts";
import { actionOf } from "../check/row.ts";
import { writeAll } from "./words.ts";

/** `./policy.d` is not looked for: the working folder of a hook is the agent's own. */
function sources(policyFile: string[] | undefined) {
  const named = policyFile ?? (process.env["HOLDPOINT_POLICY"] ? undefined : []);
  return named?.length === 0 ? [pack("coding-agent")] : policySources({ ...(named && { policyFile: named }) }, "/");
}

/** The words for the client; undefined after the call, when there is nothing to say. Throws where it cannot be judged. */
export function embedded(call: HookCall, client: Client, policyFile: string[] | undefined): JsonRecord | undefined {
  if (call.when === "after") return undefined;
  writeAll(2, "holdpoint: embedded, advisory: no approvals (ask is deny), no evidence\n");
  const action = actionOf(
    {
      tool: call.tool,
      args: call.input,
      principal: { agent: client.agent },
      session: { id: call.session },
      client: client.agent,
    },
    { cwd: call.cwd ?? process.cwd(), home: homedir() },
  );
  const { verdict } = decide(compileSet(sources(policyFile)), action);
  if (verdict.effect === "allow") return client.allow();
  const reason =
    verdict.effect === "ask"
      ? "Tool call denied by policy (a person would be asked; embedded cannot ask)"
      : "Tool call denied by policy";
  return verdict.terminate ? client.stop(reason) : client.deny(reason);
}
