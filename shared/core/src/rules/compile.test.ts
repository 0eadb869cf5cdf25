// compile.test.ts — sources in, one set out: what it is called, what it holds, and what is refused about a set as a whole

import { limits } from "@holdpoint/wire/limits.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { describe, expect, test } from "vitest";
import { compileSet, compileSource, setDigest } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import { handmade } from "./handmade.ts";
import { effect, errorsOf, yamlSource } from "./judged.ts";
import { pack } from "./packs.ts";

const deny = yamlSource("rules: [{ id: d, effect: deny }]", "deny");
const allow = yamlSource("default: allow\nrules: [{ id: a, effect: alert }]", "allow");

describe("a set's digest", () => {
  const digest = (...sources: PolicySource[]) => setDigest(sources);
  test("is of all that its sources say, in any order", () => {
    expect(digest(deny, allow)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digest(deny, allow)).toBe(digest(allow, deny));
    expect(compileSet([deny, allow]).digest).toBe(digest(allow, deny));
  });
  test.each<[string, PolicySource]>([
    ["another name", { ...deny, name: "other" }],
    ["another dialect", { ...deny, dialect: "native-json" }],
    ["another text", { ...deny, text: "rules: []" }],
    ["in shadow", { ...deny, shadow: true }],
    ["a version", { ...deny, version: 1 }],
  ])("is another with %s", (_what, other) => expect(digest(other)).not.toBe(digest(deny)));
  test("is the same where a source only says that it is not in shadow", () => {
    expect(digest({ ...deny, shadow: false })).toBe(digest(deny));
  });
});

describe("a set", () => {
  test("counts and names what its documents hold, and not what is always on", () => {
    const set = compileSet([deny, allow]);
    expect(set.documents.map(({ name, ruleCount }) => [name, ruleCount])).toEqual([
      ["deny", 1],
      ["allow", 1],
    ]);
    expect([set.ruleCount, set.hasFirstMatch, set.counters, set.audits, set.logRedactions]).toEqual([
      2,
      false,
      [],
      [],
      [],
    ]);
    expect(set.defaults.map(({ name }) => name)).toEqual(["allow"]);
  });
  test("holds documents in shadow beside, without any effect", () => {
    const set = compileSet([allow, { ...deny, shadow: true }]);
    expect(set.documents.map(({ name }) => name)).toEqual(["allow"]);
    expect(set.shadow?.documents.map(({ name }) => name)).toEqual(["deny"]);
    expect([evaluate(set, ...handmade({})).effect, set.shadow?.digest === set.digest]).toEqual(["allow", true]);
    expect(compileSet([allow]).shadow).toBeUndefined();
  });
  test("takes the version of the source before the document's own", () => {
    const versioned = yamlSource("version: 3", "v");
    const versions = [versioned, { ...versioned, version: 7 }, yamlSource("rules: []", "v")];
    expect(versions.map((source) => compileSet([source]).documents[0]?.version)).toEqual([3, 7, undefined]);
  });
  test("says generic where a document says nothing about disclosure", () => {
    const said = [yamlSource("disclosure: full", "p"), yamlSource("rules: []", "p")];
    expect(said.map((source) => compileSet([source]).documents[0]?.disclosure)).toEqual(["full", "generic"]);
  });
  test("counts each thing once, in a fixed order", () => {
    const limit = (name: string, when: string) => yamlSource(`rules: [{ effect: deny, when: ${when} }]`, name);
    const runs = limit("a", "{ limits: { run: { actions: { gt: 3, within: 1m } } } }");
    const agents = limit("b", "{ limits: { agent: { actions: { gt: 5, within: 1m } } } }");
    const again = limit("c", "{ limits: { agent: { actions: { gt: 9, within: 1m }, denials: { gt: 9 } } } }");
    const wanted = [
      { scope: "agent", what: "actions", windowMs: 60_000 },
      { scope: "agent", what: "denials", windowMs: 0 },
      { scope: "run", what: "actions", windowMs: 60_000 },
    ];
    expect(compileSet([runs, agents, again]).counters).toEqual(wanted);
    expect(compileSet([again, agents, runs]).counters).toEqual(wanted);
  });
  test("knows that it has a first-match document", () => {
    expect(compileSet([allow, yamlSource("combining: first-match")]).hasFirstMatch).toBe(true);
  });
  test("keeps the files that decisions are written to, each once", () => {
    const audit = (name: string, enabled = true): PolicySource => ({
      name,
      dialect: "toml-enforcer",
      text: `[tools.policy]\nenabled = true\n[tools.audit]\nenabled = ${enabled}\ndestination = "/var/log/x.jsonl"\n`,
    });
    expect(compileSet([audit("a.toml"), audit("b.toml")]).audits).toEqual(["/var/log/x.jsonl"]);
    expect(compileSet([audit("a.toml", false)]).audits).toEqual([]);
  });
  test("keeps rules that are left out from being tried, and from being counted as met", () => {
    const off = yamlSource(
      "default: allow\nrules: [{ id: d, effect: deny, enabled: false }, { id: e, effect: alert }]",
    );
    expect(compileSet([off]).ruleCount).toBe(1);
    expect(evaluate(compileSet([off]), ...handmade({})).effect).toBe("allow");
  });
});

