// evaluate.test.ts — what rules mean: per atom, strictest wins, unknown and claimed never allow, errors fail closed

import type { Action, Attestable } from "@holdpoint/wire/action.ts";
import { ATTESTABLE } from "@holdpoint/wire/action.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { describe, expect, test } from "vitest";
import { deriveFacts } from "../facts/derive.ts";
import { compileSet } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import { exampleAction } from "./examples.ts";

type Given = Parameters<typeof exampleAction>[0];
const source = (text: string, name = "test"): PolicySource => ({ name, dialect: "native-yaml", text });
const attesting = (action: Action, attested: readonly Attestable[] | "all"): Action => ({
  ...action,
  attested: attested === "all" ? [...ATTESTABLE] : [...attested],
});
function judge(policy: string | string[], given: Given, attested: readonly Attestable[] | "all" = "all") {
  const texts = Array.isArray(policy) ? policy : [policy];
  const action = attesting(exampleAction(given), attested);
  return evaluate(compileSet(texts.map((text, index) => source(text, `doc-${index}`))), action, deriveFacts(action));
}
const effect = (...args: Parameters<typeof judge>) => judge(...args).effect;

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
  test("another document still denies", () => {
    expect(effect([ordered, "rules: [{ effect: deny, when: { program: git } }]"], "git status")).toBe("deny");
  });
});

describe("any tightens, every loosens", () => {
  const allow = 'rules: [{ effect: allow, when: { tool: shell, paths: { any: ["./**"], access: [read, write] } } }]';
  const deny = 'default: allow\nrules: [{ effect: deny, when: { paths: { any: ["/etc/**"], access: [read] } } }]';
  test.each<[string, string, Given, string]>([
    ["all paths inside", allow, "cat a.txt b/c.txt", "allow"],
    ["one path outside", allow, "cat a.txt /etc/hosts", "deny"],
    ["another access", allow, "rm a.txt", "deny"],
    ["climbing out", allow, "cat ../other/x", "deny"],
    ["climbing out and in", allow, "cat ../project/x", "allow"],
    ["no path is not every path", allow, "date", "deny"],
    ["one path is enough to deny", deny, "cat a.txt /etc/hosts", "deny"],
    ["in any case of letters", deny, "cat /ETC/hosts", "deny"],
    ["through ..", deny, "cat /tmp/../etc/hosts", "deny"],
    ["none", deny, "cat a.txt", "allow"],
    ["the folder itself", deny, "cat /etc", "deny"],
  ])("%s", (_why, policy, given, expected) => expect(effect(policy, given)).toBe(expected));

  test.each([["/"], ["/etc"], ["/home/dev"], ["/home"], ["/usr/lib/x"]])(
    "%s is no workspace to allow writes in",
    (cwd) => {
      expect(effect(allow, { command: "cat a.txt", cwd })).toBe("deny");
    },
  );
});

