// card.test.ts — the card: exact, injective, clean; secrets masked; whatever is cut says so

import type { Action, Attestable } from "@holdpoint/wire/action.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deriveFacts } from "../facts/derive.ts";
import { sampleAction, sampleAsk, sampleAtom, sampleFacts, sampleVerdict } from "../sample.ts";
import { renderCard } from "./card.ts";

const verdict = sampleVerdict({ effect: "ask", outcome: "require_approval", reason: "look first", ask: sampleAsk() });
const card = (overrides: Partial<Action> = {}, facts = {}) => {
  const action = sampleAction(overrides);
  return renderCard({ action, facts: sampleFacts(action, facts), verdict });
};
const command = (text: string) => card({ args: { command: text } }).text;

/** Everything of an action that a person is asked about. */
const asked = fc.record({
  tool: fc.string({ minLength: 1, unit: "grapheme" }),
  args: fc.dictionary(
    fc.string({ unit: "binary" }),
    fc.jsonValue({ maxDepth: 3, stringUnit: "binary" }) as fc.Arbitrary<Json>,
    {
      noNullPrototype: true,
    },
  ),
  cwd: fc.option(fc.string({ minLength: 1, unit: "binary" }), { nil: undefined }),
  agent: fc.string({ minLength: 1, unit: "grapheme" }),
  onBehalfOf: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
  why: fc.option(fc.string({ unit: "grapheme" }), { nil: undefined }),
  attested: fc.subarray(["agent", "onBehalfOf", "trust", "audience", "toolVersion"] as const),
  audience: fc.option(fc.string({ minLength: 1, unit: "grapheme" }), { nil: undefined }),
  toolVersion: fc.option(fc.string({ minLength: 1, unit: "binary" }), { nil: undefined }),
  executable: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
});
type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;
const actionOf = ({ tool, args, cwd, agent, onBehalfOf, why, attested, executable, ...pins }: Asked): Action =>
  sampleAction({
    ...(pins.audience === undefined ? {} : { audience: pins.audience }),
    ...(pins.toolVersion === undefined ? {} : { toolVersion: pins.toolVersion }),
    tool,
    args: wellFormed(args) as Action["args"],
    ...(cwd === undefined ? {} : { cwd }),
    principal: { agent, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) },
    ...(why === undefined ? {} : { plan: { why } }),
    attested: [...attested],
    ...(executable === undefined ? {} : { bindings: { executable } }),
  });
/** What the strict reader lets in: no lone surrogates, no prototype keys, no negative zero. */
function wellFormed(value: Json): Json {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "number") return value === 0 ? 0 : value;
  if (Array.isArray(value)) return value.map(wellFormed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !["__proto__", "constructor", "prototype"].includes(key))
      .map(([key, each]) => [key.toWellFormed(), wellFormed(each)]),
  );
}
const shownParts = ({ tool, args, cwd, principal, plan, attested, bindings, audience, toolVersion }: Action) =>
  JSON.stringify([
    audience,
    toolVersion,
    tool,
    sorted(args as Json),
    cwd,
    principal.agent,
    principal.onBehalfOf,
    plan?.why,
    marks({ ...principal, audience, toolVersion }, attested),
    bindings,
  ]);
/** An attestation matters only for a value that is there. */
const marks = (named: Partial<Record<Attestable, unknown>>, attested: Action["attested"]) =>
  attested.filter((each) => each === "agent" || each === "trust" || named[each] !== undefined);
const sorted = (value: Json): Json =>
  Array.isArray(value)
    ? value.map(sorted)
    : value !== null && typeof value === "object"
      ? Object.keys(value)
          .sort()
          .map((key) => [key, sorted(value[key] as Json)])
          .concat([["{}"]])
      : value;

const textOf = (action: Action) => renderCard({ action, facts: sampleFacts(action, { atoms: [] }), verdict }).text;

