// real.test.ts — the hook and the real product: allowed, denied, held, answered, reported; and back when it is gone

import { join } from "node:path";
import { spooled } from "@holdpoint/cli/hook/spool.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, type Product, startProduct } from "../e2e/product.ts";
import { before, decisionOf, type HookResult, privateFolder, runHook } from "./run-hook.ts";

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(async () => {
  await product?.stop();
});

const hook = (stdin: unknown, args: string[] = []): Promise<HookResult> =>
  runHook({ stdin, args, env: { HOLDPOINT_DATA: product.data } });
const reasonOf = (result: HookResult): string => JSON.parse(result.stdout).hookSpecificOutput.permissionDecisionReason;
const vote = async (approvalId: string, body: (card: string) => object) => {
  const { approverKey: key } = product;
  const approval = await call(product, "GET", `/v1/approvals/${approvalId}`, { key });
  return call(product, "POST", `/v1/approvals/${approvalId}/votes`, { key, body: body(approval.body.card.sha256) });
};
const approve = (id: string) => vote(id, (cardSha256) => ({ vote: "approve", cardSha256 }));
const deny = (id: string) => vote(id, () => ({ vote: "deny", reason: "not today" }));
const pendingIn = (result: HookResult): string => /apr_[0-9a-f-]{36}/.exec(reasonOf(result))?.[0] ?? "";
const stateOf = async (approvalId: string) => {
  const approval = await call(product, "GET", `/v1/approvals/${approvalId}`, { key: product.approverKey });
  const { actionId } = approval.body;
  return (await call(product, "GET", `/v1/actions/${actionId}`, { key: product.agentKey })).body.state;
};
const MIGRATE = "npx prisma migrate deploy";

test("an everyday call is allowed, and its outcome ends up with the action", async () => {
  const one = before("ls -la", { session_id: "everyday" });
  expect(decisionOf(await hook(one))).toBe("allow");
  const list = () =>
    call(product, "GET", "/v1/decisions?session=everyday", { key: product.auditorKey }).then(({ body }) => body.items);
  const [decision] = await list();
  expect(decision.effect).toBe("allow");
  const state = () =>
    call(product, "GET", `/v1/actions/${decision.actionId}`, { key: product.agentKey }).then(({ body }) => body.state);
  expect(await state()).toBe("executing");
  const after = await hook({ ...one, hook_event_name: "PostToolUse", tool_response: { stdout: "", exitCode: 0 } });
  expect([after.code, after.stdout, after.stderr]).toEqual([0, "", ""]);
  expect(await state()).toBe("succeeded");
});

test("a destructive call is denied in the client's words, and nothing more is told", async () => {
  const result = await hook(before("rm -rf /home/dev/other"));
  expect([result.code, decisionOf(result)]).toEqual([0, "deny"]);
  expect(reasonOf(result)).toMatch(/^Tool call denied by policy/);
});

test("the same call again, by the same id, is not allowed twice", async () => {
  const one = before("ls");
  expect(decisionOf(await hook(one))).toBe("allow");
  expect(decisionOf(await hook(one))).toBe("deny");
});

test("held: denied with the approval's id; repeated after a yes, it runs; repeated once more, it is asked anew", async () => {
  const session = { session_id: "held" };
  const first = await hook(before(MIGRATE, session));
  expect([first.code, decisionOf(first)]).toEqual([0, "deny"]);
  const id = pendingIn(first);
  expect(reasonOf(first)).toContain(`approval pending: ${id}`);
  expect(pendingIn(await hook(before(MIGRATE, session)))).toBe(id);
  expect((await approve(id)).status).toBe(200);
  expect(decisionOf(await hook(before(MIGRATE, session)))).toBe("allow");
  expect(pendingIn(await hook(before(MIGRATE, session)))).not.toBe(id);
});

test("held and answered with no: the repeated call is a new one, and is asked about again", async () => {
  const session = { session_id: "no" };
  const id = pendingIn(await hook(before(MIGRATE, session)));
  expect((await deny(id)).status).toBe(200);
  expect(decisionOf(await hook(before(MIGRATE, session)))).toBe("deny");
});

test("--on-hold wait: the hook stays, and the yes of a person lets the call run", async () => {
  const waiting = hook(before(MIGRATE, { session_id: "wait" }), ["--on-hold", "wait"]);
  const end = performance.now() + 15_000;
  let id: string | undefined;
  while (id === undefined && performance.now() < end) {
    const { body } = await call(product, "GET", "/v1/approvals?state=pending", { key: product.approverKey });
    id = body.items.find(({ card }: { card: { text: string } }) => card.text.includes("session [claimed]: wait"))?.id;
  }
  expect((await approve(id ?? "")).status).toBe(200);
  const result = await waiting;
  expect([result.code, decisionOf(result)]).toEqual([0, "allow"]);
  expect(await stateOf(id ?? "")).toBe("executing");
});

test("a wrong key: exit 2", async () => {
  const result = await runHook({
    stdin: before("ls"),
    env: { HOLDPOINT_URL: product.url, HOLDPOINT_KEY: "hp_nobody", HOLDPOINT_DATA: "/nonexistent" },
  });
  expect([result.code, result.stdout]).toEqual([2, ""]);
  expect(result.stderr).toContain("401");
});

test("what was refused while the gateway was away is evidence as soon as it is back, once, and without arguments", async () => {
  const HOLDPOINT_DATA = privateFolder();
  const at = (url: string, stdin: unknown) =>
    runHook({ stdin, env: { HOLDPOINT_URL: url, HOLDPOINT_KEY: product.agentKey, HOLDPOINT_DATA } });
  const away = "http://127.0.0.1:9";
  for (const command of ["ls away-1", "ls away-2"])
    expect((await at(away, before(command, { session_id: "spooled" }))).code).toBe(2);
  expect(decisionOf(await at(product.url, before("ls", { session_id: "back" })))).toBe("allow");
  expect(decisionOf(await at(product.url, before("ls", { session_id: "back" })))).toBe("allow");
  const events = await fetch(`${product.url}/v1/events`, {
    headers: { authorization: `Bearer ${product.auditorKey}`, "last-event-id": "0" },
  });
  let text = "";
  for await (const chunk of events.body ?? []) {
    text += new TextDecoder().decode(chunk as Uint8Array);
    if (text.includes("hook.refused")) break;
  }
  expect(text.match(/event: hook\.refused/g)).toHaveLength(2);
  expect(text).not.toContain("away-1");
  expect(spooled(join(HOLDPOINT_DATA, "hook")).count).toBe(0);
});
