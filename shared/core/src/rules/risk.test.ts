// risk.test.ts — what adds to the risk of an action, one contribution a line, and how they are summed

import { describe, expect, test } from "vitest";
import { type Handmade, handmade } from "./handmade.ts";
import { scoreRisk } from "./risk.ts";

const risk = (given: Handmade) => scoreRisk(...handmade(given));
const codes = (given: Handmade) => risk(given).contributions.map(({ code }) => code);

test.each<[string, Handmade, string[]]>([
  ["nothing", {}, []],
  ["a command that changes something", { atom: { class: "warn" } }, ["class-warn"]],
  ["a command that is blocked by default", { atom: { class: "blocked-by-default" } }, ["class-blocked"]],
  ["what could not be understood", { atom: { opaque: ["?"] } }, ["opaque"]],
  ["code that runs unread", { atom: { runsCode: ["script"] } }, ["runs-code"]],
  ["a word that only the run knows", { atom: { words: ["a", null] } }, ["dynamic"]],
  ["privilege", { atom: { wrappers: ["sudo"] } }, ["privilege"]],
  ["privilege by another name", { atom: { wrappers: ["env", "doas"] } }, ["privilege"]],
  ["privilege by a third name", { atom: { wrappers: ["su"] } }, ["privilege"]],
  ["a wrapper without privilege", { atom: { wrappers: ["env"] } }, []],
  ["a read", { paths: [{ path: "/etc/passwd" }] }, []],
  ["a write at home", { paths: [{ path: "/home/dev/project/a", access: "write" }] }, []],
  [
    "a write next door, in a folder whose name begins alike",
    { paths: [{ path: "/home/dev/project2/a", access: "write" }] },
    ["writes-outside-workspace"],
  ],
  ["a write elsewhere", { paths: [{ path: "/srv/a", access: "write" }] }, ["writes-outside-workspace"]],
  ["a relative write", { paths: [{ path: "a", access: "write" }] }, []],
  ["a write from an unknown folder", { paths: [{ path: "/srv/a", access: "write" }], action: { cwd: undefined } }, []],
  ["a delete", { paths: [{ path: "a", access: "delete" }] }, ["deletes"]],
  ["a delete of a tree", { paths: [{ path: "a", access: "delete", mayContain: true }] }, ["deletes-below", "deletes"]],
  ["a write of a tree deletes nothing", { paths: [{ path: "a", access: "write", mayContain: true }] }, []],
  ["what runs by itself later", { paths: [{ path: "a", access: "execute" }] }, ["makes-code-run"]],
  ["a public host", { hosts: [{ host: "a.example" }] }, ["egress-public"]],
  ["an unknown host", { hosts: [{ zone: "unknown" }] }, ["egress-unknown"]],
  ["a machine's metadata", { hosts: [{ zone: "metadata" }] }, ["egress-metadata"]],
  ["a link-local host", { hosts: [{ zone: "link-local" }] }, ["egress-metadata"]],
  ["this machine", { hosts: [{ zone: "loopback" }] }, []],
  ["an upload", { hosts: [{ zone: "loopback", upload: true }] }, ["upload"]],
  ["a dropped table", { atom: { databases: [{ verb: "drop table" }] } }, ["database-destructive"]],
  ["a truncated table", { atom: { databases: [{ verb: "truncate" }] } }, ["database-destructive"]],
  ["a flushed cache", { atom: { databases: [{ verb: "flushall" }] } }, ["database-destructive"]],
  ["a delete of all rows", { atom: { databases: [{ verb: "delete", unbounded: true }] } }, ["database-unbounded"]],
  ["a delete of some rows", { atom: { databases: [{ verb: "delete" }] } }, []],
  ["a changed schema", { atom: { databases: [{ verb: "alter table" }] } }, ["schema-change"]],
  ["a migration", { atom: { databases: [{ verb: "migrate" }] } }, ["schema-change"]],
  ["an unknown tool", { facts: { tool: { name: "odd", normalized: "odd", deceptive: false } } }, ["unknown-tool"]],
  [
    "a name that looks like another",
    { facts: { tool: { name: "b", normalized: "b", meaning: "shell", deceptive: true } } },
    ["deceptive-name"],
  ],
  ["odd characters", { facts: { oddCharacters: [{ at: "/a", kind: "bidi" }] } }, ["odd-characters"]],
  ["a cap that was hit", { facts: { caps: ["words"] } }, ["cap-hit"]],
  ["a secret", { facts: { secrets: [{ kind: "aws", at: "/a", start: 0, end: 4 }] } }, ["secret"]],
  ["a caller in quarantine", { action: { trust: "quarantined" } }, ["trust-quarantined"]],
  ["a caller that is blocked", { action: { trust: "blocked" } }, ["trust-blocked"]],
  ["production", { action: { environment: { name: "prod-eu" } } }, ["production"]],
  ["production by its other name", { action: { environment: { name: "LIVE" } } }, ["production"]],
  ["another environment", { action: { environment: { name: "staging" } } }, []],
  ["no environment", { action: { environment: undefined } }, []],
  ["data with a classification", { action: { resource: { classification: "customer-data" } } }, ["classification"]],
  ["data of no concern", { action: { resource: { classification: "Public" } } }, []],
  ["a guard's signal", { action: { risk: [{ signal: "odd", score: 50 }] } }, ["signal:odd"]],
  ["a guard's signal of nothing", { action: { risk: [{ signal: "odd", score: 0 }] } }, []],
])("%s", (_why, given, expected) => expect(codes(given)).toEqual(expected));

describe("the sum", () => {
  test("counts a contribution once, however many commands make it", () => {
    const [action, facts] = handmade({ atom: { class: "warn", opaque: ["?"] } });
    const twice = { ...facts, atoms: [...facts.atoms, ...facts.atoms] };
    expect(scoreRisk(action, twice)).toEqual({
      score: 25,
      contributions: [
        { code: "class-warn", points: 5 },
        { code: "opaque", points: 20 },
      ],
    });
  });

  test("takes a guard's signal at up to forty points, rounded", () => {
    const of = (score: number) => risk({ action: { risk: [{ signal: "s", score }] } }).score;
    expect([of(100), of(99), of(50), of(4), of(1)]).toEqual([40, 40, 20, 2, 0]);
  });

  test("ends at one hundred", () => {
    const given: Handmade = {
      atom: { class: "blocked-by-default", opaque: ["?"], wrappers: ["sudo"] },
      facts: { secrets: [{ kind: "aws", at: "/a", start: 0, end: 4 }] },
    };
    expect(risk(given).score).toBe(100);
    expect(risk({ ...given, facts: {} }).score).toBe(70);
  });

  test("lists no more than a list may hold, and adds up all of it", () => {
    const many = Array.from({ length: 300 }, (_, index) => ({ signal: `s${index}`, score: 3 }));
    const { contributions, score } = risk({ action: { risk: many } });
    expect([contributions.length, score]).toEqual([256, 100]);
  });
});
