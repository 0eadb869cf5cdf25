// people.test.ts — what a person does at a terminal, on the real product: see what waits, answer, watch, ask why

import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@holdpoint/client/client.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CliResult, folderWith, runCli } from "../run-cli.ts";
import { type UpProcess, upProcess } from "../up-process.ts";

let up: UpProcess;
const folder = folderWith();
beforeAll(async () => {
  up = await upProcess(folder);
}, 120_000);
afterAll(async () => {
  await up?.kill();
});

const NONE = "apr_00000000-0000-7000-8000-000000000000";
let calls = 0;
/** A migration waits for a person by the default pack. */
async function held() {
  const agent = createClient({ url: up.ready.url, key: up.ready.agentKey });
  const answer = await agent.propose(
    {
      tool: "Bash",
      args: { command: `npx prisma migrate deploy --schema s${++calls}.prisma` },
      cwd: "/home/dev/api",
      principal: { agent: "claude-code" },
      session: { id: `s-${calls}` },
    },
    { waitMs: 10_000 },
  );
  const approvalId = answer.decision?.approval?.id ?? "";
  expect(approvalId).toMatch(/^apr_/);
  return { ...answer, approvalId, decisionId: answer.decision?.decisionId ?? "", agent };
}
const person = (args: string[], key: string | undefined = up.ready.approverKey): Promise<CliResult> =>
  runCli(args, { env: { HOLDPOINT_URL: up.ready.url, ...(key === undefined ? {} : { HOLDPOINT_KEY: key }) } });

test("inbox lists what waits, and shows the card that is voted on", async () => {
  const { approvalId } = await held();
  const list = await person(["inbox"]);
  expect([list.code, list.stderr]).toEqual([0, ""]);
  expect(list.stdout).toContain(approvalId);
  expect(list.stdout).toContain("prisma migrate deploy");
  const card = await person(["inbox", approvalId]);
  expect(card.stdout).toContain(`--schema s${calls}.prisma`);
  expect(card.stdout).toMatch(/\n\nso far: \S+ 0 of 1, 1 more needed\nholdpoint approve apr_/);
  const json = await person(["inbox", "--json"]);
  expect(
    json.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).id),
  ).toContain(approvalId);
});

test("approve shows the card, votes on it, and the action may run", async () => {
  const { approvalId, actionId, agent } = await held();
  const result = await person(["approve", approvalId]);
  expect([result.code, result.stdout]).toEqual([0, `${approvalId} approved\n`]);
  expect(result.stderr).toContain("ARGUMENTS, EXACTLY");
  expect(result.stderr).toMatch(/so far: \S+ 0 of 1, 1 more needed/);
  expect((await agent.claim(actionId)).state).toBe("executing");
  const again = await person(["approve", approvalId]);
  expect(again.code).toBe(2);
  expect(again.stderr).toMatch(/settled|voted/);
});

test("deny stops it, with a reason", async () => {
  const { approvalId, actionId, agent } = await held();
  expect((await person(["deny", approvalId])).code).toBe(2);
  expect((await person(["deny", approvalId, "--reason", "not today"])).stdout).toBe(`${approvalId} rejected\n`);
  expect((await agent.get(actionId)).state).toBe("rejected");
});

test("explain says why, in sentences, to people only", async () => {
  const { decisionId, approvalId } = await held();
  const result = await person(["explain", decisionId], up.ready.auditorKey);
  expect([result.code, result.stderr]).toEqual([0, ""]);
  expect(result.stdout).toContain("approve-migrations");
  expect(result.stdout).not.toContain("Since then");
  await person(["approve", approvalId]);
  const answered = await person(["explain", decisionId]);
  expect(answered.stdout).toMatch(/\nSince then: approved by \S+, \d{4}-\d\d-\d\d /);
  const agent = await person(["explain", decisionId], up.ready.agentKey);
  expect([agent.code, agent.stdout]).toEqual([2, ""]);
});

test("tail shows events as they happen", async () => {
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  const { url, approverKey = "" } = up.ready;
  const child = spawn(process.execPath, [main, "tail"], {
    env: { PATH: process.env["PATH"] ?? "", HOLDPOINT_URL: url, HOLDPOINT_KEY: approverKey },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const shown = new Promise<string>((resolve) => {
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      if (text.includes("action.held")) resolve(text);
    });
  });
  // The stream starts when it is open, so calls are made until one of them was seen.
  let seen = "";
  void shown.then((text) => {
    seen = text;
  });
  while (seen === "") await held();
  expect(seen).toMatch(/\d\d:\d\d:\d\d\.\d{3} {2}action\.held\s+act_/);
  child.kill("SIGINT");
  expect(await ended).toBe(0);
});

