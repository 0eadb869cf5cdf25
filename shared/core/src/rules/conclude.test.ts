// conclude.test.ts — from judged parts to one verdict: who decided, in which order, why, and what it obliges to

import { describe, expect, test } from "vitest";
import { compileSet } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import { type Handmade, handmade, verdictOf } from "./handmade.ts";
import { errorsOf, yamlSource } from "./judged.ts";

const rules = (...lines: string[]): string =>
  `default: allow\nrules:\n${lines.map((line) => `  - { ${line} }`).join("\n")}`;
const ids = (policy: string, given: Handmade = {}) => verdictOf(policy, given).rules.map(({ id }) => id);
const together = (texts: string[], given: Handmade = {}) =>
  evaluate(compileSet(texts.map((text, index) => yamlSource(text, `doc-${index}`))), ...handmade(given));

describe("who decided", () => {
  test.each<[string, string, string[]]>([
    ["only rules with the effect that won", rules("id: a, effect: require_approval", "id: b, effect: deny"), ["b"]],
    ["the one that ends the session first", rules("id: a, effect: deny", "id: b, effect: terminate"), ["b", "a"]],
    [
      "then the one that asks for most",
      rules(
        "id: a, effect: deny",
        "id: b, effect: deny, when: { class: safe, mode: auto }",
        "id: c, effect: deny, when: { class: safe }",
      ),
      ["b", "c", "a"],
    ],
    ["then by name", rules("id: b, effect: deny", "id: c, effect: deny", "id: a, effect: deny"), ["a", "b", "c"]],
    ["those that only oblige come last", rules("id: a, effect: alert", "id: b, effect: deny"), ["b", "a"]],
    ["all that only oblige", rules("id: b, effect: redact", "id: a, effect: alert"), ["a", "b"]],
    ["none of the rules that lost", rules("id: a, effect: allow", "id: b, effect: deny"), ["b"]],
  ])("%s", (_why, policy, expected) => expect(ids(policy)).toEqual(expected));

  test("by document, where names of rules are the same", () => {
    const verdict = together([rules("id: a, effect: deny"), rules("id: a, effect: deny")]);
    expect(verdict.rules).toEqual([
      { id: "a", document: "doc-0", effect: "deny" },
      { id: "a", document: "doc-1", effect: "deny" },
    ]);
  });

  test("with the version of its document, where it has one", () => {
    expect(verdictOf(`version: 3\n${rules("id: a, effect: deny")}`, {}).rules).toEqual([
      { id: "a", document: "test", effect: "deny", version: 3 },
    ]);
  });

  test("a rule once, however many parts it decided; each part keeps its own", () => {
    const [action, facts] = handmade({});
    const set = compileSet([
      yamlSource(rules("id: a, effect: deny", "id: b, effect: alert, when: { runsCode: true }")),
    ]);
    const [atom] = facts.atoms;
    if (!atom) throw new Error("no atom");
    const verdict = evaluate(set, action, { ...facts, atoms: [atom, { ...atom, runsCode: ["script"] }] });
    expect(verdict.rules.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(verdict.atoms.map((one) => [one.effect, [...one.rules].sort()])).toEqual([
      ["deny", ["a"]],
      ["deny", ["a", "b"]],
    ]);
    expect(verdict.trace.map(({ atom: index, rule, matched }) => [index, rule, matched]).sort()).toEqual([
      [0, "a", true],
      [1, "a", true],
      [1, "b", true],
    ]);
  });

  test("a rule once, by however many of its words it is found", () => {
    const policy = rules("id: a, effect: deny, when: { paths: ['**/x/**', '**/y/**'] }");
    expect(verdictOf(policy, { paths: [{ path: "/x/y/z" }] }).trace).toHaveLength(1);
  });

  test("no more rules are named than a list may hold", () => {
    const many = Array.from({ length: 300 }, (_, index) => `id: r${index}, effect: deny`);
    expect(verdictOf(rules(...many), {}).rules).toHaveLength(256);
    const alerts = Array.from({ length: 300 }, (_, index) => `id: r${index}, effect: alert`);
    expect(verdictOf(rules(...alerts), {}).rules).toHaveLength(256);
  });
});

describe("the outcome is the strongest thing that was said", () => {
  test.each<[string, string, string]>([
    ["nothing", rules("id: a, effect: allow"), "allow"],
    ["an alert", rules("id: a, effect: alert"), "alert"],
    ["a change", rules("id: a, effect: modify, obligations: { modify: { mode: draft } }"), "modify"],
    ["a redaction", rules("id: a, effect: redact", "id: b, effect: alert"), "redact"],
    [
      "a change of the sandbox",
      rules("id: a, effect: modify, obligations: { sandbox: { recommended: none } }"),
      "modify",
    ],
    [
      "an obligation to alert",
      rules("id: a, effect: allow, when: { kind: tool }, obligations: { alert: {} }"),
      "alert",
    ],
    [
      "an obligation to change",
      rules("id: a, effect: allow, when: { kind: tool }, obligations: { modify: { mode: draft }, alert: {} }"),
      "modify",
    ],
    [
      "an obligation to redact",
      rules("id: a, effect: allow, when: { kind: tool }, obligations: { redact: ['*'], modify: { mode: draft } }"),
      "redact",
    ],
    ["an ask", rules("id: a, effect: require_approval", "id: b, effect: redact"), "require_approval"],
    ["a deny", rules("id: a, effect: deny", "id: b, effect: require_approval"), "deny"],
    ["an end", rules("id: a, effect: terminate"), "terminate"],
  ])("%s", (_why, policy, outcome) => {
    const verdict = verdictOf(policy, {});
    expect([verdict.outcome, verdict.terminate]).toEqual([outcome, outcome === "terminate"]);
  });
});

describe("why", () => {
  const nothing: Handmade = { atom: { text: "frob x" } };
  test.each<[string, string, Handmade, string]>([
    ["the deciding rule's reason", rules("id: a, effect: deny, reason: because"), {}, "because"],
    ["its description", rules("id: a, effect: deny, description: about that"), {}, "about that"],
    ["its name, where it gives none", rules("id: a, effect: deny"), {}, "denied by rule a"],
    ["an ask without a reason", rules("id: a, effect: require_approval"), {}, "needs a person's approval, says rule a"],
    [
      "no rule, and the default allows",
      "default: allow",
      nothing,
      "no rule speaks of `frob x`, and the default is to allow",
    ],
    ["no rule, and the default does not", "default: deny", nothing, "no rule allows `frob x`"],
    [
      "with the gap",
      "default: deny",
      { atom: { text: "frob x", opaque: ["too deep"] } },
      "no rule allows `frob x` (too deep)",
    ],
    [
      "of another tool",
      "default: deny",
      { atom: { kind: "call" }, action: { tool: "Odd" } },
      "no rule allows the tool `Odd`",
    ],
    [
      "of a long command",
      "default: deny",
      { atom: { text: "x".repeat(300) } },
      `no rule allows \`${"x".repeat(200)}\``,
    ],
  ])("%s", (_why, policy, given, reason) => expect(verdictOf(policy, given).reason).toBe(reason));

  test("a hint of the deciding rule alone", () => {
    expect(verdictOf(rules("id: a, effect: deny, hint: try b"), {}).hint).toBe("try b");
    expect(verdictOf(rules("id: a, effect: deny", "id: b, effect: alert, hint: no"), {})).not.toHaveProperty("hint");
  });
});

describe("disclosure", () => {
  const said = (level: string, ...lines: string[]) => `disclosure: ${level}\n${rules(...lines)}`;
  test.each<[string, string[], string]>([
    [
      "is the deciding document's",
      [said("full", "id: a, effect: deny"), said("generic", "id: b, effect: alert")],
      "full",
    ],
    [
      "is the least of several that decided",
      [said("full", "id: a, effect: deny"), said("hint", "id: b, effect: deny")],
      "hint",
    ],
    [
      "is the least of all where none decided",
      [said("reason"), said("full")].map((text) => text.replace("rules:\n", "")),
      "reason",
    ],
    ["is generic where there is no document", [], "generic"],
    ["is generic where nothing is said", [rules("id: a, effect: deny")], "generic"],
  ])("%s", (_why, texts, level) => expect(together(texts).disclosure).toBe(level));
});

describe("an ask", () => {
  test("holds each step of the chains once, the earliest first, and who holds the run", () => {
    const verdict = verdictOf(
      rules(
        "id: a, effect: require_approval, holds: run, approval: { role: dev, expires: 2h, separation: false, then: [{ role: lead, after: 30m }, { role: ops, after: 10m }] }",
        "id: b, effect: require_approval, approval: { role: dev, quorum: 2, expires: 3h, separation: false, then: [{ role: lead, after: 30m }, { role: lead, after: 40m }] }",
      ),
      {},
    );
    expect(verdict.ask).toMatchObject({
      requirements: [{ role: "dev", quorum: 2 }],
      expiresMs: 2 * 3_600_000,
      separation: false,
      holds: "run",
      chain: [
        { role: "ops", afterMs: 600_000, vetoOnly: true },
        { role: "lead", afterMs: 1_800_000 },
        { role: "lead", afterMs: 2_400_000 },
      ],
    });
  });

  test("of two roles names them in order", () => {
    const both = rules(
      "id: a, effect: require_approval, approval: { role: z }",
      "id: b, effect: require_approval, approval: { role: a }",
    );
    expect(verdictOf(both, {}).ask?.requirements.map(({ role }) => role)).toEqual(["a", "z"]);
  });

  test("by default has no chain of its own, so that a step of a rule beside it may only say no", () => {
    const [action, facts] = handmade({ atom: { text: "one" } });
    const set = compileSet([
      yamlSource(
        "default: ask\nrules: [{ id: a, effect: require_approval, when: { runsCode: true }, approval: { role: approver, then: [{ role: lead, after: 30m }] } }]",
      ),
    ]);
    const [atom] = facts.atoms;
    if (!atom) throw new Error("no atom");
    const { ask } = evaluate(set, action, { ...facts, atoms: [atom, { ...atom, text: "two", runsCode: ["script"] }] });
    expect(ask?.requirements).toEqual([{ role: "approver", quorum: 1 }]);
    expect(ask?.chain).toEqual([{ role: "lead", afterMs: 1_800_000, vetoOnly: true }]);
  });

  test("by default is a bare one, beside what rules ask", () => {
    const [action, facts] = handmade({ atom: { text: "one" } });
    const set = compileSet([
      yamlSource(
        "default: ask\nrules: [{ id: a, effect: require_approval, when: { runsCode: true }, approval: { role: dev, quorum: 2, expires: 2h, separation: false }, reason: runs }]",
      ),
    ]);
    const [atom] = facts.atoms;
    if (!atom) throw new Error("no atom");
    const { ask } = evaluate(set, action, { ...facts, atoms: [atom, { ...atom, text: "two", runsCode: ["script"] }] });
    expect(ask).toEqual({
      requirements: [
        { role: "approver", quorum: 1 },
        { role: "dev", quorum: 2 },
      ],
      expiresMs: 3_600_000,
      separation: true,
      chain: [],
      because: [
        { rule: "a", reason: "runs" },
        { rule: "default", reason: "no rule allows `one`" },
      ],
    });
    expect(evaluate(set, action, { ...facts, atoms: [{ ...atom, runsCode: ["script"] }] }).ask).toMatchObject({
      requirements: [{ role: "dev", quorum: 2 }],
      expiresMs: 7_200_000,
      separation: false,
    });
  });

  test("by default is over no later than what rules ask, and holds the quorum that they ask of the same role", () => {
    const [action, facts] = handmade({ atom: { text: "one" } });
    const set = compileSet([
      yamlSource(
        "default: ask\nrules: [{ id: a, effect: require_approval, when: { runsCode: true }, approval: { quorum: 2, expires: 5m } }]",
      ),
    ]);
    const [atom] = facts.atoms;
    if (!atom) throw new Error("no atom");
    const { ask } = evaluate(set, action, { ...facts, atoms: [atom, { ...atom, runsCode: ["script"] }] });
    expect(ask).toMatchObject({ requirements: [{ role: "approver", quorum: 2 }], expiresMs: 300_000 });
  });

  test("is there only where somebody is asked", () => {
    expect(verdictOf(rules("id: a, effect: require_approval", "id: b, effect: deny"), {})).not.toHaveProperty("ask");
    expect(verdictOf(rules("id: a, effect: allow"), {})).not.toHaveProperty("ask");
  });
});

describe("a deny that may be escalated", () => {
  const may = "effect: deny, escalatable: true";
  const escalated: Handmade = { action: { escalated: { by: "x" } as never } };
  test("says by whom, of several the first by name with the largest quorum", () => {
    const policy = rules(`id: b, ${may}, approval: { role: two, quorum: 3 }`, `id: a, ${may}, approval: { role: one }`);
    expect(verdictOf(policy, {}).escalatable).toEqual({ role: "one", quorum: 3 });
    expect(verdictOf(rules(`id: a, ${may}`), {}).escalatable).toEqual({ role: "approver", quorum: 1 });
  });

  test.each<[string, string]>([
    ["not where another deny stays", rules(`id: a, ${may}`, "id: b, effect: deny")],
    ["not where the session ends", rules(`id: a, ${may}`, "id: b, effect: terminate")],
    ["not by default", "default: deny"],
    ["not where it only asks", rules("id: a, effect: require_approval")],
  ])("%s", (_why, policy) => expect(verdictOf(policy, {})).not.toHaveProperty("escalatable"));

  test("may be, whatever else was met that denies nothing", () => {
    const policy = rules(
      `id: d, ${may}`,
      "id: a, effect: alert",
      "id: b, effect: allow",
      "id: q, effect: require_approval",
    );
    expect(verdictOf(policy, {}).escalatable).toEqual({ role: "approver", quorum: 1 });
  });

  test("is asked about the parts that are denied, and about each of them", () => {
    const [action, facts] = handmade({});
    const [atom] = facts.atoms;
    if (!atom) throw new Error("no atom");
    const parts = { ...facts, atoms: [atom, { ...atom, runsCode: ["script"] }] };
    const policy = (effect: string) => `default: ${effect}\nrules: [{ id: a, ${may}, when: { runsCode: true } }]`;
    const under = (effect: string) => evaluate(compileSet([yamlSource(policy(effect))]), action, parts).escalatable;
    expect([under("allow"), under("ask")]).toEqual(Array(2).fill({ role: "approver", quorum: 1 }));
    expect(under("deny")).toBeUndefined();
  });

  test("asks once it was, and says so", () => {
    const verdict = verdictOf(rules(`id: a, ${may}, reason: too risky, approval: { role: lead }`), escalated);
    expect([verdict.effect, verdict.reason]).toEqual(["ask", "escalated: too risky"]);
    expect(verdict.ask?.because).toEqual([{ rule: "a", reason: "escalated: too risky" }]);
    expect(verdictOf(rules("id: a, effect: deny"), escalated).effect).toBe("deny");
    const asked = verdictOf(rules("id: a, effect: require_approval, reason: r"), escalated);
    expect([asked.reason, asked.ask?.because]).toEqual(["r", [{ rule: "a", reason: "r" }]]);
  });
});

describe("obligations", () => {
  const secret = (kind: string, at: string, start: number, end: number) => ({ kind, at, start, end });
  const obliging = (what: string) => rules(`id: a, effect: allow, when: { kind: tool }, obligations: ${what}`);
  test("a marker for each place and length, of the kinds that are named", () => {
    const given: Handmade = {
      facts: {
        secrets: [
          secret("AWS", "/a", 0, 4),
          secret("AWS", "/a", 6, 10),
          secret("AWS", "/a", 12, 20),
          secret("jwt", "/b", 0, 4),
        ],
      },
    };
    expect(verdictOf(obliging("{ redact: [aws] }"), given).redactions).toEqual([
      { at: "/a", kind: "AWS", marker: "[redacted:AWS:4]" },
      { at: "/a", kind: "AWS", marker: "[redacted:AWS:8]" },
    ]);
    expect(verdictOf(rules("id: a, effect: redact"), given).redactions).toHaveLength(3);
  });

  test("no more markers than findings are kept", () => {
    const secrets = Array.from({ length: 150 }, (_, index) => secret("AWS", `/${index}`, 0, 4));
    expect(verdictOf(rules("id: a, effect: redact"), { facts: { secrets } }).redactions).toHaveLength(100);
  });

  test("an alert is medium unless it says otherwise, and carries the reason", () => {
    const alerts = verdictOf(
      rules("id: a, effect: alert, reason: odd", "id: b, effect: alert, obligations: { alert: { severity: high } }"),
      {},
    ).alerts;
    expect(alerts).toEqual([
      { rule: "a", severity: "medium", reason: "odd" },
      { rule: "b", severity: "high", reason: "reported by rule b" },
    ]);
    const many = Array.from({ length: 150 }, (_, index) => `id: r${index}, effect: alert`);
    expect(verdictOf(rules(...many), {}).alerts).toHaveLength(100);
  });

  test("changes add up to the tightest", () => {
    const { modifications } = verdictOf(
      rules(
        "id: a, effect: modify, obligations: { modify: { mode: draft, limits: { wallSeconds: 60, memoryMb: 10 }, variables: [A, B] } }",
        "id: b, effect: modify, obligations: { modify: { limits: { wallSeconds: 90, cpuPercent: 50 }, variables: [B, C] } }",
      ),
      {},
    );
    expect(modifications).toEqual({
      mode: "draft",
      limits: { wallSeconds: 60, memoryMb: 10, cpuPercent: 50 },
      variables: ["B"],
    });
    expect(verdictOf(rules("id: a, effect: allow"), {})).not.toHaveProperty("modifications");
  });

  test("wishes for a sandbox, as they were said", () => {
    expect(verdictOf(obliging("{ sandbox: { recommended: workspace } }"), {}).sandboxWishes).toEqual([
      { recommended: "workspace" },
    ]);
    expect(verdictOf(obliging("{ sandbox: { required: { network: none } } }"), {}).sandboxWishes).toEqual([
      { required: { network: "none" } },
    ]);
  });
});

test("each part is judged by its own paths", () => {
  const [action, { atoms, ...facts }] = handmade({ paths: [{ path: "/home/dev/project/a" }] });
  const [inside] = atoms;
  const [, elsewhere] = handmade({ paths: [{ path: "/etc/passwd" }] });
  const [outside] = elsewhere.atoms;
  if (!inside || !outside) throw new Error("no atom");
  const allow = compileSet([yamlSource("rules: [{ id: a, effect: allow, when: { tool: shell, paths: ['./**'] } }]")]);
  const deny = compileSet([
    yamlSource("default: allow\nrules: [{ id: a, effect: deny, when: { paths: ['/etc/**'] } }]"),
  ]);
  const effects = (set: typeof allow, ...parts: (typeof inside)[]) =>
    evaluate(set, action, { ...facts, atoms: parts }).atoms.map(({ effect }) => effect);
  expect(effects(allow, inside, outside)).toEqual(["allow", "deny"]);
  expect(effects(allow, outside, inside)).toEqual(["deny", "allow"]);
  expect(effects(deny, inside, outside)).toEqual(["allow", "deny"]);
  // Also where another rule looked at the path of the part before.
  const beside =
    "{ id: a, effect: deny, when: { paths: ['/etc/**'] } }, { id: b, effect: alert, when: { paths: ['**/*a*'] } }";
  const both = compileSet([yamlSource(`default: allow\nrules: [${beside}]`)]);
  expect(effects(both, inside, outside)).toEqual(["allow", "deny"]);
});

test("a session ends where one of the denies says so", () => {
  const { terminate, outcome } = verdictOf(rules("id: a, effect: deny", "id: b, effect: terminate"), {});
  expect([terminate, outcome]).toEqual([true, "terminate"]);
});

test("one rule of several that wants another voter is enough", () => {
  const ask = (separation: boolean) => `effect: require_approval, approval: { separation: ${separation} }`;
  expect(verdictOf(rules(`id: a, ${ask(false)}`, `id: b, ${ask(true)}`), {}).ask?.separation).toBe(true);
});

test("what was answered before is known only where a history says so", () => {
  const [action, facts] = handmade({});
  const effect = (when: string, approval?: "none" | "pending" | "approved") =>
    evaluate(
      compileSet([yamlSource(`default: allow\nrules: [{ id: a, effect: deny, when: { approval: ${when} } }]`)]),
      action,
      facts,
      approval === undefined ? undefined : ({ approval } as never),
    ).effect;
  expect([effect("[approved]"), effect("[approved]", "approved"), effect("[none, approved]", "pending")]).toEqual([
    "deny",
    "deny",
    "allow",
  ]);
});

test.each([
  ["escalatable", "effect: allow, escalatable: true", "only a `deny` can be escalated"],
  ["approval", "effect: deny, approval: { role: x }", "`approval` belongs to `require_approval`"],
  ["holds", "effect: deny, holds: run", "`holds` belongs to `require_approval`"],
  ["opaque", "effect: deny, opaque: allow", "`opaque` belongs to an `allow`"],
  ["a modify of nothing", "effect: modify", "`modify` needs `obligations.modify`"],
  ["uncovered in an allow", "effect: allow, when: { covered: false }", "belongs to `deny` and `require_approval`"],
  ["uncovered in an exemption", "effect: deny, unless: { covered: false }", "`covered` belongs to `when`"],
])("%s where it would be silently without effect is refused", (_what, rule, message) => {
  expect(errorsOf([yamlSource(`rules: [{ id: a, ${rule} }]`)]).map((one) => one.message)[0]).toContain(message);
});

test("uncovered in a first-match document is refused", () => {
  const text = "combining: first-match\nrules: [{ id: a, effect: deny, when: { covered: false } }]";
  expect(errorsOf([yamlSource(text)])[0]?.message).toContain("no place in a first-match document");
});

test.each([
  ["a deny that may be escalated may say by whom", "effect: deny, escalatable: true, approval: { role: x }"],
  ["a modify of the sandbox is one", "effect: modify, obligations: { sandbox: { recommended: workspace } }"],
])("%s", (_why, rule) => expect(errorsOf([yamlSource(`rules: [{ id: a, ${rule} }]`)])).toEqual([]));

test("facts without any command are judged as one that does nothing, never as nothing to judge", () => {
  const [action, facts] = handmade({});
  const judged = (policy: string) => evaluate(compileSet([yamlSource(policy)]), action, { ...facts, atoms: [] });
  expect(judged("default: deny").effect).toBe("deny");
  expect(judged("default: ask").effect).toBe("ask");
  expect(judged("rules: [{ id: a, effect: allow, when: { tool: shell, class: safe } }]").atoms).toEqual([
    { effect: "allow", rules: ["a"] },
  ]);
});
