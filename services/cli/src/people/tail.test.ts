// tail.test.ts — event streams as they arrive: cut anywhere, with any line ends, with comments in between

import { describe, expect, test } from "vitest";
import { paintFor } from "../terminal.ts";
import { timeLeft } from "./gist.ts";
import { eventLine, type StreamEvent, streamEvents } from "./tail.ts";

async function read(...chunks: string[]): Promise<StreamEvent[]> {
  async function* from() {
    for (const chunk of chunks) yield new TextEncoder().encode(chunk);
  }
  const events: StreamEvent[] = [];
  for await (const event of streamEvents(from())) events.push(event);
  return events;
}

describe("an event stream", () => {
  const one = { id: "7", event: "action.held", data: '{"a":1}' };
  test.each<[string, string[], StreamEvent[]]>([
    ["one event", ['id: 7\nevent: action.held\ndata: {"a":1}\n\n'], [one]],
    ["without spaces", ['id:7\nevent:action.held\ndata:{"a":1}\n\n'], [one]],
    ["cut anywhere", ["id: 7\nev", "ent: action.held\nda", 'ta: {"a":1}\n', "\n"], [one]],
    ["other line ends", ['id: 7\r\nevent: action.held\r\ndata: {"a":1}\r\n\r\n'], [one]],
    ["a line end cut in two", ["id: 7\r", "\nevent: action.held\r", '\ndata: {"a":1}\r', "\n\r", "\n"], [one]],
    ["comments and retry hints", [": alive\n\nretry: 500\n\n", 'id: 7\nevent: action.held\ndata: {"a":1}\n\n'], [one]],
    ["data of several lines", ["data: a\ndata: b\n\n"], [{ event: "message", data: "a\nb" }]],
    ["an event that never ends is none", ["data: a\n"], []],
  ])("%s", async (_what, chunks, events) => expect(await read(...chunks)).toEqual(events));
});

test("a line says when, what, which action, and nothing that a terminal would obey", () => {
  const line = eventLine(
    { event: "action.denied", data: '{"at":"2026-11-21T10:25:08.199Z","actionId":"act_1\\u001b[2J","outcome":"deny"}' },
    paintFor({ isTTY: false }),
  );
  expect(line).toBe("10:25:08.199  action.denied         act_1\\u{1b}[2J  deny");
});

test("a refusal says what was asked for and why it was refused", () => {
  const data = '{"at":"2026-11-21T10:25:08.199Z","actionId":"act_1","operation":"castVote","code":"forbidden"}';
  expect(eventLine({ event: "vote.refused", data }, paintFor({ isTTY: false }))).toBe(
    "10:25:08.199  vote.refused          act_1  castVote  forbidden",
  );
});

test.each([
  [-1, "over"],
  [5, "in 5 s"],
  [600, "in 10 min"],
  [10_800, "in 3 h"],
])("%d seconds left: %s", (seconds, said) => {
  expect(timeLeft(new Date(1_000_000 + seconds * 1_000).toISOString(), 1_000_000)).toBe(said);
});
