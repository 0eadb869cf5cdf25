// exchange.test.ts — over random policies of other clients and of ours: what comes in is never looser than there, what goes out
// never looser than here, and a native document says what its source said. The small models below are the clients' own words.

import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { EFFECTS } from "@holdpoint/wire/scalars.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deriveFacts } from "../../facts/derive.ts";
import { compileSet } from "../compile.ts";
import { evaluate } from "../evaluate.ts";
import { exampleAction } from "../examples.ts";
import { asNative } from "./as-native.ts";
import { EXPORT_TARGETS, exportPolicy } from "./export.ts";

type Effect = (typeof EFFECTS)[number];
const rank = (effect: string): number => EFFECTS.indexOf(effect as Effect);
const strictestOf = (effects: readonly Effect[]): Effect =>
  effects.reduce((a, b) => (rank(a) >= rank(b) ? a : b), "allow");

const WORDS = ["git", "status", "log", "push", "--force", "origin", "npm", "test", "ls", "-la", "rm", "x"];
const PREFIXES = [
  "git",
  "git status",
  "git log",
  "git push",
  "git push --force",
  "npm",
  "npm test",
  "ls",
  "ls -la",
  "rm",
  "rm x",
];
/** The same commands in other words: what they mean is known here, and only their text there. */
const SPELLED = ["git -C x push", "git --no-pager log", "git -C x status", "rm -f x", "npm --silent test"];
const simple = fc.oneof(
  fc.constantFrom(...SPELLED),
  fc.constantFrom(...PREFIXES),
  fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 }).map((words) => words.join(" ")),
);
const command = fc.oneof(
  { weight: 3, arbitrary: simple },
  {
    weight: 1,
    arbitrary: fc.tuple(simple, fc.constantFrom(" && ", "; ", " | "), simple).map((parts) => parts.join("")),
  },
);
/** Every short command, and what chance adds. */
const texts = fc.array(command, { minLength: 4, maxLength: 8 }).map((more) => [...PREFIXES, ...SPELLED, ...more]);
/** Compiled once, asked often. */
function here(source: PolicySource): (text: string) => Effect {
  const set = compileSet([source]);
  return (text) => {
    const action = exampleAction(text);
    return evaluate(set, action, deriveFacts(action)).effect;
  };
}
const partsOf = (text: string): string[] => text.split(/ && |; | \| /);
const startsWithWords = (text: string, prefix: string): boolean => text === prefix || text.startsWith(`${prefix} `);

interface Theirs {
  source: PolicySource;
  /** what the client itself does with a command */
  decide(text: string): Effect;
}

const claude: fc.Arbitrary<Theirs> = fc
  .record({
    allow: fc.array(entry(), { maxLength: 4 }),
    ask: fc.array(entry(), { maxLength: 2 }),
    deny: fc.array(entry(), { maxLength: 2 }),
    defaultMode: fc.constantFrom("default", "dontAsk"),
  })
  .map((permissions) => {
    const holds = (one: string, text: string): boolean => {
      const inner = /^Bash\((.*)\)$/.exec(one)?.[1] ?? "";
      return inner.endsWith(":*") ? startsWithWords(text, inner.slice(0, -2)) : text === inner;
    };
    const any = (list: string[], text: string) => list.some((one) => holds(one, text));
    const one = (text: string): Effect =>
      any(permissions.deny, text)
        ? "deny"
        : any(permissions.ask, text)
          ? permissions.defaultMode === "dontAsk"
            ? "deny"
            : "ask"
          : any(permissions.allow, text)
            ? "allow"
            : permissions.defaultMode === "dontAsk"
              ? "deny"
              : "ask";
    return {
      source: { name: "settings.json", dialect: "claude-permissions", text: JSON.stringify({ permissions }) },
      decide: (text: string) => strictestOf(partsOf(text).map(one)),
    };
  });
function entry() {
  return fc
    .tuple(fc.constantFrom(...PREFIXES), fc.boolean())
    .map(([prefix, open]) => `Bash(${prefix}${open ? ":*" : ""})`);
}

