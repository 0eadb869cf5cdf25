// gateway-url.ts — where the gateway is, and why it could not be reached

import { isFault } from "@holdpoint/wire/fault.ts";
import { dataFolder, readIfThere, settingsPath } from "./folder.ts";

export interface AccessOptions {
  url?: string;
  keyFile?: string;
  data?: string;
}

/** `--url`, else HOLDPOINT_URL, else where the last `up` on this machine was. */
export function urlOf(options: AccessOptions, env: NodeJS.ProcessEnv = process.env): string {
  const given = options.url ?? (env["HOLDPOINT_URL"] || undefined);
  if (given !== undefined) {
    if (!URL.canParse(given)) throw new Error(`\`${given}\`: expected an address such as http://127.0.0.1:8787`);
    return given.replace(/\/+$/, "");
  }
  const text = readIfThere(settingsPath(dataFolder(options.data, env)));
  const url: unknown = text === undefined ? undefined : JSON.parse(text).url;
  if (typeof url !== "string") throw new Error("no gateway is known: start `holdpoint up`, or set HOLDPOINT_URL");
  return url;
}

/** The system's own word for a broken connection: "fetch failed" alone helps nobody. */
export function whyUnreached(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (!isFault(cause) && "code" in cause && typeof cause.code === "string") return cause.code;
  return error instanceof Error ? error.message : String(error);
}
