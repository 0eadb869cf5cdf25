// approvals.test.ts — a short sample of `npm run proof:approvals`, and that each judge can find what it looks for

import { expect, test } from "vitest";
import { withSection } from "../section.ts";
import { racingClaims, racingConsumes } from "./claims.ts";
import { voteLives } from "./lives.ts";
import { renderingPairs } from "./pairs.ts";
import { foundIn, isSound, section } from "./report.ts";

const SEED = 20_261_121;

test("of 10 racers for each of 300 actions one has it", { timeout: 120_000 }, async () => {
  const report = await racingClaims({ actions: 300, racers: 10 });
  expect(report).toMatchObject({ attempts: 3_000, claimed: 300, doubled: [], unclaimed: [] });
  expect(report.approved).toBeGreaterThan(0);
});

test("of 8 connections at the statement that consumes one has each of 500 actions", { timeout: 120_000 }, async () => {
  const report = await racingConsumes({ actions: 500, racers: 8, seed: SEED });
  expect(report).toMatchObject({ attempts: 4_000, claimed: 500, doubled: [], unclaimed: [] });
});

test("60 lives of questions on a real Postgres go as an oracle says", { timeout: 120_000 }, async () => {
  const report = await voteLives({ lives: 60, seed: SEED });
  expect(report.errors).toEqual([]);
  expect(Math.min(report.approved + report.claimed, report.rejected, report.revoked)).toBeGreaterThan(0);
});

test("5,000 pairs of near-twins have different cards", { timeout: 60_000 }, () => {
  const report = renderingPairs({ pairs: 5_000, seed: SEED });
  expect(report.collisions).toEqual([]);
  expect(report.same).toBeGreaterThan(10);
});

test("a page says what was found and when, keeps what is not run again, and a finding makes it unsound", () => {
  const run = <T>(found: T, on = "2026-01-02") => ({ on, seed: 7, found });
  const pairs = { pairs: 1, cards: 2, same: 0, collisions: ["a --> b"], seconds: 1 };
  const bad = { pairs: run(pairs) };
  expect(isSound(bad)).toBe(false);
  expect(section(bad)).toContain("BROKEN PROMISES");
  expect(foundIn(section(bad))).toEqual(bad);
  expect(section(bad).match(/-->/g)).toHaveLength(1);
  expect(isSound({ forgeries: run({ count: 1, passed: 0, failed: 0, seconds: 0 }) })).toBe(false);
  const good = section({ pairs: run({ ...pairs, collisions: [] }) });
  expect(good).toContain("Nothing was found");
  const suite = run({ count: 5, passed: 1, failed: 0, seconds: 3 }, "2026-03-04");
  const both = section({ ...foundIn(good), forgeries: suite });
  expect(both).toMatch(
    /\| 1 \| 0 collisions \| 2026-01-02 \| 7 \| 1 \|\n.* \| 5 \| 0 accepted \| 2026-03-04 \| 7 \| 3 \|/,
  );
  expect(foundIn("# Top")).toEqual({});
});

test("each run owns its section of the page and leaves the others", () => {
  const page = withSection(withSection("# Top", "one", "first"), "two", "second");
  const again = withSection(page, "one", "third");
  expect(again).toContain("third");
  expect(again).not.toContain("first");
  expect(again.match(/second/g)).toHaveLength(1);
  expect(again.startsWith("# Top")).toBe(true);
});