const gemini: fc.Arbitrary<Theirs> = fc
  .uniqueArray(
    fc.record({
      prefix: fc.option(fc.constantFrom(...PREFIXES), { nil: undefined }),
      decision: fc.constantFrom("allow", "deny", "ask_user"),
      priority: fc.integer({ min: 0, max: 999 }),
    }),
    { maxLength: 5, selector: ({ priority }) => priority },
  )
  .map((rules) => {
    const text = rules
      .map(
        ({ prefix, decision, priority }) =>
          `[[rule]]\ntoolName = "run_shell_command"\n${prefix === undefined ? "" : `commandPrefix = "${prefix}"\n`}decision = "${decision}"\npriority = ${priority}\n`,
      )
      .join("");
    const ordered = rules.toSorted((a, b) => b.priority - a.priority);
    const first = (one: string): Effect => {
      const rule = ordered.find(({ prefix }) => prefix === undefined || startsWithWords(one, prefix));
      return rule === undefined || rule.decision === "ask_user" ? "ask" : (rule.decision as Effect);
    };
    // A deny of the whole text stands; else every simple command is looked at.
    const whole = (text: string): Effect => (first(text) === "deny" ? "deny" : strictestOf(partsOf(text).map(first)));
    return { source: { name: "policy.toml", dialect: "gemini-toml", text }, decide: whole };
  });

const DECISIONS = { allow: "allow", prompt: "ask", forbidden: "deny" } as const;
const codex: fc.Arbitrary<Theirs> = fc
  .array(fc.tuple(fc.constantFrom(...PREFIXES), fc.constantFrom("allow", "prompt", "forbidden")), { maxLength: 5 })
  .map((rules) => {
    const one = (text: string): Effect => {
      const met = rules
        .filter(([prefix]) => startsWithWords(text, prefix))
        .map(([, said]) => DECISIONS[said as "allow"]);
      return met.length === 0 ? "ask" : strictestOf(met);
    };
    const lines = rules.map(
      ([prefix, said]) => `prefix_rule(pattern=${JSON.stringify(prefix.split(" "))}, decision="${said}")`,
    );
    return {
      source: { name: "default.rules", dialect: "codex-rules", text: lines.join("\n") },
      decide: (text: string) => strictestOf(partsOf(text).map(one)),
    };
  });

describe.each([
  ["Claude Code", claude],
  ["Gemini CLI", gemini],
  ["Codex", codex],
] as const)("policies of %s", (_client, policies) => {
  test("are never looser here than there", () => {
    fc.assert(
      fc.property(policies, texts, ({ source, decide }, all) => {
        const ours = here(source);
        for (const text of all)
          expect(rank(ours(text)), `${source.text}\n${text}`).toBeGreaterThanOrEqual(rank(decide(text)));
      }),
      { numRuns: 120 },
    );
  });
  test("allow a simple command that is written as they write it", () => {
    fc.assert(
      fc.property(policies, ({ source, decide }) => {
        const ours = here(source);
        for (const text of PREFIXES)
          if (decide(text) === "allow") expect(ours(text), `${source.text}\n${text}`).toBe("allow");
      }),
      { numRuns: 120 },
    );
  });
  test("say the same as a native document", () => {
    fc.assert(
      fc.property(policies, texts, ({ source }, all) => {
        const native = here({ name: "native.yaml", dialect: "native-yaml", text: asNative([source]).text });
        const own = here(source);
        for (const text of all) expect(native(text), `${source.text}\n${text}`).toBe(own(text));
      }),
      { numRuns: 80 },
    );
  });
});

