// screen.test.ts — the live inbox in a real terminal (tmux), by keystrokes, with a real gateway behind it

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createClient } from "@holdpoint/client/client.ts";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { folderWith } from "../../run-cli.ts";
import { type UpProcess, upProcess } from "../../up-process.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
/** A server of its own a test: one that is ending takes no new session. */
let socket = "";

let up: UpProcess;
beforeAll(async () => {
  up = await upProcess(folderWith());
}, 120_000);
afterAll(() => up?.kill());

const tmux = (...words: string[]): string => execFileSync("tmux", ["-L", socket, ...words], { encoding: "utf8" });
const screen = (): string => tmux("capture-pane", "-p", "-t", "inbox");
const keys = (...names: string[]): string => tmux("send-keys", "-t", "inbox", ...names);
const type = (text: string): string => tmux("send-keys", "-t", "inbox", "-l", text);
const shows = (what: string | RegExp) =>
  what instanceof RegExp
    ? expect.poll(screen, { timeout: 15_000 }).toMatch(what)
    : expect.poll(screen, { timeout: 15_000 }).toContain(what);

/** Starts it as a person does; `CI` is taken away because a person's terminal has none. */
function start(columns: number, rows: number, key = up.ready.approverKey ?? ""): void {
  socket = `holdpoint-${randomUUID()}`;
  const env = `env -u CI HOLDPOINT_URL=${up.ready.url} HOLDPOINT_KEY=${key}`;
  const line = `${env} ${process.execPath} ${MAIN} inbox; echo "left with $?"; read -r _`;
  tmux("-f", "/dev/null", "new-session", "-d", "-s", "inbox", "-x", String(columns), "-y", String(rows), line);
}
afterEach(() => {
  tmux("kill-server");
});

let calls = 0;
async function held(more = "") {
  calls += 1;
  const agent = createClient({ url: up.ready.url, key: up.ready.agentKey });
  const name = `s${calls}`;
  const answer = await agent.propose(
    {
      tool: "Bash",
      args: { command: `npx prisma migrate deploy --schema ${name}.prisma${more}` },
      cwd: "/home/dev/api",
      principal: { agent: "claude-code" },
      session: { id: name },
    },
    { waitMs: 10_000 },
  );
  expect(answer.decision?.approval?.id, answer.decision?.reason).toMatch(/^apr_/);
  return { agent, name, actionId: answer.actionId, approvalId: answer.decision?.approval?.id ?? "" };
}
const person = () => createClient({ url: up.ready.url, key: up.ready.approverKey ?? "" });
const openTheOne = async (name: string) => {
  await shows(/live {2}Holdpoint inbox/);
  keys("/");
  await shows("filter: ");
  type(`${name}.prisma`);
  keys("Enter");
  await shows("1 wait");
  keys("Enter");
};

test("a request that comes in appears by itself; approve works after the end of the card, and once confirmed", async () => {
  start(100, 75);
  await shows(/live {2}Holdpoint inbox/);
  const { agent, name, actionId, approvalId } = await held();
  await openTheOne(name);
  await shows(approvalId);
  await shows("all read");
  await shows(/so far: \S+ 0 of 1, 1 more needed/);
  keys("a");
  await shows("approve exactly this? y / n");
  keys("n");
  await shows("nothing was sent");
  expect((await person().approval(approvalId)).votes).toEqual([]);
  keys("a");
  await shows("approve exactly this? y / n");
  keys("y");
  await shows(`${approvalId} is approved`);
  expect((await agent.claim(actionId)).state).toBe("executing");
  keys("q");
  await shows("left with 0");
});

test("a card that was not read to its end is not approved, whatever is pressed", async () => {
  const { name, approvalId } = await held(` # ${"and so on ".repeat(90)}`);
  start(60, 12);
  await openTheOne(name);
  await shows(approvalId.slice(0, 20));
  keys("a");
  await shows("read the whole card first");
  for (const each of ["y", "a", "y"]) keys(each);
  await shows("read the whole card first");
  // The end alone is not the whole: what lies between was never on the screen.
  keys("G");
  await shows(/rows (\d+)\/\1 /);
  keys("a");
  await shows("read the whole card first");
  keys("g");
  await shows("HOLDPOINT ASKS");
  // Key by key: what comes together, as over a slow line, is no yes.
  for (let before = ""; !screen().includes("all read"); ) {
    before = screen();
    keys("Space");
    await expect.poll(screen, { timeout: 15_000 }).not.toBe(before);
  }
  expect((await person().approval(approvalId)).votes).toEqual([]);
  keys("a");
  await shows("approve exactly this?");
  keys("y");
  await expect.poll(async () => (await person().approval(approvalId)).state).toBe("approved");
});

test("deny takes a reason, and a terminal that changes its size goes on", async () => {
  const { agent, name, actionId } = await held();
  start(100, 30);
  await openTheOne(name);
  await shows("HOLDPOINT ASKS");
  tmux("resize-window", "-t", "inbox", "-x", "60", "-y", "16");
  await shows(/rows \d+\/\d+/);
  expect(
    screen()
      .split("\n")
      .every((line) => line.length <= 60),
  ).toBe(true);
  keys("d");
  await shows("why not?");
  keys("Enter");
  await shows("why not?");
  type("not on a friday");
  await shows("why not? not on a friday");
  keys("Enter");
  await shows("is rejected");
  expect((await agent.get(actionId)).state).toBe("rejected");
});

test("a question is put to the agent's side, and the request goes on waiting", async () => {
  const { name, approvalId } = await held();
  start(100, 75);
  await openTheOne(name);
  await shows("all read");
  keys("i");
  await shows("what do you want to know?");
  type("which database");
  await shows("know? which database");
  keys("Enter");
  // The question stands on the card from then on, which may be told before anybody has read that it was asked.
  await shows(/asked; the answer|the card changed: read it again/);
  expect(await person().approval(approvalId)).toMatchObject({
    state: "pending",
    votes: [],
    questions: [{ text: "which database" }],
  });
});

describe("what an agent writes", () => {
  test("moves no cursor and hides nothing: odd characters are spelled out", async () => {
    const { name } = await held(" # \u001b[2J\u202egone\u200b");
    start(100, 75);
    await openTheOne(name);
    await shows("\\u{1b}");
    await shows("\\u{202e}");
    await shows("\\u{200b}");
    expect(screen()).toContain("HOLDPOINT ASKS");
  });
});

test("text that is pasted over a card is no answer, even where the terminal does not say that it is pasted", async () => {
  const { name, approvalId } = await held();
  start(100, 75);
  await openTheOne(name);
  await shows("all read");
  type("yay");
  await shows("press a alone");
  expect(screen()).not.toMatch(/approve exactly|sending/);
  expect((await person().approval(approvalId)).votes).toEqual([]);
});

test("an answer that somebody gave meanwhile is shown, and nothing more is sent", async () => {
  const { name, approvalId } = await held();
  start(100, 75);
  await openTheOne(name);
  await shows("all read");
  await person().vote(approvalId, { vote: "deny", reason: "elsewhere" });
  await shows(/gone|rejected/);
  keys("a");
  await shows("it is settled");
});

test("a wrong key is said where the person called, and no screen is taken", async () => {
  start(100, 20, "hp_nobody");
  await shows(/holdpoint: this key is unknown here/);
  await shows("left with 2");
});
