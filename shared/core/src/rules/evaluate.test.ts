// evaluate.test.ts — how rules combine: per atom, the strictest wins, gaps and errors on the strict side; what a verdict holds

import type { Action } from "@holdpoint/wire/action.ts";
import { describe, expect, test } from "vitest";
import { deriveFacts } from "../facts/derive.ts";
import { compileSet } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import { exampleAction } from "./examples.ts";
import { effect, type Given, judge, yamlSource } from "./judged.ts";

describe("combining", () => {
  const both = `
rules:
  - { id: a, effect: allow, when: { tool: shell, commands: [git, rm, ls] } }
  - { id: d, effect: deny, when: { commands: ["git push --force"] } }
  - { id: q, effect: require_approval, when: { commands: ["rm -rf"] } }
`;
  test.each<[string, string | string[], Given, string]>([
    ["no rule at all is a deny", "rules: []", "ls", "deny"],
    ["a configured default", "default: ask", "ls", "ask"],
    ["the strictest of several defaults", ["default: allow", "default: ask"], "ls", "ask"],
    ["a document without default adds none", ["default: allow", "rules: []"], "ls", "allow"],
    ["an allow", both, "ls", "allow"],
    ["deny wins over allow", both, "git push -f", "deny"],
    ["ask wins over allow", both, "rm -fr x", "ask"],
    ["each command is judged for itself", both, "ls && git push --force", "deny"],
    ["and the strictest counts", both, "ls; rm -r -f x; ls", "ask"],
    ["a command that no rule covers falls to the default", both, "ls | unheard-of", "deny"],
    ["ask_user is the same as require_approval", "rules: [{ effect: ask_user }]", "ls", "ask"],
    ["terminate denies", "rules: [{ effect: terminate }]", "ls", "deny"],
    [
      "redact, alert and modify change no effect",
      "rules: [{ effect: redact }, { effect: alert }, { effect: modify, obligations: { modify: { mode: draft } } }]",
      "ls",
      "deny",
    ],
    [
      "documents combine by the strictest",
      ["rules: [{ effect: allow, when: { tool: shell } }]", "rules: [{ effect: deny, when: { program: ls } }]"],
      "ls",
      "deny",
    ],
    [
      "a disabled rule is not there",
      "rules: [{ effect: allow, when: { tool: shell } }, { effect: deny, enabled: false }]",
      "ls",
      "allow",
    ],
  ])("%s", (_why, policy, given, expected) => expect(effect(policy, given)).toBe(expected));
});

describe("first-match documents", () => {
  const ordered = `
combining: first-match
default: ask
rules:
  - { id: one, effect: allow, when: { tool: shell, commands: ["git push origin topic"] } }
  - { id: two, effect: deny, when: { commands: ["git push"] } }
  - { id: three, effect: allow, when: { tool: shell, program: git } }
`;
  test.each<[string, Given, string]>([
    ["the first rule that matches is the only one", "git push origin topic", "allow"],
    ["a later one counts where the earlier do not match", "git push origin main", "deny"],
    ["the last", "git status", "allow"],
    ["the default", "ls", "ask"],
    ["per atom", "git push origin topic && git push", "deny"],
  ])("%s", (_why, given, expected) => expect(effect(ordered, given)).toBe(expected));

  test("an alert in front does not hide the deny behind it", () => {
    const verdict = judge(
      "default: allow\ncombining: first-match\nrules: [{ id: a, effect: alert }, { id: d, effect: deny }]",
      "ls",
    );
    expect(verdict.effect).toBe("deny");
    expect(verdict.alerts).toHaveLength(1);
  });
  test.each([
    ["a redaction", "effect: redact"],
    ["a change", "effect: modify, obligations: { modify: { mode: draft } }"],
  ])("nor does %s", (_what, rule) => {
    const text = `default: allow\ncombining: first-match\nrules: [{ id: a, ${rule} }, { id: d, effect: deny }]`;
    expect(judge(text, "ls").effect).toBe("deny");
  });
  test("another document still denies", () => {
    expect(effect([ordered, "rules: [{ effect: deny, when: { program: git } }]"], "git status")).toBe("deny");
  });
});

