// lint.property.test.ts — over random policies and calls: a rule that lint calls shadowed can go without changing a decision, one
// that it calls never matching never holds, and what it says an allow lets through is let through

import type { Action } from "@holdpoint/wire/action.ts";
import { ATTESTABLE } from "@holdpoint/wire/action.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { deriveFacts } from "../../facts/derive.ts";
import { compileSet } from "../compile.ts";
import { viewOf } from "../criteria/view.ts";
import { evaluate } from "../evaluate.ts";
import { exampleAction } from "../examples.ts";
import { atomsOf, holds } from "../holds.ts";
import { scoreRisk } from "../risk.ts";
import { lintedRules, lintPolicies } from "./lint.ts";

const some = <T>(...values: T[]) => fc.subarray(values, { minLength: 1 });
const pick = <T>(...values: T[]) => fc.constantFrom(...values);
// Few words of each kind, so that rules meet each other often.
const when = fc.record(
  {
    tool: some("shell", "*", "Read", "!shell", "mcp__git__*", "mcp__git__log", "mcp*", "fs.read"),
    kind: some("tool", "model_call"),
    commands: some("git push", "git *", "rm", "ls"),
    program: some("git", "rm", "!git"),
    startsWith: some("git push", "rm"),
    words: some("--force", "main"),
    written: some("git*", "rm x"),
    paths: pick<unknown>(
      ["/etc/**"],
      ["/etc/ssl/**"],
      ["/etc/ssl/*", "~/x"],
      ["./src/**"],
      ["./**"],
      ["!./**"],
      [{ any: ["/etc/**"], access: ["write", "delete"] }],
    ),
    hosts: some("a.example", "!a.example"),
    args: pick({ command: { glob: ["git*"] } }, { command: { regex: "rm" } }, { file_path: "a" }),
    argsMatch: some("git", "rm"),
    class: some("safe", "warn", "blocked-by-default"),
    runsCode: fc.boolean(),
    mode: some("auto", "draft"),
    branch: some("main"),
    principal: pick({ team: ["a"] }, { roles: ["dev"] }),
    environment: pick<unknown>(["production"], { variables: ["CI"] }),
    trust: pick({ max: "quarantined" }, { min: "verified", max: "verified" }, { min: "trusted", max: "quarantined" }),
    risk: pick({ gte: 10 }, { gt: 50, lt: 20 }, { gte: 101 }),
    opaque: fc.boolean(),
    secrets: fc.boolean(),
  },
  { requiredKeys: [] },
);
/** One or two of the words, any of them. */
const narrowWhen = fc.tuple(when, fc.nat(100), fc.nat(3)).map(([one, from, count]) => {
  const words = Object.entries(one);
  return Object.fromEntries([...words, ...words].slice(from % (words.length + 1)).slice(0, Math.min(count, 2)));
});
const exemption = fc.option(narrowWhen, { nil: undefined, freq: 6 });
const effect = pick("allow", "allow", "allow", "deny", "require_approval", "terminate", "alert");
const opaque = pick("allow", "allow", "dynamic", undefined);
/** A rule and the same one made narrower, in either order: such pairs are what lint is about. */
const pair = fc
  .tuple(narrowWhen, narrowWhen, exemption, exemption, effect, effect, opaque, opaque, fc.boolean())
  .map(([wide, more, unless, other, first, second, a, b, turned]) => {
    const rules = [
      { effect: first, when: wide, unless, opaque: a },
      { effect: second, when: { ...more, ...wide }, unless: other ?? unless, opaque: b },
    ];
    return turned ? rules.toReversed() : rules;
  });
const rules = fc.array(pair, { minLength: 1, maxLength: 2 }).map((pairs) => pairs.flat());
const document = fc.record({
  default: pick("deny", "ask", "allow"),
  combining: pick("deny-overrides", "first-match"),
  rules,
});
const text = (value: { rules: readonly object[] }): PolicySource => ({
  name: "p.json",
  dialect: "native-json",
  text: JSON.stringify({
    ...value,
    rules: value.rules.map((one, index) => {
      const { opaque, ...rest } = one as { effect: string; opaque?: string };
      return {
        id: `r${index}`,
        ...rest,
        ...(rest.effect === "allow" && opaque ? { opaque } : {}),
        ...((one as object & { id?: string }).id ? { id: (one as { id: string }).id } : {}),
      };
    }),
  }),
});

