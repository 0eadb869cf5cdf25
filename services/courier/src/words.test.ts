// words.test.ts — what channels say of who answered: a yes that was taken back is no yes

import { expect, test } from "vitest";
import { world } from "../test/world.ts";
import { votersOf } from "./words.ts";

test("answers stand in their order; one that counts no more says so", () => {
  const { votes: _none, ...approval } = world().open();
  const vote = (voter: string, more: object) => ({ id: "vote_1", voter, channel: "api", roles: [], at: "", ...more });
  const votes = [
    vote("ann", { vote: "approve", void: "withdrawn" }),
    vote("bob", { vote: "approve" }),
    vote("eve", { vote: "deny" }),
  ] as unknown as Parameters<typeof votersOf>[0]["votes"];
  expect(votersOf({ ...approval, votes })).toBe("ann approved (counts no more), bob approved, eve denied");
});
