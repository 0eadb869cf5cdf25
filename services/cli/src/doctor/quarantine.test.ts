// quarantine.test.ts — what doctor says of actions that nobody could judge

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { quarantineFinding } from "./quarantine.ts";

const PAGES: Record<string, object> = {
  none: { items: [] },
  some: {
    items: [
      { actionId: "act_2", reason: "judging this action ended the process that did it" },
      { actionId: "act_1", reason: "this action could not be judged" },
    ],
  },
  many: { items: [{ actionId: "act_9", reason: "\u001b[2Jcould not be judged" }], next: "dec_1" },
};
/** Answers by key, as a gateway does that knows the rule it is asked about. */
const gateway = createServer((request, response) => {
  const key = request.headers.authorization?.replace("Bearer ", "") ?? "";
  const asked = new URL(request.url ?? "/", "http://gateway").searchParams.get("rule");
  const page = asked === "holdpoint/quarantine" ? PAGES[key] : undefined;
  response.writeHead(page ? 200 : 403, { "content-type": "application/json" }).end(JSON.stringify(page ?? {}));
});
beforeAll(() => new Promise<void>((listening) => gateway.listen(0, "127.0.0.1", listening)));
afterAll(() => new Promise((closed) => gateway.close(closed)));

test.each<[string, string | undefined, string, RegExp]>([
  ["an empty quarantine is well", "none", "ok", /^empty/],
  [
    "what is in it is counted, and the last one named",
    "some",
    "note",
    /^2 denied .*the last act_2: judging this action ended/,
  ],
  [
    "more than a page is said to be more, and no control character gets through",
    "many",
    "note",
    /^more than 1 denied \P{Cc}*$/u,
  ],
  ["a key that may not read it is no answer", "agent", "note", /^not looked at: the gateway answers 403/],
  ["without a key nothing is looked at", undefined, "note", /HOLDPOINT_KEY/],
])("%s", async (_what, key, state, detail) => {
  const { port } = gateway.address() as AddressInfo;
  const finding = await quarantineFinding(`http://127.0.0.1:${port}`, key);
  expect([finding.what, finding.state]).toEqual(["quarantine", state]);
  expect(finding.detail).toMatch(detail);
});