test("ask puts a question on the card, answer answers it, and the yes is for the card as it then is", async () => {
  const { approvalId, actionId } = await held();
  expect((await person(["ask", approvalId, "which database?"])).stdout).toContain("asked");
  expect((await person(["inbox", approvalId])).stdout).toContain("question: which database?");
  const answered = await person(["answer", actionId, "the one of staging"], up.ready.agentKey);
  expect([answered.code, answered.stderr]).toEqual([0, ""]);
  const yes = await person(["approve", approvalId]);
  expect(yes.stderr).toContain("answer: the one of staging");
  expect(yes.stdout).toBe(`${approvalId} approved\n`);
});

test("withdraw takes the yes back before anything ran", async () => {
  const { approvalId, actionId, agent } = await held();
  await person(["approve", approvalId]);
  expect((await person(["withdraw", approvalId])).stdout).toBe(
    `${approvalId} your yes is taken back: it is cancelled\n`,
  );
  expect((await agent.get(actionId)).state).toBe("revoked");
});

test("approve --next is a standing grant, which grants lists and revokes", async () => {
  const { approvalId } = await held();
  expect((await person(["approve", approvalId, "--next", "2"])).code).toBe(0);
  const listed = JSON.parse((await person(["grants", "--json"])).stdout.trim().split("\n")[0] ?? "");
  expect(listed).toMatchObject({ approvalId, scope: "times", usesLeft: 2 });
  expect((await person(["grants"])).stdout).toContain(`s${calls}.prisma`);
  expect((await person(["grants", "revoke", listed.id])).stdout).toBe(`${listed.id} revoked\n`);
  expect((await person(["grants"])).stdout).toMatch(/revoked 20\d\d/);
});

test("approve --edit ends it and has the edited call judged in its place", async () => {
  const { approvalId, actionId, agent } = await held();
  const edited = await person(["approve", approvalId, "--edit", '{"command":"npx prisma migrate status"}']);
  expect(edited.stdout).toMatch(new RegExp(`^${approvalId} cancelled: act_\\S+ is judged in its place\n$`));
  expect((await agent.get(actionId)).replacedBy).toBe(/act_\S+/.exec(edited.stdout)?.[0]);
});

test("denials lists what a no still answers, and forgets it", async () => {
  const { approvalId } = await held();
  await person(["deny", approvalId, "--reason", "not today"]);
  expect((await person(["denials"])).stdout).toContain(approvalId);
  expect((await person(["denials", "forget", approvalId])).stdout).toBe(`${approvalId} forgotten\n`);
  expect((await person(["denials"])).stdout).not.toContain(approvalId);
});

test("nobody has lent anything in a house of one", async () => {
  expect((await person(["delegations"])).stdout).toBe("nobody has lent anything\n");
});

