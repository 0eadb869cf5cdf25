// atom.test.ts — criteria about what was understood of one command: classes, code, gaps, databases, variables, hosts

import { describe, expect, test } from "vitest";
import { allows, denies, type Handmade, verdictOf } from "../handmade.ts";

/** When, given, does a deny hold, does an allow hold. */
type Row = [why: string, when: string, given: Handmade, denies: boolean, allows: boolean];
const both = (rows: Row[]) =>
  test.each(rows)("%s", (_why, when, given, deny, allow) => {
    expect([denies(when, given), allows(`{ kind: tool, ${when.slice(1)}`, given)]).toEqual([deny, allow]);
  });

describe("what is there", () => {
  both([
    ["a class", "{ class: warn }", { atom: { class: "warn" } }, true, true],
    ["another class", "{ class: [safe, blocked-by-default] }", { atom: { class: "warn" } }, false, false],
    ["code that runs unread", "{ runsCode: true }", { atom: { runsCode: ["script"] } }, true, true],
    ["code of a kind", "{ runsCode: [piped*, SCRIPT] }", { atom: { runsCode: ["script"] } }, true, true],
    ["one code of several", "{ runsCode: [script] }", { atom: { runsCode: ["agent", "script"] } }, true, true],
    ["code of another kind", "{ runsCode: [piped*] }", { atom: { runsCode: ["script"] } }, false, false],
    ["no code that runs unread", "{ runsCode: false }", {}, true, true],
    ["no code, but there is", "{ runsCode: false }", { atom: { runsCode: ["script"] } }, false, false],
    ["a gap", "{ opaque: true }", { atom: { opaque: ["Too Deep"] } }, true, false],
    ["a gap of a kind", "{ opaque: [too*] }", { atom: { opaque: ["Too Deep"] } }, true, false],
    ["a gap of another kind", "{ opaque: [other] }", { atom: { opaque: ["Too Deep"] } }, false, false],
    ["a gap of one kind of several", "{ opaque: [TOO*] }", { atom: { opaque: ["other", "Too Deep"] } }, true, false],
    ["a cap that was hit is a gap", "{ opaque: [words*] }", { facts: { caps: ["wordsMax"] } }, true, false],
    ["no gap", "{ opaque: false }", {}, true, true],
    ["no gap, but there is", "{ opaque: false }", { atom: { opaque: ["?"] } }, false, false],
    ["a word that only the run knows", "{ dynamic: true }", { atom: { words: [null] } }, true, false],
    ["a path that only the run knows", "{ dynamic: true }", { paths: [{ path: "a", dynamic: true }] }, true, false],
    ["a host that only the run knows", "{ dynamic: true }", { hosts: [{ dynamic: true }] }, true, false],
    [
      "an operand that only the run knows",
      "{ dynamic: true }",
      { atom: { meaning: { program: "x", subcommands: [], options: {}, operands: [null] } } },
      true,
      false,
    ],
    ["nothing that only the run knows", "{ dynamic: false }", { atom: { words: ["a"] } }, true, true],
    ["a variable", "{ variables: [LD_*] }", { atom: { variables: ["A", "LD_PRELOAD"] } }, true, true],
    ["another variable", "{ variables: [LD_*] }", { atom: { variables: ["PATH"] } }, false, false],
    ["a variable's case counts", "{ variables: [path] }", { atom: { variables: ["PATH"] } }, false, false],
    ["a redirection", "{ redirects: true }", { atom: { text: "a > b" } }, true, true],
    ["a redirection into a name in quotes", "{ redirects: true }", { atom: { text: "a >'b c'" } }, true, true],
    ["a redirection in quotes", "{ redirects: true }", { atom: { text: "echo 'a > b'" } }, false, false],
    ["a redirection to nothing", "{ redirects: true }", { atom: { text: "a > /dev/null" } }, false, false],
    ["a stream into a stream", "{ redirects: false }", { atom: { text: "a 2>&1" } }, true, true],
    ["a secret", "{ secrets: true }", { facts: { secrets: [{ kind: "AWS", at: "", start: 0, end: 1 }] } }, true, true],
    [
      "a kind of secret",
      "{ secrets: [aws*] }",
      { facts: { secrets: [{ kind: "AWS", at: "", start: 0, end: 1 }] } },
      true,
      true,
    ],
    [
      "another kind",
      "{ secrets: [jwt] }",
      { facts: { secrets: [{ kind: "AWS", at: "", start: 0, end: 1 }] } },
      false,
      false,
    ],
    ["no secret", "{ secrets: false }", {}, true, true],
    [
      "no secret, but there is",
      "{ secrets: false }",
      { facts: { secrets: [{ kind: "AWS", at: "", start: 0, end: 1 }] } },
      false,
      false,
    ],
    ["odd characters", "{ oddCharacters: true }", { facts: { oddCharacters: [{ at: "", kind: "bidi" }] } }, true, true],
    ["no odd characters", "{ oddCharacters: false }", {}, true, true],
    [
      "none, but there are",
      "{ oddCharacters: false }",
      { facts: { oddCharacters: [{ at: "", kind: "bidi" }] } },
      false,
      false,
    ],
    ["a mode", "{ mode: draft }", { action: { mode: "draft" } }, true, true],
    ["another mode", "{ mode: draft }", { action: { mode: "auto" } }, false, false],
    ["a trust level", "{ trust: [verified] }", { action: { trust: "verified" } }, true, true],
    ["at most a trust level", "{ trust: { max: quarantined } }", { action: { trust: "verified" } }, false, false],
    ["at most the level itself", "{ trust: { max: verified } }", { action: { trust: "verified" } }, true, true],
    ["at least a trust level", "{ trust: { min: trusted } }", { action: { trust: "verified" } }, false, false],
    ["at least the level itself", "{ trust: { min: verified } }", { action: { trust: "verified" } }, true, true],
    ["a word as written", "{ words: [DELETE, purge-*] }", { atom: { words: ["a", "delete"] } }, true, true],
    [
      "a word as meant",
      "{ words: [log] }",
      { atom: { meaning: { program: "git", subcommands: ["log"], options: {}, operands: [] } } },
      true,
      true,
    ],
    ["another word", "{ words: [delete] }", { atom: { words: ["deleted"] } }, false, false],
  ]);
});

