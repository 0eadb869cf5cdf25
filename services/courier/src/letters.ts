// letters.ts — `node letters.ts list [tenant]` and `resend <id> [tenant]`: what could not be delivered, and another try

import { readConfig, required } from "@holdpoint/runtime/config.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { openStore } from "@holdpoint/store/open.ts";
import type { Store } from "@holdpoint/store/store.ts";

const ROWS = 1_000;
const USAGE = "expected `list [tenant]` or `resend <id> [tenant]`";

/** One JSON line a dead letter; ids only, as in the outbox. Returns the exit code. */
export async function letters(
  words: readonly string[],
  store: Pick<Store, "deliveries">,
  print: (line: string) => void,
): Promise<number> {
  const [command, ...rest] = words;
  if (command === "list" && rest.length <= 1) {
    for (const letter of await store.deliveries.deadLetters(rest[0] ?? "default", ROWS)) {
      const { madeAt, diedAt, ...fields } = letter;
      print(
        JSON.stringify({ ...fields, madeAt: new Date(madeAt).toISOString(), diedAt: new Date(diedAt).toISOString() }),
      );
    }
    return 0;
  }
  const [id, tenant = "default"] = rest;
  if (command !== "resend" || id === undefined || !/^\d{1,18}$/.test(id) || rest.length > 2) {
    print(USAGE);
    return 2;
  }
  const done = await store.deliveries.resend(tenant, id);
  print(done ? `${id} is sent again` : `there is no dead letter \`${id}\``);
  return done ? 0 : 1;
}

if (import.meta.main) {
  const config = readConfig();
  const store = await openStore({
    url: required(config, "databaseUrl", "HOLDPOINT_DATABASE_URL"),
    masterKey: required(config, "masterKey", "HOLDPOINT_MASTER_KEY"),
    log: createLogger("letters"),
  });
  try {
    process.exitCode = await letters(process.argv.slice(2), store, (line) => process.stdout.write(`${line}\n`));
  } finally {
    await store.close();
  }
}