const call = pick(
  "ls",
  "sudo git push",
  "cat /etc/passwd a",
  "git commit -m x",
  "git push --force origin main",
  "git status",
  "git log; rm x",
  "rm -rf /etc/x",
  "ls",
  "echo $X > /etc/motd",
  "curl https://a.example",
  "curl https://b.example -d @x",
  "python x.py",
  "bash -c 'rm x'",
  "echo 'unclosed",
);
const action: fc.Arbitrary<Action> = fc
  .record({
    example: fc.oneof(
      call,
      pick({ tool: "Read", args: { file_path: "a" } }, { tool: "Odd", args: { q: "git" } }),
      pick(
        { tool: "mcp__git__log", args: {} },
        { tool: "Read", args: { file_path: "/etc/ssl/key" } },
        { tool: "Read", args: { file_path: "/etc/SSL" } },
        { tool: "Write", args: { file_path: "src/a/b" } },
      ),
    ),
    attested: fc.subarray([...ATTESTABLE]),
    team: pick("a", undefined),
    environment: pick("production", "development"),
    trust: pick("trusted", "verified", "quarantined"),
    mode: pick("auto", "draft"),
    branch: pick("main", undefined),
  })
  .map(({ example, attested, team, environment, trust, mode, branch }) => ({
    ...exampleAction(example as string),
    attested,
    principal: { agent: "example", ...(team ? { team } : {}) },
    environment: { name: environment },
    trust: trust as "verified",
    mode: mode as "auto",
    ...(branch ? { context: { branch } } : {}),
  }));

const idsOf = (source: PolicySource, ...codes: string[]): string[] =>
  lintPolicies([source])
    .filter(({ code }) => codes.includes(code))
    .map(({ rule: id }) => id);

test("a rule that is called shadowed or contradicted can go, and no decision changes", () => {
  let tried = 0;
  fc.assert(
    fc.property(document, fc.array(action, { minLength: 14, maxLength: 14 }), (value, actions) => {
      const source = text(value);
      for (const id of idsOf(source, "shadowed", "contradictory")) {
        tried += 1;
        const all = (JSON.parse(source.text) as { rules: { id: string }[] }).rules;
        const without = text({ ...value, rules: all.filter((one) => one.id !== id) });
        const [before, after] = [compileSet([source]), compileSet([without])];
        for (const one of actions) {
          const facts = deriveFacts(one);
          const [a, b] = [evaluate(before, one, facts), evaluate(after, one, facts)];
          const decided = ({ effect, outcome, ask, reason, rules: by, alerts }: typeof a) => ({
            effect,
            outcome,
            ask,
            reason,
            by,
            alerts,
          });
          expect(decided(b), `${id} in ${source.text}\n${JSON.stringify(one.args)}`).toEqual(decided(a));
        }
      }
    }),
    { numRuns: 400 },
  );
  expect(tried).toBeGreaterThan(20);
}, 120_000);

test("a rule that is said to never match holds for no call", () => {
  let tried = 0;
  fc.assert(
    fc.property(document, fc.array(action, { minLength: 4, maxLength: 8 }), (value, actions) => {
      const source = text(value);
      const set = compileSet([source]);
      const never = idsOf(source, "never-matches");
      tried += never.length;
      for (const { id, compiled } of lintedRules(set, [source])) {
        if (!never.includes(id)) continue;
        for (const one of actions) {
          const facts = deriveFacts(one);
          const view = viewOf(one, facts, scoreRisk(one, facts).score);
          for (const atom of atomsOf(facts)) expect(holds(compiled, view, atom), `${id} in ${source.text}`).toBe(false);
        }
      }
    }),
    { numRuns: 150 },
  );
  expect(tried).toBeGreaterThan(4);
}, 120_000);
