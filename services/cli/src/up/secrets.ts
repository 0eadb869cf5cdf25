// secrets.ts — the keys that `up` makes for itself: 32 random bytes each, in the data folder, readable by its owner only

import { randomBytes } from "node:crypto";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "@holdpoint/runtime/config.ts";
import { readConfig } from "@holdpoint/runtime/config.ts";
import { readIfThere, writePrivate } from "../folder.ts";

/** A key's text, made at the first start. One that others could read is closed again: they had no business there. */
function kept(folder: string, name: string, make: () => string): string {
  const path = join(folder, name);
  const known = readIfThere(path);
  if (known !== undefined) {
    chmodSync(path, 0o600);
    return known.trim();
  }
  const made = make();
  writePrivate(path, `${made}\n`);
  return made;
}

const bytes = (): string => randomBytes(32).toString("base64");

/** What the environment says wins: a fleet that grows out of an `up` brings its keys along. Throws `config_invalid`. */
export function ownKeys(folder: string, config: Config): Required<Pick<Config, "masterKey" | "jobKeys">> {
  const made = readConfig({
    HOLDPOINT_MASTER_KEY: kept(folder, "master.key", bytes),
    HOLDPOINT_JOB_KEYS: kept(folder, "job.keys", () => `k1:${bytes()}`),
  });
  const masterKey = config.masterKey ?? made.masterKey;
  const jobKeys = config.jobKeys ?? made.jobKeys;
  if (masterKey === undefined || jobKeys === undefined) throw new Error(`the keys in \`${folder}\` cannot be read`);
  return { masterKey, jobKeys };
}
