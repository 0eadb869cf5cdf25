// folder.ts — where Holdpoint keeps its state on this machine, and the private files in it

import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** `--data`, else `HOLDPOINT_DATA`, else `.holdpoint` in the checkout, else `~/.holdpoint`. Always absolute. */
export function dataFolder(given?: string, env: NodeJS.ProcessEnv = process.env): string {
  const chosen = given ?? (env["HOLDPOINT_DATA"] || undefined);
  if (chosen !== undefined) return resolve(chosen);
  const checkout = env["HOLDPOINT_CHECKOUT"];
  return join(checkout ? resolve(checkout) : homedir(), ".holdpoint");
}

/** Where `up` says how its own agents reach it. */
export const settingsPath = (folder: string): string => join(folder, "hook.json");

/** Only the owner reads it, and no reader ever sees half of it. */
export function writePrivate(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const made = `${path}.${process.pid}.new`;
  writeFileSync(made, text, { mode: 0o600 });
  chmodSync(made, 0o600); // a file left by a crash keeps its old mode otherwise
  renameSync(made, path);
}

/** The text of a file, or undefined where there is none; any other trouble is thrown. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
