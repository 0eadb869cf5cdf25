// evaluate-criteria.test.ts — what criteria mean: any value tightens, every value loosens; tools, arguments, commands by meaning

import { describe, expect, test } from "vitest";
import { deriveFacts } from "../facts/derive.ts";
import { compileSet } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import { exampleAction } from "./examples.ts";
import { effect, type Given, judge, yamlSource } from "./judged.ts";

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
    const allow = compileSet([yamlSource("rules: [{ effect: allow, when: { tool: read } }]")]);
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

describe("programs by other names", () => {
  const deny = (when: string) => `default: allow\nrules: [{ effect: deny, when: ${when} }]`;
  test.each<[string, string, Given, string]>([
    ["a version in the rule", deny("{ program: [python3] }"), "python3 x.py", "deny"],
    ["in the call", deny("{ program: [python] }"), "/usr/bin/python3.12 x.py", "deny"],
    ["as a bare command", deny("{ commands: [pip3] }"), "pip install x", "deny"],
    ["in braces", deny('{ program: ["{nodejs,ruby}"] }'), "node x.js", "deny"],
    ["as written", deny("{ startsWith: [python3 x.py] }"), "python3 x.py --y", "deny"],
    ["with a path", deny("{ startsWith: [/usr/bin/git push] }"), "git push", "deny"],
    ["a version and a star", deny('{ program: ["python3*"] }'), "python3.12 x.py", "deny"],
    [
      "a star allows no other spelling",
      '{ "rules": [{ "effect": "allow", "when": { "program": ["python3*"] }, "opaque": "allow" }] }',
      "python x.py",
      "deny",
    ],
    ["taken out", deny('{ program: ["!python3"] }'), "python3 x.py", "allow"],
    [
      "a path allows nothing by its last part",
      "rules: [{ effect: allow, when: { startsWith: [/opt/git status] } }]",
      "git status",
      "deny",
    ],
  ])("%s", (_why, policy, given, expected) => expect(judge(policy, given).effect).toBe(expected));
});