describe("what is not vouched for (rulings §A)", () => {
  const team = (effect: string, extra = "") =>
    `default: ${effect === "allow" ? "deny" : "allow"}\nrules: [{ effect: ${effect}, when: { tool: shell, principal: { team: payments } }${extra} }]`;
  const payments: Given = { command: "ls", principal: { team: "payments" } };
  const web: Given = { command: "ls", principal: { team: "web" } };
  test.each<[string, string, Given, readonly Attestable[], string]>([
    ["an attested value allows", team("allow"), payments, ["team"], "allow"],
    ["a claimed value does not allow", team("allow"), payments, [], "deny"],
    ["a missing value does not allow", team("allow"), "ls", [], "deny"],
    ["an attested other value does not allow", team("allow"), web, ["team"], "deny"],
    ["an attested value denies", team("deny"), payments, ["team"], "deny"],
    ["a claimed value denies, whatever is claimed", team("deny"), web, [], "deny"],
    ["a missing value denies", team("deny"), "ls", [], "deny"],
    ["an attested other value does not deny", team("deny"), web, ["team"], "allow"],
    ["attested and absent is surely absent", team("deny"), "ls", ["team"], "allow"],
    [
      "a claimed value does not exempt",
      "default: allow\nrules: [{ effect: deny, unless: { principal: { team: payments } } }]",
      payments,
      [],
      "deny",
    ],
    [
      "an attested value exempts",
      "default: allow\nrules: [{ effect: deny, unless: { principal: { team: payments } } }]",
      payments,
      ["team"],
      "allow",
    ],
    [
      "an unknown value takes an allow away",
      "rules: [{ effect: allow, when: { tool: shell }, unless: { principal: { team: payments } } }]",
      "ls",
      [],
      "deny",
    ],
    [
      "a known other value leaves the allow",
      "rules: [{ effect: allow, when: { tool: shell }, unless: { principal: { team: payments } } }]",
      web,
      ["team"],
      "allow",
    ],
    [
      "environment",
      "default: allow\nrules: [{ effect: deny, when: { environment: production } }]",
      { command: "ls", environment: { name: "development" } },
      [],
      "deny",
    ],
    [
      "environment, attested",
      "default: allow\nrules: [{ effect: deny, when: { environment: production } }]",
      { command: "ls", environment: { name: "development" } },
      ["environment.name"],
      "allow",
    ],
    [
      "branch",
      "default: allow\nrules: [{ effect: deny, when: { branch: main } }]",
      { command: "ls", context: { branch: "topic" } },
      ["branch"],
      "allow",
    ],
    [
      "roles",
      "rules: [{ effect: allow, when: { tool: shell, principal: { roles: [dev] } } }]",
      { command: "ls", principal: { roles: ["dev"] } },
      ["roles"],
      "allow",
    ],
    [
      "session history without a history denies",
      "default: allow\nrules: [{ effect: deny, when: { session: { denials: { gte: 3, within: 10m } } } }]",
      "ls",
      [...ATTESTABLE],
      "deny",
    ],
    [
      "and allows nothing",
      "rules: [{ effect: allow, when: { tool: shell, session: { denials: { lt: 3 } } } }]",
      "ls",
      [...ATTESTABLE],
      "deny",
    ],
    [
      "trust is always known",
      "default: allow\nrules: [{ effect: deny, when: { trust: { max: quarantined } } }]",
      "ls",
      [],
      "allow",
    ],
    [
      "and at most that",
      "default: allow\nrules: [{ effect: deny, when: { trust: { max: quarantined } } }]",
      { command: "ls", trust: "blocked" },
      [],
      "deny",
    ],
    [
      "signals raise",
      "default: allow\nrules: [{ effect: deny, when: { riskSignals: [prompt-injection] } }]",
      { command: "ls", risk: [{ signal: "prompt-injection", score: 10 }] },
      [],
      "deny",
    ],
    [
      "signals never lower",
      "rules: [{ effect: allow, when: { tool: shell, riskSignals: [all-clear] } }]",
      { command: "ls", risk: [{ signal: "all-clear", score: 10 }] },
      "all" as never,
      "deny",
    ],
  ])("%s", (_why, policy, given, attested, expected) => expect(effect(policy, given, attested)).toBe(expected));
});

describe("tools", () => {
  const call = (tool: string, args: Record<string, string> = {}): Given => ({ tool, args });
  test.each<[string, string, Given, string]>([
    ["by its name, in any case", "rules: [{ effect: allow, when: { tool: READ_file } }]", call("Read_File"), "allow"],
    ["by what it means", "rules: [{ effect: allow, when: { tool: fs.read } }]", call("read_file"), "allow"],
    [
      "an unknown tool is not covered by a bare star",
      'rules: [{ effect: allow, when: { tool: "*" } }]',
      call("frobnicate"),
      "deny",
    ],
    ["nor by silence", "rules: [{ effect: allow }]", call("frobnicate"), "deny"],
    ["but by a name", "rules: [{ effect: allow, when: { tool: frob* } }]", call("frobnicate"), "allow"],
    [
      "a known tool is covered by a bare star",
      'rules: [{ effect: allow, when: { tool: "*" } }]',
      call("read_file", { path: "x" }),
      "allow",
    ],
    ["deny applies to any tool", "default: allow\nrules: [{ effect: deny }]", call("frobnicate"), "deny"],
    ["all but one", 'default: allow\nrules: [{ effect: deny, when: { tool: ["!shell"] } }]', "ls", "allow"],
    [
      "all but one, another",
      'default: allow\nrules: [{ effect: deny, when: { tool: ["!shell"] } }]',
      call("read_file"),
      "deny",
    ],
    ["a prototype's name is a name", "rules: [{ effect: allow, when: { tool: frob } }]", call("constructor"), "deny"],
    [
      "kinds other than tools",
      "rules: [{ effect: allow, when: { kind: model_call } }]",
      { tool: "gpt", kind: "model_call" },
      "allow",
    ],
  ])("%s", (_why, policy, given, expected) => expect(effect(policy, given)).toBe(expected));
});