describe("what cannot be done says so and exits 2", () => {
  test.each<[string, string[], string | undefined, RegExp]>([
    ["no key", ["inbox"], "", /HOLDPOINT_KEY/],
    ["a wrong key", ["inbox", "--list"], "hp_nobody", /unknown here.*HOLDPOINT_KEY.*\(unauthenticated\)/],
    ["the agent's key", ["approve", NONE], "agent", /`agent` may not do this: it is for approver/],
    [
      "the agent's key, to deny",
      ["deny", NONE, "--reason", "x"],
      "agent",
      /`agent` may not do this: it is for approver/,
    ],
    ["the auditor's key", ["withdraw", "HELD"], "auditor", /`auditor` may not do this/],
    ["an unknown approval", ["approve", NONE], undefined, /nothing here/],
    [
      "an action's id for an approval's",
      ["approve", NONE.replace("apr", "act")],
      undefined,
      /not the id of an approval.*inbox/,
    ],
    ["no id at all", ["deny", "../../x", "--reason", "x"], undefined, /not the id of an approval/],
    ["a blank reason", ["deny", "HELD", "--reason", "  "], undefined, /needs a reason/],
    ["taking back what was not given", ["withdraw", "HELD"], undefined, /given no yes.*nothing_to_do/],
    ["a question of no words", ["ask", "HELD", ""], undefined, /text/],
    ["an answer that nobody asked for", ["answer", "ACTION", "yes"], "agent", /nothing is asked.*nothing_to_do/],
    ["an edit that is no JSON", ["approve", "HELD", "--edit", "ls"], undefined, /--edit: expected .* JSON object/],
    ["an edit that is no arguments", ["approve", "HELD", "--edit", "[]"], undefined, /--edit: expected .* JSON object/],
    ["the next ones, in other words", ["approve", "HELD", "--next", "always"], undefined, /--next: expected `session`/],
    ["the next ones, too many of them", ["approve", "HELD", "--next", "101"], undefined, /--next: .*1 to 100/],
    [
      "the next ones of what is edited",
      ["approve", "HELD", "--next", "session", "--edit", '{"command":"ls"}'],
      undefined,
      /--next and --edit/,
    ],
    ["lending until whenever", ["delegate", "bob", "--until", "soon"], undefined, /--until: expected a length/],
    ["lending to nobody known", ["delegate", "nobody", "--until", "2h"], undefined, /./],
    ["ending what is no delegation", ["delegations", "end", "x"], undefined, /not the id of a delegation/],
    ["a word that grants does not know", ["grants", "delete", "grt_1"], undefined, /grants revoke <id>/],
    ["a denial that nobody remembers", ["denials", "forget", NONE], undefined, /nothing here/],
    ["a card that is another one by now", ["approve", "HELD", "--card", "sha256:0"], undefined, /another one/],
  ])("%s", async (_what, args, key, reason) => {
    const { approvalId, actionId } = await held();
    const ids: Record<string, string> = { HELD: approvalId, ACTION: actionId };
    const keys: Record<string, string | undefined> = { agent: up.ready.agentKey, auditor: up.ready.auditorKey };
    const used = key !== undefined && keys[key] ? keys[key] : key === "" ? undefined : (key ?? up.ready.approverKey);
    const result = await runCli(
      args.map((each) => ids[each] ?? each),
      { env: { HOLDPOINT_URL: up.ready.url, ...(used === undefined ? {} : { HOLDPOINT_KEY: used }) } },
    );
    expect([result.code, result.stdout]).toEqual([2, ""]);
    expect(result.stderr).toMatch(reason);
  });
  test("a key of several lines is not quoted", async () => {
    const key = ["hp_key_a", "holdpoint"].join("\n");
    const env = { HOLDPOINT_URL: up.ready.url, HOLDPOINT_KEY: key };
    for (const args of [["inbox"], ["tail"], ["approve", NONE]]) {
      const result = await runCli(args, { env });
      expect([result.code, result.stdout]).toEqual([2, ""]);
      expect(result.stderr).toMatch(/HOLDPOINT_KEY: expected a key/);
      expect(result.stderr).not.toContain("hp_key_a");
    }
  });
  test("no gateway", async () => {
    const result = await runCli(["inbox"], { env: { HOLDPOINT_URL: "http://127.0.0.1:9", HOLDPOINT_KEY: "hp_x" } });
    expect([result.code, result.stdout]).toEqual([2, ""]);
    expect(result.stderr).toMatch(/ECONNREFUSED|bad port/);
  });
});

test("doctor finds it well, and proves that the hook bites", async () => {
  const { code, stdout } = await runCli(["doctor", "--json"], {
    cwd: folderWith(),
    env: { HOLDPOINT_URL: up.ready.url, HOLDPOINT_KEY: up.ready.agentKey, HOME: folderWith() },
  });
  const findings = JSON.parse(stdout) as { what: string; state: string }[];
  expect(findings.filter(({ state }) => state === "broken")).toEqual([]);
  for (const what of ["gateway", "database, queue", "hook, canary", "hook, gateway gone"])
    expect(findings).toContainEqual(expect.objectContaining({ what, state: "ok" }));
  expect(code).toBe(0);
});

test("doctor tries the hook as it is installed, whatever key of a person the shell holds", async () => {
  const { stdout } = await runCli(["doctor", "--json"], {
    cwd: folderWith(),
    env: { HOLDPOINT_DATA: join(folder, "data"), HOLDPOINT_KEY: up.ready.approverKey ?? "", HOME: folderWith() },
  });
  expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ what: "hook, canary", state: "ok" }));
});

test("erase takes the arguments of an ended action out of the store", async () => {
  const { approvalId, actionId } = await held();
  expect((await person(["erase", actionId], up.ready.adminKey)).code).not.toBe(0);
  await person(["deny", approvalId, "--reason", "no"]);
  const result = await person(["erase", actionId, "--reason", "its owner asked"], up.ready.adminKey);
  expect([result.code, result.stdout, result.stderr]).toEqual([0, `${actionId} erased\n`, ""]);
  expect((await person(["inbox", approvalId])).stdout).toContain("[erased]");
});