describe("different actions never look alike", () => {
  test("two random actions have the same text only if they are the same", () => {
    fc.assert(
      fc.property(asked, asked, (one, other) => {
        const [a, b] = [actionOf(one), actionOf(other)];
        expect(textOf(a) === textOf(b)).toBe(shownParts(a) === shownParts(b));
      }),
      { numRuns: 300 },
    );
  });

  test("no two of 3,000 tricky arguments (4.5 million pairs) look alike", () => {
    const tricky = fc.constantFrom(
      "\n",
      " ",
      "\\u{",
      "\\",
      "[",
      "]",
      ":",
      "|",
      "-",
      "а",
      "a",
      "\u200b",
      "0",
      "/",
      "text",
      "1",
      "é",
      "é",
    );
    const text = fc.array(tricky, { maxLength: 8 }).map((parts) => parts.join(""));
    const value = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        text as fc.Arbitrary<Json>,
        fc.constantFrom<Json>(0, 1, true, null, "1", "true", "null"),
        fc.array(tie("value"), { maxLength: 2 }),
        fc.dictionary(text, tie("value"), { maxKeys: 2, noNullPrototype: true }),
      ),
    })).value;
    const args = fc.dictionary(text, value, { maxKeys: 3, noNullPrototype: true });
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(args, (each) => {
        const action = sampleAction({ args: wellFormed(each) as Action["args"] });
        const shown = textOf(action);
        const parts = shownParts(action);
        expect(seen.get(shown) ?? parts).toBe(parts);
        seen.set(shown, parts);
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    ["an override of reading order", "rm \u202e/tmp", "rm /tmp"],
    ["its own escape, written out", "rm \u202e/tmp", "rm \\u{202e}/tmp"],
    ["a Cyrillic letter in a Latin word", "cat p\u0430ssword", "cat password"],
    ["a whole word of Cyrillic look-alikes", "\u0441\u043e\u0440\u0443 x", "copy x"],
    ["a zero-width joiner", "npm\u200d test", "npm test"],
    ["a space at the end", "ls ", "ls"],
    ["a composed and a decomposed letter", "cat \u00e9", "cat e\u0301"],
    ["a full-width letter", "cat \uff41", "cat a"],
    ["a tab and spaces", "a\tb", "a  b"],
    ["a carriage return", "ls\rrm -rf /", "ls rm -rf /"],
    ["a newline and its escape", "a\nb", "a\\u{a}b"],
    ["41 and 42 spaces", `a${" ".repeat(41)}b`, `a${" ".repeat(42)}b`],
  ])("%s", (_why, one, other) => expect(command(one)).not.toBe(command(other)));

  test.each([
    ["a number and its digits", { a: 1 }, { a: "1" }],
    ["null and the word", { a: null }, { a: "null" }],
    ["nothing and an empty text", {}, { a: "" }],
    ["an empty list and an empty object", { a: [] }, { a: {} }],
    ["a list and an object with index keys", { a: ["x"] }, { a: { "0": "x" } }],
    ["a nested key and a key with a slash", { a: { b: "x" } }, { "a/b": "x" }],
    ["a key that holds a value's mark", { a: "b [number]: 5" }, { "a [text]: b": 5 }],
    ["a minus", { a: 5 }, { a: -5 }],
  ])("%s", (_why, one, other) =>
    expect(card({ args: one as Action["args"] }).text).not.toBe(card({ args: other as Action["args"] }).text),
  );

  test("key order does not matter, because it does not matter to the tool", () => {
    expect(card({ args: { a: 1, b: 2 } })).toEqual(card({ args: { b: 2, a: 1 } }));
  });
});

describe("the text is clean", () => {
  test("only printable ASCII, newlines and letters that cannot be misread", () => {
    fc.assert(
      fc.property(asked, (one) => {
        expect(textOf(actionOf(one))).toMatch(
          /^[\n\x20-\x7e\u00c0-\u017e\u0386-\u04ff\u1ea0-\u1ef9\u3041-\u9fff\uac00-\ud7a3]*$/,
        );
      }),
    );
  });

  test("a value cannot forge a title, an entry or a new line of the card", () => {
    const forged = "ls\n\nWHO MUST ANSWER\n  nobody: approved by alice\n    | x";
    const lines = command(forged).split("\n");
    expect(lines.filter((each) => each === "WHO MUST ANSWER")).toHaveLength(1);
    expect(lines).not.toContain("  nobody: approved by alice");
    expect(lines).toContain("    |   nobody: approved by alice");
  });

  test("the command stands there as it is, odd characters spelled out", () => {
    expect(command('psql -c "DROP TABLE users" | tee out.txt')).toContain(
      'command [text]: psql -c "DROP TABLE users" | tee out.txt\n',
    );
    expect(command("echo \u202edcba \\u{202e}")).toContain("command [text]: echo \\u{202e}dcba \\u{5c}u{202e}\n");
    expect(command("größe ändern für 日本語 и привет")).toContain("größe ändern für 日本語");
  });
});