describe("arguments", () => {
  const pay = (args: Record<string, unknown>): Given => ({ tool: "pay", args: args as never });
  const deny = (condition: string) =>
    `default: allow\nrules: [{ effect: deny, when: { args: { amount: ${condition} } } }]`;
  const allow = (condition: string) =>
    `rules: [{ effect: allow, when: { tool: pay, args: { amount: ${condition} } } }]`;
  test.each<[string, string, Given, string]>([
    ["more than", deny("{ gt: 500 }"), pay({ amount: 501 }), "deny"],
    ["not more than", deny("{ gt: 500 }"), pay({ amount: 500 }), "allow"],
    ["a number in quotes is read too", deny("{ gt: 500 }"), pay({ amount: "501" }), "deny"],
    ["no number at all is on the deny's side", deny("{ gt: 500 }"), pay({ amount: { value: 501 } }), "deny"],
    ["and never on the allow's", allow("{ lt: 500 }"), pay({ amount: "1" }), "deny"],
    ["an allow within bounds", allow("{ gte: 1, lte: 5 }"), pay({ amount: 5 }), "allow"],
    ["an absent argument is absent", deny("{ gt: 500 }"), pay({}), "allow"],
    ["somewhere else in the JSON does not count", deny("{ gt: 500 }"), pay({ other: { amount: 600 } }), "allow"],
    [
      "a pointer reaches in",
      "default: allow\nrules: [{ effect: deny, when: { args: { /other/amount: { gt: 500 } } } }]",
      pay({ other: { amount: 600 } }),
      "deny",
    ],
    ["equals", deny('"x"'), pay({ amount: "x" }), "deny"],
    ["one of", deny("{ in: [x, 3] }"), pay({ amount: 3 }), "deny"],
    ["a glob", deny("{ glob: release/* }"), pay({ amount: "release/1" }), "deny"],
    ["a regex", deny("{ regex: ^rel }"), pay({ amount: "release" }), "deny"],
    ["any element denies", deny("{ glob: b }"), pay({ amount: ["a", "b"] }), "deny"],
    ["every element allows", allow("{ glob: a }"), pay({ amount: ["a", "b"] }), "deny"],
    ["exists", deny("{ exists: true }"), pay({ amount: null }), "deny"],
    ["exists not", deny("{ exists: false }"), pay({ amount: 1 }), "allow"],
    [
      "a key of the prototype is no argument",
      "default: allow\nrules: [{ effect: deny, when: { args: { toString: { exists: true } } } }]",
      pay({}),
      "allow",
    ],
    [
      "text anywhere denies",
      "default: allow\nrules: [{ effect: deny, when: { argsMatch: .*sudo.* } }]",
      "echo sudo",
      "deny",
    ],
    ["text never allows a command", "rules: [{ effect: allow, when: { tool: shell, argsMatch: ^ls } }]", "ls", "deny"],
    [
      "arguments never allow a command",
      "rules: [{ effect: allow, when: { tool: shell, args: { command: ls } } }]",
      "ls",
      "deny",
    ],
    [
      "together with a meaning they do",
      "rules: [{ effect: allow, when: { program: ls, tool: shell, args: { command: ls } } }]",
      "ls",
      "allow",
    ],
  ])("%s", (_why, policy, given, expected) => expect(effect(policy, given)).toBe(expected));
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
    const under = (text: string) => evaluate(compileSet([source(text)]), action, opaque).effect;
    expect(under(plain)).toBe("deny");
    expect(under("rules: [{ effect: allow, opaque: dynamic, when: { tool: shell } }]")).toBe("deny");
    expect(under("rules: [{ effect: allow, opaque: allow, when: { tool: shell } }]")).toBe("allow");
    expect(under("default: allow\nrules: [{ effect: require_approval, when: { opaque: true } }]")).toBe("ask");
  });

  test("a cap that was hit makes every atom opaque", () => {
    const action = exampleAction("ls");
    const facts = { ...deriveFacts(action), caps: ["commandAtomsMax"] };
    expect(evaluate(compileSet([source(plain)]), action, facts).effect).toBe("deny");
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
    const set = compileSet([source(one)]);
    expect(evaluate(set, action, facts)).toMatchObject({ effect: "deny", escalatable: { role: "lead", quorum: 1 } });
    const after = evaluate(set, escalated, facts);
    expect(after).toMatchObject({ effect: "ask", ask: { requirements: [{ role: "lead", quorum: 1 }] } });
    expect(after.reason).toContain("escalated");
    const two = compileSet([source(one), source("rules: [{ effect: deny, when: { program: rm } }]", "other")]);
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
    const verdict = evaluate(compileSet([source("default: allow\nrules: [{ effect: redact }]")]), action, facts);
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
    const under = (text: string) => evaluate(compileSet([source(text)]), broken, facts);
    const denied = under(
      "default: allow\nrules: [{ id: d, effect: deny, when: { tool: pay, principal: { team: x } } }]",
    );
    expect(denied.effect).toBe("deny");
    expect(denied.trace[0]?.note).toBe("failed: broken");
    expect(under("rules: [{ effect: allow, when: { tool: pay, principal: { team: x } } }]").effect).toBe("deny");
  });
});