describe("databases", () => {
  const drop: Handmade = { atom: { databases: [{ verb: "DROP table", object: "Users" }] } };
  const wipe: Handmade = { atom: { databases: [{ verb: "delete", object: "users", unbounded: true }] } };
  both([
    ["any", "{ databases: true }", drop, true, true],
    ["none", "{ databases: false }", {}, true, true],
    ["none, but there is", "{ databases: false }", drop, false, false],
    ["a verb", "{ databases: [drop*] }", drop, true, true],
    ["a verb in other letters", "{ databases: [DROP*] }", drop, true, true],
    ["another verb", "{ databases: [alter*] }", drop, false, false],
    ["an object", "{ databases: { objects: [users] } }", drop, true, true],
    ["an object in other letters", "{ databases: { objects: [USERS] } }", drop, true, true],
    ["another object", "{ databases: { objects: [orders] } }", drop, false, false],
    [
      "an object that is not known",
      "{ databases: { objects: ['*'] } }",
      { atom: { databases: [{ verb: "drop" }] } },
      false,
      false,
    ],
    ["all rows", "{ databases: { unbounded: true } }", wipe, true, true],
    ["not all rows", "{ databases: { unbounded: true } }", drop, false, false],
    ["no more than some rows", "{ databases: { unbounded: false } }", drop, true, true],
    ["a verb and an object", "{ databases: { verbs: [drop*], objects: [orders] } }", drop, false, false],
  ]);
});