describe("overlay files are one document", () => {
  const overlay = (name: string, text: string): PolicySource => ({ name, dialect: "overlay", text });
  const first = overlay("policy.d/10-a.yaml", "protect_paths: [/srv/a]\n");
  const second = overlay("policy.d/20-b.yaml", "protect_paths: [/srv/b]\n");
  test("named after their folder, where there are several", () => {
    expect(compileSet([first, second]).documents.map(({ name }) => name)).toEqual(["policy.d"]);
    expect(compileSet([first]).documents.map(({ name }) => name)).toEqual(["policy.d/10-a.yaml"]);
    const bare = [overlay("a.yaml", "protect_paths: [/a]\n"), overlay("b.yaml", "protect_paths: [/b]\n")];
    expect(compileSet(bare).documents.map(({ name }) => name)).toEqual(["a.yaml"]);
  });
  test("refused together where one is wrong, by the name of the file", () => {
    expect(errorsOf([first, overlay("policy.d/30-c.yaml", "protect_path: [/x]\n")])[0]).toMatchObject({
      file: "policy.d/30-c.yaml",
      line: 1,
    });
  });
});

describe("refuses", () => {
  const many = (count: number) => JSON.stringify({ rules: Array.from({ length: count }, () => ({ effect: "alert" })) });
  const messages = (...sources: PolicySource[]) =>
    errorsOf(sources).map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
  test("two documents of one name", () => {
    expect(messages(deny, { ...allow, name: "deny" })).toEqual(["deny:1:1 two documents have this name"]);
    expect(messages({ ...deny, name: "holdpoint/always" })).toEqual([
      "holdpoint/always:1:1 two documents have this name",
    ]);
  });
  test("more rules than a set may hold, shadows counted, and takes as many as it may", () => {
    const source = (name: string, count: number): PolicySource => ({ name, dialect: "native-json", text: many(count) });
    const always = compileSet([]).rules.length;
    const most = limits.policyRulesMax - always;
    const half = Math.ceil(most / 2);
    const whole = [source("a", half), { ...source("b", most - half), shadow: true }];
    expect(messages(...whole)).toEqual([]);
    expect(messages(...whole, source("c", 1))).toEqual([`policy:1:1 more than ${limits.policyRulesMax} rules`]);
  });
  test("a selector without a scope, a scope without a selector, and a selector that is no pattern", () => {
    const refused = (text: string) => messages(yamlSource(text, "p"));
    expect(refused("selector: shop")).toEqual(["p:1:11 a selector needs a `scope` other than `global`"]);
    expect(refused("scope: global\nselector: shop")).toHaveLength(1);
    expect(refused("scope: app")).toEqual(["p:1:8 scope `app` needs a `selector`: which app?"]);
    // Said once, though it is compiled for rules of both directions.
    expect(refused("scope: tool\nselector: '{a'")).toEqual([
      expect.stringMatching(/^p:2:11 the pattern `\{a` opens a `\{`/),
    ]);
  });
  test("a dialect that is none, with the nearest word only where one is near", () => {
    const of = (dialect: string) => messages({ name: "p", dialect, text: "" });
    expect(of("native-yml")).toEqual(["p:1:1 `native-yml` is no dialect; did you mean `native-yaml`?"]);
    expect(of("toString")).toEqual(["p:1:1 `toString` is no dialect"]);
  });
  test("an example that is wrong, of what is not ours: packs were tried when they were made", () => {
    const wrong = "rules: [{ id: a, effect: deny, when: { program: rm }, match: [ls] }]";
    expect(messages(yamlSource(wrong))).toHaveLength(1);
    const problems: Parameters<typeof compileSource>[1] = [];
    compileSource(yamlSource(wrong), problems, false);
    expect(problems).toEqual([]);
    compileSource(yamlSource(wrong), problems);
    expect(problems).toHaveLength(1);
    expect(compileSource({ name: "p", dialect: "none", text: "" }, problems)).toBeUndefined();
    expect(problems).toHaveLength(2);
    expect(messages(pack("read-only"))).toEqual([]);
  });
});

test.each([
  ["of a tenant", "tenant", "acme", { tenant: "acme" }],
  ["of a tool", "tool", "shell", {}],
  ["of an app", "app", "shop", { principal: { agent: "a", app: "shop" } }],
])(
  "a scope %s is one more criterion: a rule that says less decides after one that says more",
  (_of, scope, selector, action) => {
    const scoped = yamlSource(`scope: ${scope}\nselector: ${selector}\nrules: [{ id: z, effect: deny }]`, "z");
    const set = compileSet([deny, scoped]);
    expect(evaluate(set, ...handmade({ action })).rules.map(({ id }) => id)).toEqual(["z", "d"]);
  },
);

test("a scope that names a tool names none that only looks like it, where its rules loosen", () => {
  const scoped = compileSet([
    yamlSource("scope: tool\nselector: bash\nrules: [{ effect: allow, when: { class: safe } }]"),
  ]);
  const called = (deceptive: boolean) =>
    evaluate(scoped, ...handmade({ facts: { tool: { name: "b", normalized: "bash", meaning: "shell", deceptive } } }))
      .effect;
  expect([called(false), called(true)]).toEqual(["allow", "deny"]);
});

test("a rule without a name is called after its place", () => {
  const set = compileSet([yamlSource("rules: [{ id: a, effect: alert }, { effect: deny }]")]);
  expect(evaluate(set, ...handmade({})).rules.map(({ id }) => id)).toEqual(["rule-2", "a"]);
  expect(effect("default: allow\nrules: []", "ls")).toBe("allow");
});