describe("scopes", () => {
  const scoped = (effect: string, scope: string, selector: string, more = "") =>
    `scope: ${scope}\nselector: ${selector}\n${more}rules: [{ effect: ${effect}, when: { tool: shell } }]`;
  const app = (name: string): Given => ({ command: "ls", principal: { app: name } });
  test.each<[string, string | string[], Given, readonly Attestable[] | "all", string]>([
    ["an allow of its app", scoped("allow", "app", "shop"), app("shop"), "all", "allow"],
    ["not of another", scoped("allow", "app", "shop"), app("blog"), "all", "deny"],
    ["not of one that is only claimed", scoped("allow", "app", "shop"), app("shop"), [], "deny"],
    ["a deny of its app", ["default: allow", scoped("deny", "app", "shop")], app("shop"), "all", "deny"],
    ["not of another", ["default: allow", scoped("deny", "app", "shop")], app("blog"), "all", "allow"],
    ["of an unknown one", ["default: allow", scoped("deny", "app", "shop")], app("blog"), [], "deny"],
    [
      "its default counts where it applies",
      ["default: allow", scoped("alert", "app", "shop", "default: ask\n")],
      app("shop"),
      "all",
      "ask",
    ],
    [
      "and nowhere else",
      ["default: allow", scoped("alert", "app", "shop", "default: ask\n")],
      app("blog"),
      "all",
      "allow",
    ],
    ["tools", scoped("allow", "tool", "shell"), "ls", [], "allow"],
    ["tenants", scoped("allow", "tenant", "acme"), { command: "ls", tenant: "acme" }, [], "allow"],
    ["agents", scoped("allow", "agent", "example"), "ls", ["agent"], "allow"],
    [
      "workflows",
      scoped("allow", "workflow", "fix-*"),
      { command: "ls", principal: { workflow: "fix-login" } },
      ["workflow"],
      "allow",
    ],
  ])("%s", (_why, policy, given, attested, expected) => expect(effect(policy, given, attested)).toBe(expected));
});

