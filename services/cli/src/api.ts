// api.ts — the gateway as a person's commands call it: where it is, with which key, over the same client that agents use

import { readFileSync } from "node:fs";
import { type Client, createClient } from "@holdpoint/client/client.ts";
import { bearer } from "@holdpoint/wire/bearer.ts";
import { type AccessOptions, urlOf } from "./gateway-url.ts";
import { askHidden } from "./prompt.ts";

export interface Access {
  url: string;
  key: string;
}

/** A key never stands on the command line, where every process on the machine could read it. */
async function keyOf(options: AccessOptions): Promise<string> {
  if (options.keyFile !== undefined) return checked(readFileSync(options.keyFile, "utf8"), `\`${options.keyFile}\``);
  const fromEnvironment = process.env["HOLDPOINT_KEY"];
  if (fromEnvironment) return checked(fromEnvironment, "HOLDPOINT_KEY");
  const typed = await askHidden("your key (as `holdpoint up` showed it), or Enter to sign in: ");
  if (typed === undefined)
    throw new Error("a key is needed: set HOLDPOINT_KEY, or use --key-file, or `holdpoint login`");
  return typed === "" ? (await (await import("./people/login.ts")).signIn(options)).token : checked(typed, "your key");
}

/** Said here, by the place it was read from, and never with the key itself. */
function checked(read: string, from: string): string {
  const key = read.trim();
  bearer(key, from);
  return key;
}

export const accessOf = async (options: AccessOptions): Promise<Access> => ({
  url: urlOf(options),
  key: await keyOf(options),
});

export const openClient = async (options: AccessOptions): Promise<Client> => createClient(await accessOf(options));
