// mortal-worker.ts — a worker process for the poison test: the command `poison` ends it, as running out of memory would

import { createLogger } from "@holdpoint/runtime/log.ts";
import { openQueue } from "../src/open.ts";
import { keyRing } from "../src/seal.ts";
import type { SettleDraft } from "../src/types.ts";

const say = (word: string, actionId: string): void => {
  process.stdout.write(`${word} ${actionId}\n`);
};
const queue = await openQueue({
  url: process.env["QUEUE_URL"] ?? "",
  ring: keyRing([{ id: "k1", key: Buffer.from(process.env["QUEUE_KEY"] ?? "", "base64") }]),
  log: createLogger("mortal", { level: "fatal" }),
});
queue.work(
  "rules",
  async (message) => {
    if (message.action.args["command"] === "poison") process.kill(process.pid, "SIGKILL");
    // Long enough that the poison of the same burst meets neighbours in hand.
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { settle: { message } as unknown as SettleDraft };
  },
  {
    settle: async (draft) => say("settled", draft.message.action.id),
    exhausted: async (message) => say("exhausted", message.action.id),
  },
);
say("ready", "-");