describe("hosts", () => {
  const good = { host: "a.good.example", scheme: "https", port: 443 };
  both([
    ["a name", "{ hosts: ['*.good.example'] }", { hosts: [good] }, true, true],
    ["one of two names", "{ hosts: ['*.good.example'] }", { hosts: [good, { host: "evil.example" }] }, true, false],
    ["the whole name", "{ hosts: [a.good.example] }", { hosts: [good] }, true, true],
    ["another name", "{ hosts: [b.good.example] }", { hosts: [good] }, false, false],
    ["all but a name", "{ hosts: ['!*.good.example'] }", { hosts: [good] }, false, false],
    ["all but a name, another", "{ hosts: ['!*.good.example'] }", { hosts: [{ host: "evil.example" }] }, true, true],
    [
      "a name that is not known is none that is meant",
      "{ hosts: ['*'] }",
      { hosts: [{ host: "", zone: "unknown" }] },
      false,
      false,
    ],
    ["and outside of every list", "{ hosts: ['!a'] }", { hosts: [{ host: "", zone: "unknown" }] }, true, false],
    ["no host at all", "{ hosts: ['*'] }", {}, false, false],
    ["a zone", "{ zones: [public] }", { hosts: [good] }, true, true],
    ["another zone", "{ zones: [private, loopback] }", { hosts: [good] }, false, false],
    [
      "a zone of a name that only the run knows",
      "{ zones: [public] }",
      { hosts: [{ ...good, dynamic: true }] },
      true,
      false,
    ],
    ["a scheme", "{ hosts: [{ schemes: [HTTPS] }] }", { hosts: [good] }, true, true],
    ["another scheme", "{ hosts: [{ schemes: [http] }] }", { hosts: [good] }, false, false],
    ["a scheme that is not known", "{ hosts: [{ schemes: [http] }] }", { hosts: [{ host: "a" }] }, false, false],
    [
      "all but a scheme, and it is not known",
      "{ hosts: [{ schemes: ['!http'] }] }",
      { hosts: [{ host: "a" }] },
      true,
      true,
    ],
    ["a port", "{ hosts: [{ ports: [80, 443] }] }", { hosts: [good] }, true, true],
    ["another port", "{ hosts: [{ ports: [80] }] }", { hosts: [good] }, false, false],
    ["a port that is not known", "{ hosts: [{ ports: [80] }] }", { hosts: [{ host: "a" }] }, false, false],
    ["an upload", "{ uploads: true }", { hosts: [{ ...good, upload: true }] }, true, true],
    ["no upload", "{ uploads: true }", { hosts: [good] }, false, false],
    ["no host that anything could go up to", "{ uploads: true }", {}, false, false],
    ["nor from a program that is named", "{ program: x, uploads: true }", {}, false, false],
    ["a name in other letters", "{ hosts: [A.GOOD.example] }", { hosts: [good] }, true, true],
    ["only fetched", "{ uploads: false }", { hosts: [good] }, true, true],
    ["not only fetched", "{ uploads: false }", { hosts: [{ ...good, upload: true }] }, false, false],
    ["a name in the URL", "{ hosts: [{ userinfo: true }] }", { hosts: [{ ...good, userinfo: true }] }, true, true],
    ["no name in the URL", "{ hosts: [{ userinfo: true }] }", { hosts: [good] }, false, false],
    [
      "all of one host",
      "{ hosts: [{ any: [a], uploads: true }] }".replace("uploads", "upload"),
      { hosts: [{ host: "a" }, { host: "b", upload: true }] },
      false,
      false,
    ],
    ["one of two conditions", "{ hosts: [{ upload: true }, { any: [a] }] }", { hosts: [{ host: "a" }] }, true, true],
  ]);
});

test("what only the run knows has no zone that an allow could rest on, also where the allow covers what is opaque", () => {
  const open = (when: string, given: Handmade) =>
    verdictOf(`rules: [{ effect: allow, opaque: allow, when: ${when} }]`, given).effect;
  const host = { host: "a.example", zone: "public" as const };
  expect(open("{ kind: tool, zones: [public] }", { hosts: [host] })).toBe("allow");
  expect(open("{ kind: tool, zones: [public] }", { hosts: [{ ...host, dynamic: true }] })).toBe("deny");
  expect(open("{ kind: tool, hosts: ['*'] }", { hosts: [{ ...host, dynamic: true }] })).toBe("deny");
});