describe("what it says", () => {
  test("the agent's own words come last and are marked as claimed", () => {
    const { text } = card({ plan: { why: "trust me\nplease" }, principal: { agent: "a", onBehalfOf: "eve" } });
    const at = text.indexOf("CLAIMED BY THE AGENT");
    expect(at).toBeGreaterThan(text.indexOf("WHAT IS PINNED"));
    expect(text.slice(at)).toContain("    | trust me\n    | please\n");
    expect(text).toContain("on behalf of [claimed]: eve");
    expect(text).toContain("agent [attested]: a");
  });

  test("what was not bound is said to be not pinned", () => {
    expect(card().text).toContain(
      "NOT PINNED: audience, toolVersion, cwd, executable, files, resolvedPaths, environmentHash",
    );
    const pinned = card({ bindings: { cwd: "/x", executable: "sha256:aa" }, audience: "eu", attested: ["audience"] });
    expect(pinned.text).toContain("NOT PINNED: toolVersion, files, resolvedPaths, environmentHash");
    expect(pinned.text).toContain("  pinned audience [attested]: eu\n  pinned cwd [claimed]: /x\n");
  });

  const answered = (ask: Parameters<typeof sampleAsk>[0]) => {
    const action = sampleAction();
    const how = sampleVerdict({ ...verdict, ask: sampleAsk({ separation: false, expiresMs: 3_600_000, ...ask }) });
    const { text } = renderCard({ action, facts: sampleFacts(action), verdict: how });
    return /WHO MUST ANSWER\n((?: {2}.*\n)*)/.exec(text)?.[1]?.trimEnd().split("\n");
  };
  const [owner, security] = [
    { role: "repo-owner", quorum: 1 },
    { role: "security", quorum: 2 },
  ];
  const after = (more: object) => [{ role: "lead", afterMs: 1_800_000, ...more }];

  test.each<[string, Parameters<typeof sampleAsk>[0], string[]]>([
    ["one role", { requirements: [owner] }, ["  role: repo-owner, 1 person"]],
    [
      "several roles: that all of them have to, and that one person may be all of them",
      { requirements: [owner, security] },
      [
        "  all of these: each of the 2 roles has to say yes",
        "  role: repo-owner, 1 person",
        "  role: security, 2 different people",
        "  several roles: who holds more than one of them answers for each",
      ],
    ],
  ])("who must answer: %s", (_what, ask, lines) =>
    expect(answered(ask)).toEqual([
      ...lines,
      "  one no: ends it, whoever has said yes",
      "  within: 60 minutes of being asked, else it is denied",
    ]),
  );

  test.each<[string, Parameters<typeof sampleAsk>[0], string]>([
    ["is one of those who were asked", { chain: after({}) }, "a yes of it counts like theirs"],
    [
      "answers in their place",
      { chain: after({ quorum: 2 }) },
      "a yes of 2 different people of it is enough in their place",
    ],
    ["may say no only", { chain: after({ vetoOnly: true }) }, "it may say no, and not yes"],
    [
      "may say no only where several are asked, whatever its step says",
      { chain: after({ quorum: 2 }), requirements: [owner, security] },
      "it may say no, and not yes",
    ],
  ])("who is called next %s", (_what, ask, said) =>
    expect(answered(ask)).toContain(`  still open after 30 minutes: lead is told as well; ${said}`),
  );

  test("paths, hosts, reasons, risk, roles and the sandbox are named", () => {
    const action = sampleAction();
    const { text } = renderCard({
      action,
      facts: sampleFacts(action, {
        atoms: [
          sampleAtom({
            opaque: ["a command known only at run time"],
            paths: [{ raw: "x", path: "/etc/x", access: "write", at: "/command" }],
            hosts: [{ raw: "h", host: "evil.example", zone: "public", upload: true, at: "/command" }],
          }),
        ],
      }),
      verdict: sampleVerdict({
        effect: "ask",
        reason: "two rules ask",
        ask: sampleAsk({
          requirements: [{ role: "repo-owner", quorum: 2 }],
          because: [{ rule: "r1", reason: "because" }],
        }),
        findings: [{ checker: "c", severity: "warn", code: "odd", note: "see", at: "/command" }],
        risk: { score: 55, contributions: [{ code: "writes-system", points: 55 }] },
        sandbox: { recommended: "container", required: { network: "none" } },
      }),
    });
    for (const said of [
      "not understood: a command known only at run time",
      "write: /etc/x",
      "send to [public]: evil.example",
      "rule: r1: because",
      "finding [warn]: c odd: see (at /command)",
      "risk: 55 of 100",
      "risk: 55 points, writes-system",
      "role: repo-owner, 2 different people",
      "recommended: container",
      "required network: none",
    ]) {
      expect(text).toContain(said);
    }
  });
});

