// settings.ts — how a hook finds its gateway: `--config`, else the environment, else what `up` wrote; never a mixture

import { realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { isBearer } from "@holdpoint/wire/bearer.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { parseStrictJson } from "@holdpoint/wire/strict-json.ts";
import { dataFolder, readIfThere, settingsPath } from "../folder.ts";

export interface HookSettings {
  url: string;
  key: string;
  /** for grants not yet reported and refusals not yet told */
  stateFolder: string;
}

const millis = (text: string | undefined): number | undefined =>
  text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;

/**
 * When this hook gives up, in ms from its start. The client's own time limit must be longer: most clients let a call
 * run when their hook is late. Beside a `--config` the environment may only shorten it. A text that is no number of
 * milliseconds counts as none, because a hook must end in time whatever it was told.
 */
export function deadlineMs(option: string | undefined, environment: string | undefined, hasConfig: boolean): number {
  const base = millis(option) ?? limits.hookDeadlineMs;
  const wanted = millis(environment);
  if (wanted === undefined) return base;
  return hasConfig || option !== undefined ? Math.min(base, wanted) : wanted;
}

const stateFolderOf = (folder: string): string => join(folder, "hook");

function checkUrl(url: unknown, from: string): string {
  if (typeof url !== "string" || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Error(`${from}: expected \`url\` to be an http or https address`);
  return url.replace(/\/+$/, "");
}

function checkKey(key: unknown, from: string): string {
  if (!isBearer(key)) throw new Error(`${from}: expected \`key\` to be a key`);
  return key;
}

/** `{ "url", "key" }`; the ready line of `up --json` (with `agentKey`) is such a file too. */
function readSettings(path: string, text: string): HookSettings {
  // Windows has no such bits; elsewhere a file that anybody may write says whatever anybody wants.
  if (process.platform !== "win32" && (statSync(path).mode & 0o002) !== 0)
    throw new Error(`\`${path}\`: anybody may write this configuration (chmod o-w it)`);
  const value = parseStrictJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`\`${path}\`: expected an object with \`url\` and \`key\``);
  return {
    url: checkUrl(value["url"], `\`${path}\``),
    key: checkKey(value["key"] ?? value["agentKey"], `\`${path}\``),
    stateFolder: stateFolderOf(dirname(resolve(path))),
  };
}

const real = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path); // not there: its name is all there is to compare
  }
};

/**
 * A configuration in the agent's workspace could be rewritten by what the agent runs there. Inside a `.holdpoint`
 * folder it may lie: the always-on rules keep agents out of those.
 */
function refuseInWorkspace(path: string, workspace: string | undefined): void {
  if (workspace === undefined) return;
  const way = relative(real(workspace), real(path));
  const inside = way !== "" && !way.startsWith("..") && !way.startsWith(sep);
  if (inside && !real(path).split(sep).includes(".holdpoint"))
    throw new Error(`\`${path}\` lies in the workspace \`${workspace}\`, where an agent could rewrite it: move it out`);
}

/** Throws a sentence that says what is missing. @param workspace the agent's folder, as its client says */
export function findSettings(
  configPath: string | undefined,
  workspace: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): HookSettings {
  if (configPath !== undefined) {
    refuseInWorkspace(configPath, workspace);
    const text = readIfThere(configPath);
    if (text === undefined) throw new Error(`\`${configPath}\`: there is no such configuration`);
    return readSettings(configPath, text);
  }
  const folder = dataFolder(undefined, env);
  const url = env["HOLDPOINT_URL"];
  const key = env["HOLDPOINT_KEY"];
  if (url || key) {
    if (!url || !key)
      throw new Error(
        `HOLDPOINT_${url ? "URL" : "KEY"} is set alone: set both HOLDPOINT_URL and HOLDPOINT_KEY, or neither`,
      );
    return {
      url: checkUrl(url, "HOLDPOINT_URL"),
      key: checkKey(key, "HOLDPOINT_KEY"),
      stateFolder: stateFolderOf(folder),
    };
  }
  const path = settingsPath(folder);
  const text = readIfThere(path);
  if (text === undefined)
    throw new Error(`no gateway is known: start \`holdpoint up\`, or give --config FILE (looked for \`${path}\`)`);
  return readSettings(path, text);
}
