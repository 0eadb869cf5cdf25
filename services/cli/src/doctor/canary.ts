// canary.ts — proves that the hook bites: a call that must be stopped is stopped, also when nobody is there to ask

import { fileURLToPath } from "node:url";
import { dataFolder } from "../folder.ts";
import { probe, why } from "./probe.ts";

export interface Canary {
  ok: boolean;
  note: string;
}

const main = fileURLToPath(new URL("../main.ts", import.meta.url));
const timeoutMs = 15_000;

const call = (command: string): string =>
  JSON.stringify({
    session_id: `doctor-${process.pid}`,
    cwd: process.cwd(),
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command },
    tool_use_id: `canary-${process.pid}-${command.length}`,
  });

const hook = (command: string, config: string[], env: NodeJS.ProcessEnv) =>
  probe(process.execPath, ["--disable-warning=ExperimentalWarning", main, "hook", "claude-code", ...config], {
    timeoutMs,
    stdin: call(command),
    env,
  });

function decisionOf(stdout: string): unknown {
  try {
    return JSON.parse(stdout).hookSpecificOutput?.permissionDecision;
  } catch {
    return undefined; // no JSON: then it is no decision either
  }
}

/** An always-on rule denies reading our own keys, so a gateway that is really asked must say no to this. */
export async function canaryDenied(config: string | undefined): Promise<Canary> {
  const command = `cat ${dataFolder()}/agent.key ~/.holdpoint/agent.key`;
  const result = await hook(command, config === undefined ? [] : ["--config", config], process.env);
  if (result.code === 0 && decisionOf(result.stdout) === "deny")
    return { ok: true, note: "a call for Holdpoint's own keys was denied" };
  if (result.code === 2) return { ok: false, note: `the hook stops every call: ${why(result)}` };
  return { ok: false, note: `a call for Holdpoint's own keys was not denied (${why(result)})` };
}

/** A closed port stands for every gateway that is gone. */
export async function canaryGone(): Promise<Canary> {
  const result = await hook("true", [], {
    ...process.env,
    HOLDPOINT_URL: "http://127.0.0.1:1",
    HOLDPOINT_KEY: "hp_canary",
    HOLDPOINT_HOOK_DEADLINE_MS: "5000",
    HOLDPOINT_DATA: "/nonexistent/holdpoint-canary",
  });
  return result.code === 2 && result.stdout === ""
    ? { ok: true, note: "without a gateway every call is stopped (exit 2)" }
    : { ok: false, note: `without a gateway the hook exits ${result.code}: calls would run` };
}