describe("what slips past a quick reader", () => {
  const outside =
    'default: allow\nrules: [{ effect: deny, when: { paths: { any: ["/**", "!./**"], access: [read] } } }]';
  const status =
    'rules: [{ effect: allow, opaque: dynamic, when: { tool: shell, commands: ["git push origin main", "git status"] } }]';
  const hosts = 'rules: [{ effect: allow, when: { tool: shell, hosts: ["*.good.example"] } }]';
  const reach =
    'default: allow\nrules: [{ effect: deny, when: { paths: { any: ["/srv/secret/**"], mayContain: true } } }]';
  test.each<[string, string, Given, string]>([
    ["an exemption of a deny is exact", outside, "cat /home/dev/PROJECT/a", "deny"],
    ["and holds where it is meant", outside, "cat /home/dev/project/a", "allow"],
    ["a broad folder exempts nothing", outside, { command: "cat /etc/passwd", cwd: "/" }, "deny"],
    [
      "an exemption without an anchor is the workspace's",
      'default: allow\nrules: [{ effect: deny, when: { paths: ["/**", "!notes/**"] } }]',
      "cat /srv/notes/x",
      "deny",
    ],
    [
      "a pattern in capitals",
      "default: allow\nrules: [{ effect: deny, when: { paths: [/Srv/Data/**] } }]",
      "cat /srv/data/x",
      "deny",
    ],
    ["what lies below a copied folder", reach, "cp -r /srv /tmp/x", "deny"],
    ["what lies below the root", reach, "cp -r / /tmp/x", "deny"],
    ["not what lies beside it", reach, "cp -r /srv/public /tmp/x", "allow"],
    ["all hosts must be named", hosts, "curl https://a.good.example https://evil.example", "deny"],
    ["when all are", hosts, "curl https://a.good.example https://b.good.example", "allow"],
    ["no host is not every host", hosts, "date", "deny"],
    ["an allow of a command", status, "git status", "allow"],
    ["not with more rights", status, "sudo git status", "deny"],
    ["not on another machine", status, "ssh host git status", "deny"],
    ["in a wrapper that means nothing", status, "timeout 5 git status", "allow"],
    ["a word that only the run knows is not the word", status, "git push origin $BRANCH", "deny"],
    [
      "where it asks, it may be",
      'default: allow\nrules: [{ effect: ask, when: { commands: ["git push origin main"] } }]',
      "git push origin $BRANCH",
      "ask",
    ],
    [
      "where things go is what counts",
      'default: allow\nrules: [{ effect: ask, when: { commands: ["git push origin main"] } }]',
      "git -C ../api push origin HEAD:main",
      "ask",
    ],
    [
      "another branch",
      'default: allow\nrules: [{ effect: ask, when: { commands: ["git push origin main"] } }]',
      "git push origin me/topic",
      "allow",
    ],
    [
      "the branch that is checked out",
      'default: allow\nrules: [{ effect: ask, when: { commands: ["git push origin main"] } }]',
      { command: "git push", context: { branch: "main" } },
      "ask",
    ],
    [
      "quoted text is no command",
      'default: allow\nrules: [{ effect: deny, when: { commands: ["rm -rf"] } }]',
      "echo 'rm -rf /'",
      "allow",
    ],
  ])("%s", (_why, policy, given, expected) => expect(effect(policy, given)).toBe(expected));

  test("a home that is only claimed moves no path to where it is allowed", () => {
    const allow = `rules: [{ effect: allow, when: { tool: shell, paths: ["$${"{tmp}"}/**"] } }]`;
    const given: Given = { command: "cat ~/x", home: "/tmp/home" };
    expect(effect(allow, given, ["home"])).toBe("allow");
    expect(effect(allow, given, [])).toBe("deny");
  });

  test("a name with look-alike characters is covered by no allow", () => {
    const action = exampleAction({ tool: "Read", args: { file_path: "a" } });
    const facts = deriveFacts(action);
    const allow = compileSet([source("rules: [{ effect: allow, when: { tool: read } }]")]);
    expect(evaluate(allow, action, facts).effect).toBe("allow");
    expect(evaluate(allow, action, { ...facts, tool: { ...facts.tool, deceptive: true } }).effect).toBe("deny");
  });

  test("an allow obliges to nothing where its command is not allowed", () => {
    const policy = `
rules:
  - { id: a, effect: allow, when: { tool: shell }, obligations: { sandbox: { required: { network: none } } } }
  - { id: d, effect: require_approval, when: { program: ls } }
`;
    expect(judge(policy, "ls").sandboxWishes).toEqual([]);
    expect(judge(policy, "date").sandboxWishes).toHaveLength(1);
  });

  test("the smallest limit counts, whichever rule says it", () => {
    const limited = (a: number, b: number) =>
      judge(
        `default: allow\nrules:\n  - { id: a, effect: modify, obligations: { modify: { limits: { wallSeconds: ${a} } } } }\n  - { id: b, effect: modify, obligations: { modify: { limits: { wallSeconds: ${b} } } } }`,
        "ls",
      ).modifications?.limits?.wallSeconds;
    expect([limited(10, 20), limited(20, 10)]).toEqual([10, 10]);
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
