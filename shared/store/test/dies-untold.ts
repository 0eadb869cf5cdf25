// dies-untold.ts — a process that settles an action and ends between the commit and its notice; arguments: URL, action's id

import { openStore } from "../src/open.ts";
import { log, masterKey, settlement } from "./fixture.ts";

const [url = "", actionId = ""] = process.argv.slice(2);
const store = await openStore({ url, masterKey, log });
await store.listen((notice) => {
  if (notice.kind === "committed") process.kill(process.pid, "SIGKILL");
});
const row = await store.actions.get("default", actionId);
if (row) await store.actions.settle("default", [settlement(row, "allowed")]);
