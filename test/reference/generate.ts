// generate.ts — random policies, actions and facts, built from the same few words so that rules really meet actions

import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { evaluate } from "@holdpoint/core/rules/evaluate.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import type { Atom, Facts } from "@holdpoint/wire/facts.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import fc from "fast-check";
import type { RefDocument, RefRule } from "./reference.ts";

/** How often each property is tried; `HOLDPOINT_PROPERTY_RUNS` for more. */
export const RUNS = Number(process.env["HOLDPOINT_PROPERTY_RUNS"] ?? 1_500);
const some = <T>(...values: T[]) => fc.subarray(values, { minLength: 1, maxLength: Math.min(2, values.length) });
const TOOLS = ["shell", "fs.read", "fs.write", "odd_tool", "other"];
const PATHS = ["/w", "/w/src", "/w/src/a.ts", "/w/secret", "/w/secret/key", "/etc", "/etc/passwd"];
const PATTERNS = ["/w/**", "/w/src/**", "/w/secret/**", "/w/secret/key", "/etc/**", "/etc/passwd"];
const PROGRAMS = ["ls", "rm", "git"];
const NAMES = ["red", "blue", "redder"];
const CLASSES = ["safe", "warn", "blocked-by-default"] as const;
const ACCESS = ["read", "write", "delete", "execute"] as const;

const everyCriterion = fc.record({
  tool: some("*", "shell", "fs.*", "odd_tool", "o*"),
  program: some("ls", "r*", "git"),
  paths: fc.array(
    fc.record({ any: some(...PATTERNS), access: some(...ACCESS), mayContain: fc.boolean() }, { requiredKeys: ["any"] }),
    { minLength: 1, maxLength: 2 },
  ),
  class: some(...CLASSES),
  opaque: fc.boolean(),
  runsCode: fc.boolean(),
  mode: some("auto", "draft"),
  principal: fc.record({ agent: some("red", "re*"), team: some("blue") }, { requiredKeys: ["agent"] }),
  branch: some("red", "b*"),
});
/** One or two criteria a rule, seldom more: a rule that asks for ten things meets nothing, and nothing would be compared. */
const when = fc
  .tuple(
    everyCriterion,
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 1, 2) }, { weight: 1, arbitrary: fc.constantFrom(3, 5) }),
    fc.infiniteStream(fc.nat()),
  )
  .map(([all, count, stream]) => {
    const names = Object.keys(all) as (keyof typeof all)[];
    const picked: Partial<typeof all> = {};
    for (let index = 0; index < count; index++) {
      const name = names[(stream.next().value ?? 0) % names.length] as keyof typeof all;
      Object.assign(picked, { [name]: all[name] });
    }
    return picked;
  });
export const rule = fc.record(
  {
    effect: fc.constantFrom("allow", "allow", "deny", "require_approval", "terminate", "alert"),
    when,
    unless: when.filter((value) => Object.keys(value).length > 0),
    opaque: fc.constant("allow"),
  },
  { requiredKeys: ["effect", "when"] },
) as fc.Arbitrary<Omit<RefRule, "id">>;
const numbered = (rules: Omit<RefRule, "id">[]): RefRule[] =>
  rules.map((each, index) => ({
    ...each,
    id: `r${index}`,
    ...(each.effect === "allow" ? {} : { opaque: undefined }),
  }));
export const document = fc
  .record(
    {
      default: fc.constantFrom("allow", "ask", "deny"),
      combining: fc.constant("first-match"),
      rules: fc.array(rule, { maxLength: 6 }),
    },
    { requiredKeys: ["rules"] },
  )
  .map((each) => ({ ...each, policy: "p", rules: numbered(each.rules) }) as RefDocument);

const atom: fc.Arbitrary<Atom> = fc
  .record({
    program: fc.constantFrom(...PROGRAMS),
    words: fc.constantFrom<(string | null)[]>(["x"], ["x"], ["x"], [null]),
    opaque: fc.constantFrom<string[]>([], [], [], ["variable-program"]),
    runsCode: fc.constantFrom<string[]>([], [], ["script"]),
    paths: fc.array(
      fc.record({
        path: fc.constantFrom(...PATHS),
        access: fc.constantFrom(...ACCESS),
        mayContain: fc.constantFrom(undefined, undefined, true),
        dynamic: fc.constantFrom(undefined, undefined, undefined, true),
      }),
      { maxLength: 2 },
    ),
    class: fc.constantFrom(...CLASSES),
  })
  .map((each) => ({
    kind: "command" as const,
    text: "x",
    wrappers: [],
    hosts: [],
    databases: [],
    variables: [],
    at: "/command",
    ...each,
    paths: each.paths.map((path) => JSON.parse(JSON.stringify({ ...path, raw: path.path, at: "/command" }))),
  }));
export const facts: fc.Arbitrary<Facts> = fc
  .record({ tool: fc.constantFrom(...TOOLS), atoms: fc.array(atom, { minLength: 1, maxLength: 3 }) })
  .map(({ tool, atoms }) => ({
    tool: {
      name: tool,
      normalized: tool,
      ...(["odd_tool", "other"].includes(tool) ? {} : { meaning: tool }),
      deceptive: false,
    },
    atoms,
    strings: [],
    secrets: [],
    oddCharacters: [],
    caps: [],
    class: "warn" as const,
  }));
export const action: fc.Arbitrary<Action> = fc
  .record({
    agent: fc.constantFrom(...NAMES),
    team: fc.constantFrom(undefined, ...NAMES),
    branch: fc.constantFrom(undefined, ...NAMES),
    mode: fc.constantFrom("auto", "draft"),
    attested: fc.subarray(["agent", "team", "branch"]),
  })
  .map(
    ({ agent, team, branch, mode, attested }) =>
      ({
        id: "act_00000000-0000-7000-8000-000000000000",
        tenant: "default",
        kind: "tool",
        tool: "Bash",
        args: { command: "x" },
        argsHash: "x",
        cwd: "/w",
        home: "/h",
        principal: { agent, ...(team && { team }) },
        session: { id: "s" },
        ...(branch && { context: { branch } }),
        trust: "verified",
        mode,
        attested,
        credential: "k",
        proposedAt: "2026-01-01T00:00:00.000Z",
      }) as Action,
  );

export const compile = (documents: RefDocument[]) =>
  compileSet(
    documents.map((each, index) => ({ name: `d${index}.json`, dialect: "native-json", text: JSON.stringify(each) })),
  );
export const verdictOf = (documents: RefDocument[], ofAction: Action, ofFacts: Facts): Verdict =>
  evaluate(compile(documents), ofAction, ofFacts);
export const engineEffect = (documents: RefDocument[], ofAction: Action, ofFacts: Facts) =>
  verdictOf(documents, ofAction, ofFacts).effect;
