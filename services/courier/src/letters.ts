// letters.ts — what could not be delivered, and another try (`holdpoint deliveries`)

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
