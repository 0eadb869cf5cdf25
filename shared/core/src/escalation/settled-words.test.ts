// settled-words.test.ts — whoever comes too late learns how it ended, and nothing of the action

import type { Approval, Vote } from "@holdpoint/wire/approval.ts";
import { expect, test } from "vitest";
import { settledWords } from "./settled-words.ts";

const vote = (voter: string, more: Partial<Vote> = {}): Vote => ({
  id: "vote_00000000-0000-7000-8000-000000000000",
  voter,
  channel: "api",
  vote: "approve",
  roles: [],
  at: "2026-01-02T03:04:05.000Z",
  ...more,
});
const ended = (more: Partial<Approval>): Approval => ({
  id: "apr_00000000-0000-7000-8000-000000000000",
  actionId: "act_00000000-0000-7000-8000-000000000000",
  state: "approved",
  role: "approver",
  quorum: 1,
  requirements: [],
  votes: [],
  risk: { score: 0, contributions: [] },
  openedAt: "2026-01-02T03:00:00.000Z",
  expiresAt: "2026-01-02T04:00:00.000Z",
  card: { text: "rm -rf /", sha256: "", truncated: false },
  ...more,
});

test.each<[string, Partial<Approval>, string | undefined]>([
  ["waits", { state: "pending" }, undefined],
  ["ended by nobody", { state: "expired" }, "this is settled already: expired"],
  [
    "was approved by two, of whom one took it back",
    { votes: [vote("ann"), vote("bob", { void: "withdrawn" })], settledAt: "2026-01-02T03:05:06.000Z" },
    "this is settled already: approved by ann, 2026-01-02 03:05 UTC",
  ],
  [
    "was approved in advance",
    { votes: [vote("ann", { standing: "grt_00000000-0000-7000-8000-000000000000" as never })] },
    "this is settled already: approved by ann in advance (grt_00000000-0000-7000-8000-000000000000)",
  ],
])("what %s", (_what, more, words) => expect(settledWords(ended(more))).toBe(words));