const DIALECT = { "claude-code": "claude-permissions", gemini: "gemini-toml", codex: "codex-rules" } as const;
const ours: fc.Arbitrary<PolicySource> = fc
  .record({
    default: fc.constantFrom("deny", "ask", undefined),
    rules: fc.array(
      fc.record({
        effect: fc.constantFrom("allow", "deny", "require_approval"),
        commands: fc.array(fc.constantFrom(...PREFIXES), { minLength: 1, maxLength: 2 }),
        paths: fc.option(fc.constant(["~/.ssh/**", "x"]), { nil: undefined, freq: 1 }),
      }),
      { maxLength: 6 },
    ),
  })
  .map(({ rules, ...rest }) => ({
    name: "ours.json",
    dialect: "native-json",
    text: JSON.stringify({
      ...rest,
      rules: rules.map(({ effect, commands, paths }, index) => ({
        id: `r${index}`,
        effect,
        when: { tool: ["shell"], commands, ...(paths ? { paths } : {}) },
      })),
    }),
  }));

describe.each(EXPORT_TARGETS)("policies of ours for %s", (target) => {
  const there = (source: PolicySource): PolicySource => ({
    name: "exported",
    dialect: DIALECT[target],
    text: exportPolicy([source], target).text,
  });
  test("allow nothing there that is not allowed here", () => {
    fc.assert(
      fc.property(ours, texts, (source, all) => {
        const [exported, own] = [here(there(source)), here(source)];
        const looser = all.filter((text) => exported(text) === "allow" && own(text) !== "allow");
        expect(looser, source.text).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });
  // Codex' rules cannot say a default.
  if (target === "codex") return;
  test("are never looser there where the default is to deny", () => {
    fc.assert(
      fc.property(
        ours.filter(({ text }) => !text.includes('"default":"ask"')),
        texts,
        (source, all) => {
          const [exported, own] = [here(there(source)), here(source)];
          for (const text of all)
            expect(rank(exported(text)), `${source.text}\n${text}`).toBeGreaterThanOrEqual(rank(own(text)));
        },
      ),
      { numRuns: 120 },
    );
  });
});

/** Rules about files, tools and hosts too, with exemptions and defaults of every kind; and calls of every kind of tool. */
const PATHS = ["**/.env", "~/.ssh/**", "./src/**", "/etc/**", "/srv/data/**", "*.pem"];
const wide: fc.Arbitrary<PolicySource> = fc
  .record({
    default: fc.constantFrom("deny", "ask", "allow", undefined),
    combining: fc.constantFrom("deny-overrides", "first-match", undefined),
    rules: fc.array(
      fc.record(
        {
          effect: fc.constantFrom("allow", "deny", "require_approval", "redact", "alert"),
          when: fc.record(
            {
              tool: fc.subarray(["shell", "fs.read", "fs.write", "fs.edit", "http.fetch", "mcp__x__y", "*"], {
                minLength: 1,
              }),
              commands: fc.subarray(PREFIXES, { minLength: 1, maxLength: 3 }),
              paths: fc.subarray(PATHS, { minLength: 1, maxLength: 3 }),
              hosts: fc.constant(["*.example"]),
            },
            { requiredKeys: [] },
          ),
          unless: fc.record({ paths: fc.subarray(PATHS, { minLength: 1, maxLength: 1 }) }, { requiredKeys: [] }),
        },
        { requiredKeys: ["effect", "when"] },
      ),
      { maxLength: 6 },
    ),
  })
  .map(({ rules, ...rest }) => ({
    name: "wide.json",
    dialect: "native-json",
    text: JSON.stringify({ ...rest, rules: rules.map((rule, index) => ({ id: `r${index}`, ...rule })) }),
  }));
const FILES = ["src/a.ts", ".env", "src/.env", "/etc/passwd", "/srv/data/x", "/home/dev/.ssh/id_rsa", "a.pem"];
interface ToolCall {
  tool: string;
  args: { [key: string]: string };
}
const CALLS: readonly ToolCall[] = [
  ...[...PREFIXES, ...SPELLED, "cat .env", "git status && rm x"].map((text) => ({
    tool: "Bash",
    args: { command: text },
  })),
  ...FILES.flatMap((path): ToolCall[] => [
    { tool: "Read", args: { file_path: path } },
    { tool: "Write", args: { file_path: path, content: "x" } },
    { tool: "Edit", args: { file_path: path, old_string: "a", new_string: "b" } },
    { tool: "read_file", args: { file_path: path } },
    { tool: "write_file", args: { file_path: path, content: "x" } },
  ]),
  { tool: "WebFetch", args: { url: "https://a.example/", prompt: "x" } },
  { tool: "mcp__x__y", args: {} },
  { tool: "frobnicate", args: {} },
];
test.each(EXPORT_TARGETS)(
  "whatever a policy is about, nothing is allowed for %s that is not allowed here",
  (target) => {
    fc.assert(
      fc.property(wide, (source) => {
        const exported = compileSet([
          { name: "exported", dialect: DIALECT[target], text: exportPolicy([source], target).text },
        ]);
        const own = compileSet([source]);
        const looser = CALLS.filter((call) => {
          const action = exampleAction(call);
          const facts = deriveFacts(action);
          return (
            evaluate(exported, action, facts).effect === "allow" && evaluate(own, action, facts).effect !== "allow"
          );
        });
        expect(looser, source.text).toEqual([]);
      }),
      { numRuns: 150 },
    );
  },
);

test("what is lost on the way out is said, rule by rule", () => {
  const source: PolicySource = {
    name: "team.yaml",
    dialect: "native-yaml",
    text: `
default: deny
rules:
  - { id: looks, effect: allow, when: { tool: shell, commands: [git status] }, reason: x }
  - { id: push, effect: deny, when: { commands: ["git push --force"] }, reason: rewrites }
  - { id: keys, effect: deny, when: { paths: ["**/.env", "/etc/**", "!/etc/motd"] }, reason: x }
  - { id: env, effect: deny, when: { paths: ["**/.env", "~/.ssh/**"] }, reason: secrets }
  - { id: pay, effect: deny, when: { tool: mcp__bank__pay }, reason: x }
  - { id: risky, effect: deny, when: { risk: { gte: 70 } }, reason: x }
  - { id: masks, effect: redact, reason: x }
`,
  };
  const claude = exportPolicy([source], "claude-code");
  expect(JSON.parse(claude.text)).toEqual({
    permissions: {
      defaultMode: "dontAsk",
      allow: ["Bash(git status)"],
      ask: [],
      deny: [
        "Bash(git push --force:*)",
        "Read(**/.env)",
        "Edit(**/.env)",
        "Read(~/.ssh/**)",
        "Edit(~/.ssh/**)",
        "mcp__bank__pay",
      ],
    },
  });
  const lost = (target: (typeof EXPORT_TARGETS)[number]) => exportPolicy([source], target).left.join("\n");
  for (const [rule, why] of [
    ["looks", "only for the commands"],
    ["push", "by its text only"],
    ["keys", "cannot be said"],
    ["risky", "cannot be said"],
    ["masks", "no form"],
  ] as const)
    expect(lost("claude-code")).toMatch(new RegExp(`\`${rule}\`.*${why}`));
  expect(lost("gemini")).toMatch(/`env`.*about paths/);
  expect(lost("codex")).toMatch(/1 allowed commands are not said/);
  expect(exportPolicy([source], "codex").text).toContain(
    'prefix_rule(pattern = ["git","push","--force"], decision = "forbidden", justification = "rewrites")',
  );
});

test("what no native document can say is refused, not changed", () => {
  const source = { name: "e.toml", dialect: "toml-enforcer", text: "[tools.policy]\nenabled = true\n" };
  expect(() => asNative([source])).toThrow(/use the file as it is/);
});

test("a star that crosses slashes here is two where it does not", () => {
  const text = `[tools.policy]\nenabled = true\n[[tools.policy.rules]]\neffect = "deny"\ntool = "*"\npaths = ["/etc/*", "/srv/*/keys"]\n`;
  const { text: exported, left } = exportPolicy([{ name: "e.toml", dialect: "toml-enforcer", text }], "claude-code");
  expect(exported).toContain('"Read(//etc/**)"');
  expect(left.join("\n")).toMatch(/`policy-1` has stars that cross slashes here/);
});
