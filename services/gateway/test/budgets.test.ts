// budgets.test.ts — what an operator may set for people's sake (docs/settings.md), as it works in the whole house

import { readConfig } from "@holdpoint/runtime/config.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Body, call, type House, MIGRATE, openHouse, proposal } from "./house.ts";

let house: House;
beforeAll(async () => {
  const settings = readConfig({
    HOLDPOINT_DENIAL_MEMORY_MS: "0",
    HOLDPOINT_APPROVALS_PER_HOUR: "1",
    HOLDPOINT_PENDING_PER_AGENT: "2",
  });
  const { denialMemoryMs, approvalsPerHourMax, pendingApprovalsPerAgentMax } = settings;
  house = await openHouse({ settings: { denialMemoryMs, approvalsPerHourMax, pendingApprovalsPerAgentMax } });
});
afterAll(() => house?.close());

const session = { id: "s-budgets" };
const propose = async (schema: string): Promise<Body> =>
  (
    await call(house, "POST", "/v1/actions?wait=10000", {
      key: house.agentKey,
      body: proposal(`${MIGRATE} --schema ${schema}.prisma`, { session }),
    })
  ).body;
async function vote(action: Body, vote: "approve" | "deny") {
  const path = `/v1/approvals/${action.decision.approval.id}`;
  const { card } = (await call(house, "GET", path, { key: house.approverKey })).body;
  const body = vote === "approve" ? { vote, cardSha256: card.sha256 } : { vote, reason: "not now" };
  return call(house, "POST", `${path}/votes`, { key: house.approverKey, body });
}

test("a memory of no time asks again at once; a second yes within the hour, and a third request, are too many", async () => {
  const first = await propose("a");
  await vote(first, "deny");
  const again = await propose("a");
  expect(again.state).toBe("held");
  expect((await vote(again, "approve")).status).toBe(200);

  const [b, c, d] = [await propose("b"), await propose("c"), await propose("d")];
  expect([b.state, c.state, d.state]).toEqual(["held", "held", "denied"]);
  expect((await vote(b, "approve")).body).toMatchObject({ code: "too_many" });
  expect((await vote(b, "deny")).status).toBe(200);
});