describe("opaque and dynamic atoms (rulings §B3)", () => {
  const plain = "rules: [{ effect: allow, when: { tool: shell } }]";
  const unread: Given = { command: "ls $(something)" };
  test.each<[string, string, Given, string]>([
    ["a plain atom", plain, "ls", "allow"],
    ["a word that only the run knows", plain, "cat $FILE", "deny"],
    [
      "covered where the rule says dynamic",
      "rules: [{ effect: allow, opaque: dynamic, when: { tool: shell } }]",
      "cat $FILE",
      "allow",
    ],
    [
      "covered where the rule says allow",
      "rules: [{ effect: allow, opaque: allow, when: { tool: shell } }]",
      unread,
      "allow",
    ],
  ])("%s", (_why, policy, given, expected) => expect(effect(policy, given)).toBe(expected));

  test("an opaque atom is covered by nothing less than `opaque: allow`", () => {
    const action = exampleAction("ls");
    const facts = deriveFacts(action);
    const opaque = { ...facts, atoms: facts.atoms.map((atom) => ({ ...atom, opaque: ["cannot be read"] })) };
    const under = (text: string) => evaluate(compileSet([yamlSource(text)]), action, opaque).effect;
    expect(under(plain)).toBe("deny");
    expect(under("rules: [{ effect: allow, opaque: dynamic, when: { tool: shell } }]")).toBe("deny");
    expect(under("rules: [{ effect: allow, opaque: allow, when: { tool: shell } }]")).toBe("allow");
    expect(under("default: allow\nrules: [{ effect: require_approval, when: { opaque: true } }]")).toBe("ask");
  });

  test("a cap that was hit makes every atom opaque", () => {
    const action = exampleAction("ls");
    const facts = { ...deriveFacts(action), caps: ["commandAtomsMax"] };
    expect(evaluate(compileSet([yamlSource(plain)]), action, facts).effect).toBe("deny");
  });
});

describe("what no allow covers", () => {
  const policy = `
default: deny
rules:
  - { id: read, effect: allow, when: { tool: shell, program: ls } }
  - { id: rest, effect: require_approval, when: { tool: shell, covered: false }, approval: { role: lead } }
`;
  test.each<[string, Given, string]>([
    ["covered", "ls", "allow"],
    ["not covered", "make", "ask"],
    ["one of two", "ls && make", "ask"],
    ["another tool", { tool: "frobnicate" }, "deny"],
  ])("%s", (_why, given, expected) => expect(effect(policy, given)).toBe(expected));
});

