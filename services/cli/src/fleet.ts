// fleet.ts — what an operator does once: bring a database to this version, and mint a fleet's first key

import { DEFAULT_TENANT } from "@holdpoint/engine/deps.ts";
import { readConfig, required } from "@holdpoint/runtime/config.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { migrate as migrateStore } from "@holdpoint/store/migrate.ts";
import { openStore } from "@holdpoint/store/open.ts";
import type { Store } from "@holdpoint/store/store.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { writeOut } from "./output.ts";

/** Under an advisory lock, additive within a major version: old processes run on (rulings §E9). */
export async function migrate(): Promise<number> {
  const url = required(readConfig(), "databaseUrl", "HOLDPOINT_DATABASE_URL");
  await migrateStore(url, createLogger("migrate"));
  await writeOut("the database is at this version\n");
  return 0;
}

async function withStore<T>(name: string, work: (store: Store) => Promise<T>): Promise<T> {
  const config = readConfig();
  const store = await openStore({
    url: required(config, "databaseUrl", "HOLDPOINT_DATABASE_URL"),
    masterKey: required(config, "masterKey", "HOLDPOINT_MASTER_KEY"),
    log: createLogger(name),
  });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** `list [tenant]` or `resend <id> [tenant]`; 1 where there is no such dead letter. */
export const deadLetters = (words: readonly string[]): Promise<number> =>
  withStore("deliveries", async (store) => {
    const { letters } = await import("@holdpoint/courier/letters.ts");
    const lines: string[] = [];
    const code = await letters(words, store, (line) => lines.push(`${line}\n`));
    await writeOut(lines.join(""));
    return code;
  });

/** Only on a store without any key: whoever has the first key can make the others, so it is made once. */
export const bootstrapKeys = (options: { json?: boolean; person?: string }): Promise<number> =>
  withStore("keys", async (store) => {
    if (!(await store.keys.empty()))
      throw new Fault("already_exists", "this store has keys already: an admin makes more (POST /v1/keys)");
    const request = { role: "admin" as const, ...(options.person ? { person: options.person } : {}) };
    const { record, key } = await store.keys.create(DEFAULT_TENANT, request, { system: "bootstrap" });
    await writeOut(options.json ? `${JSON.stringify({ id: record.id, role: record.role, key })}\n` : `${key}\n`);
    return 0;
  });