describe("secrets", () => {
  const value = `AKIA${"X".repeat(16)}`;
  const args = { command: `aws configure set key ${value}` };
  const secrets = [{ kind: "aws-access-key", at: "/command", start: 22, end: 42 }];

  test("are masked with kind and length, also where the facts repeat them", () => {
    const { text } = card(
      { args, plan: { why: `use ${value}` } },
      { secrets, atoms: [sampleAtom({ text: args.command })] },
    );
    expect(text).not.toContain(value);
    expect(text).toContain("set key \\u{secret: aws-access-key, 20 characters}");
  });

  test.each([
    ["a cloud key", `AKIA${"IOSFODNN7"}${"EXAMPL1"}`],
    ["a forge token", `ghp_${"a1B2".repeat(9)}`],
    ["a signed token", `eyJ${"hbGciOiJIUzI1NiJ9"}.eyJ${"zdWIiOiIxMjM0NTY3ODkwIn0"}.${"dBjftJeZ4CVPmB92K27uhbUJU1p1r"}`],
    ["a password in an address", `hunter2${"Hunter3"}`],
  ])("%s that somebody plants stands in no part of the card", (_kind, planted) => {
    const at = `postgres://admin:${planted}@db.example/x`;
    const action = sampleAction({
      args: { command: `psql ${at} -c 'select 1' && echo ${planted}`, password: planted },
      cwd: `/home/${at}`,
      session: { id: `s ${at}` },
      principal: { agent: "a", onBehalfOf: at },
      resource: { path: at },
      plan: { why: `because\n${at}`, inputs: [at], sources: [at] },
      bindings: { files: [{ path: at, sha256: "sha256:0" }] },
      risk: [{ signal: at, score: 1 }],
      escalated: { justification: at },
    });
    expect(renderCard({ action, facts: deriveFacts(action), verdict }).text).not.toContain(planted);
  });

  test("a mask cannot be forged by a text that looks like one", () => {
    expect(command("\\u{secret: aws-access-key, 20 characters}")).toContain("\\u{5c}u{secret: aws-access-key");
  });

  test("two secrets look alike but have different hashes", () => {
    const other = { command: args.command.replaceAll("X", "Y") };
    const [one, two] = [card({ args }, { secrets }), card({ args: other }, { secrets, strings: [] })];
    expect(one.text.replace("git", "")).toBe(two.text.replace("git", ""));
    expect(one.sha256).not.toBe(two.sha256);
  });
});

describe("the hash", () => {
  test("covers bindings and the policy set, and is the same for the same card", () => {
    expect(card().sha256).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(card().sha256).toBe(
      card({ id: "act_019a0000-0000-7000-8000-0000000000ff", proposedAt: "2027-01-01T00:00:00Z" }).sha256,
    );
    const action = sampleAction();
    const facts = sampleFacts(action);
    const other = sampleVerdict({ ...verdict, policyDigest: "sha256:other" });
    expect(renderCard({ action, facts, verdict }).sha256).not.toBe(
      renderCard({ action, facts, verdict: other }).sha256,
    );
  });

  test.each<[string, Partial<Action>, Partial<Action>]>([
    ["an audience", { audience: "eu" }, { audience: "us" }],
    ["a tool version", { toolVersion: "1" }, { toolVersion: "2" }],
    ["which of the two it is", { audience: "1", toolVersion: "2" }, { audience: "2", toolVersion: "1" }],
    ["a binding", { bindings: { cwd: "/a" } }, { bindings: { cwd: "/b" } }],
  ])("covers %s also where the text is cut before it", (_what, one, other) => {
    const args = { content: "x".repeat(limits.cardCharsMax) };
    const [a, b] = [card({ args, ...one }), card({ args, ...other })];
    expect(a.text).toBe(b.text);
    expect(a.sha256).not.toBe(b.sha256);
  });

  test("a card that does not fit is cut, says so, and is marked as truncated", () => {
    const long = card({ args: { content: "x".repeat(limits.cardCharsMax) } });
    expect(long.truncated).toBe(true);
    expect(long.text.length).toBeLessThanOrEqual(limits.cardCharsMax);
    expect(long.text).toMatch(/\nTRUNCATED: \d+ characters are not shown, so this cannot be approved\n$/);
    expect(card({ args: { content: "x".repeat(limits.argsBytesMax) } }).truncated).toBe(false);
    expect(card().text.endsWith("\n")).toBe(true);
  });
});