describe("the verdict", () => {
  test("asks for every role and quorum, the earliest expiry", () => {
    const verdict = judge(
      `
rules:
  - { id: a, effect: require_approval, when: { program: rm }, approval: { role: owner, expires: 30m }, reason: because a }
  - { id: b, effect: require_approval, when: { commands: ["rm -rf"] }, approval: { role: security, quorum: 2 }, reason: because b }
  - { id: c, effect: require_approval, when: { class: [warn, blocked-by-default] }, approval: { role: security, then: [{ role: boss, after: 5m }] } }
`,
      "rm -rf x",
    );
    expect(verdict.ask).toMatchObject({
      requirements: [
        { role: "owner", quorum: 1 },
        { role: "security", quorum: 2 },
      ],
      expiresMs: 1_800_000,
      separation: true,
      chain: [{ role: "boss", afterMs: 300_000 }],
    });
    expect(verdict.ask?.because.map(({ rule }) => rule).sort()).toEqual(["a", "b", "c"]);
    expect(verdict.outcome).toBe("require_approval");
  });

  test("a bare ask means one approver and one hour", () => {
    expect(judge("rules: [{ effect: require_approval }]", "ls").ask).toMatchObject({
      requirements: [{ role: "approver", quorum: 1 }],
      expiresMs: 3_600_000,
    });
    expect(judge("default: ask", "ls").ask).toMatchObject({ requirements: [{ role: "approver", quorum: 1 }] });
  });

  test("names the deciding rules and their reason, and says when none spoke", () => {
    const verdict = judge("rules: [{ id: no-ls, effect: deny, when: { program: ls }, reason: no listing }]", "ls");
    expect(verdict).toMatchObject({
      effect: "deny",
      outcome: "deny",
      reason: "no listing",
      rules: [{ id: "no-ls", document: "doc-0", effect: "deny" }],
      trace: [{ atom: 0, rule: "no-ls", matched: true }],
    });
    expect(judge("rules: []", "ls").reason).toBe("no rule allows `ls`");
  });

  test("an escalatable deny asks once it was escalated, and only when every deny may be", () => {
    const one = "rules: [{ id: d, effect: deny, escalatable: true, approval: { role: lead }, when: { program: rm } }]";
    const action = exampleAction("rm x");
    const facts = deriveFacts(action);
    const escalated: Action = { ...action, escalated: { justification: "needed" } };
    const set = compileSet([yamlSource(one)]);
    expect(evaluate(set, action, facts)).toMatchObject({ effect: "deny", escalatable: { role: "lead", quorum: 1 } });
    const after = evaluate(set, escalated, facts);
    expect(after).toMatchObject({ effect: "ask", ask: { requirements: [{ role: "lead", quorum: 1 }] } });
    expect(after.reason).toContain("escalated");
    const two = compileSet([yamlSource(one), yamlSource("rules: [{ effect: deny, when: { program: rm } }]", "other")]);
    expect(evaluate(two, action, facts).escalatable).toBeUndefined();
    expect(evaluate(two, escalated, facts).effect).toBe("deny");
  });

  test("obligations add up and only tighten", () => {
    const verdict = judge(
      `
default: allow
rules:
  - { id: m1, effect: modify, obligations: { modify: { limits: { wallSeconds: 60 } }, sandbox: { required: { network: none } } } }
  - { id: m2, effect: modify, obligations: { modify: { mode: draft, limits: { wallSeconds: 30, memoryMb: 512 } } } }
  - { id: al, effect: alert, obligations: { alert: { severity: high } }, reason: look }
`,
      "ls",
    );
    expect(verdict.effect).toBe("allow");
    expect(verdict.outcome).toBe("modify");
    expect(verdict.modifications).toEqual({ mode: "draft", limits: { wallSeconds: 30, memoryMb: 512 } });
    expect(verdict.sandboxWishes).toEqual([{ required: { network: "none" } }]);
    expect(verdict.alerts).toEqual([{ rule: "al", severity: "high", reason: "look" }]);
  });

  test("secrets are marked by kind and length, never by value", () => {
    const action = exampleAction("ls");
    const facts = { ...deriveFacts(action), secrets: [{ kind: "aws-access-key", at: "/command", start: 3, end: 23 }] };
    const verdict = evaluate(compileSet([yamlSource("default: allow\nrules: [{ effect: redact }]")]), action, facts);
    expect(verdict.redactions).toEqual([
      { at: "/command", kind: "aws-access-key", marker: "[redacted:aws-access-key:20]" },
    ]);
    expect(verdict.outcome).toBe("redact");
  });

  test("a rule that fails counts on the strict side and says so", () => {
    const action = exampleAction({ tool: "pay", args: { amount: 1 } });
    const facts = deriveFacts(action);
    const broken = { ...action };
    Object.defineProperty(broken, "principal", {
      get() {
        throw new Error("broken");
      },
    });
    const under = (text: string) => evaluate(compileSet([yamlSource(text)]), broken, facts);
    const denied = under(
      "default: allow\nrules: [{ id: d, effect: deny, when: { tool: pay, principal: { team: x } } }, { id: e, effect: alert, when: { tool: pay, principal: { team: x } } }]",
    );
    expect(denied.effect).toBe("deny");
    expect(denied.trace.map(({ rule, note }) => [rule, note])).toEqual([
      ["d", "failed: broken"],
      ["e", "failed: broken"],
    ]);
    expect(under("rules: [{ effect: allow, when: { tool: pay, principal: { team: x } } }]").effect).toBe("deny");
  });
});

describe("always on", () => {
  const open = 'default: allow\nrules: [{ effect: allow, opaque: allow, when: { tool: "*" } }]';
  test.each<[string, Given]>([
    ["its state", "cat .holdpoint/agent.key"],
    ["its policies", "rm policy.d/00-defaults.yaml"],
    ["its approvals", "holdpoint approve apr_1"],
    ["its hooks", { tool: "write_file", args: { path: ".claude/settings.json", content: "{}" } }],
  ])("no document lets an agent touch %s", (_what, given) => expect(effect(open, given)).toBe("deny"));
  test("other things stay free", () => expect(effect(open, "ls")).toBe("allow"));
});
