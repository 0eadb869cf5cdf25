// api.ts — the gateway as a person's commands call it: where it is, with which key, over the same client that agents use

import { readFileSync } from "node:fs";
import { type Client, createClient } from "@holdpoint/client/client.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import { dataFolder, readIfThere, settingsPath } from "./folder.ts";
import { askHidden } from "./prompt.ts";

export interface AccessOptions {
  url?: string;
  keyFile?: string;
  data?: string;
}

export interface Access {
  url: string;
  key: string;
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

/** A key never stands on the command line, where every process on the machine could read it. */
async function keyOf(options: AccessOptions): Promise<string> {
  if (options.keyFile !== undefined) return readFileSync(options.keyFile, "utf8").trim();
  const fromEnvironment = process.env["HOLDPOINT_KEY"];
  if (fromEnvironment) return fromEnvironment;
  const typed = await askHidden("your key (as `holdpoint up` showed it), or Enter to sign in: ");
  if (typed === undefined)
    throw new Error("a key is needed: set HOLDPOINT_KEY, or use --key-file, or `holdpoint login`");
  return typed === "" ? (await (await import("./people/login.ts")).signIn(options)).token : typed;
}

export const accessOf = async (options: AccessOptions): Promise<Access> => ({
  url: urlOf(options),
  key: await keyOf(options),
});

export const openClient = async (options: AccessOptions): Promise<Client> => createClient(await accessOf(options));

/** The system's own word for a broken connection: "fetch failed" alone helps nobody. */
export function whyUnreached(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (!isFault(cause) && "code" in cause && typeof cause.code === "string") return cause.code;
  return error instanceof Error ? error.message : String(error);
}
