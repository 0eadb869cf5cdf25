// standing.test.ts — what a standing grant and a remembered denial are bound to, and which calls nobody may grant in advance

import type { Action } from "@holdpoint/wire/action.ts";
import { describe, expect, test } from "vitest";
import { deriveFacts } from "../facts/derive.ts";
import { isKnownProgram } from "../facts/programs/registry.ts";
import { sampleAction, sampleAsk, sampleVerdict } from "../sample.ts";
import { memorySubject, STANDING_PROGRAMS, standingObjection, standingSubject } from "./standing.ts";

const verdict = sampleVerdict({ effect: "ask", outcome: "require_approval", ask: sampleAsk() });
const shell = (command: string, more: Partial<Action> = {}) => sampleAction({ args: { command }, ...more });
const objection = (action: Action, how = verdict) => standingObjection(action, deriveFacts(action), how);
const subject = (action: Action, how = verdict) => standingSubject(action, deriveFacts(action), how);
const memory = (action: Action) => memorySubject(action, deriveFacts(action));

describe("may be granted in advance", () => {
  test.each(["git push origin main", "npx prisma migrate deploy", "terraform apply -auto-approve plan.out"])(
    "%s",
    (command) => expect(objection(shell(command))).toBeUndefined(),
  );
});

describe("may not", () => {
  test.each<[string, Action, RegExp]>([
    ["a shell", shell("bash deploy.sh"), /not a program/],
    ["an interpreter", shell("python deploy.py"), /not a program/],
    ["a bare program", shell("make"), /bare/],
    ["a remover", shell("rm -rf build"), /not a program/],
    ["code by a pipe", shell("git log | sh"), /./],
    ["a wrapper", shell("sudo systemctl restart x"), /by way of/],
    ["a variable", shell("GIT_SSH_COMMAND=x git push"), /variables/],
    ["a word of the run", shell("git push origin $BRANCH"), /only the run/],
    ["a substitution", shell("git push origin $(cat b)"), /./],
    ["an unknown tool", sampleAction({ tool: "do_something", args: { x: 1 } }), /not known/],
    ["an edited action", shell("git push origin main", { replaces: sampleAction().id }), /edited/],
    ["a draft", shell("git push origin main", { mode: "draft" }), /draft/],
    ["look-alike letters", shell("git push origin m\u0430in"), /odd/],
  ])("%s", (_what, action, why) => expect(objection(action)).toMatch(why));

  test.each([
    ["a quorum of two", [{ role: "dba", quorum: 2 }]],
    [
      "two roles",
      [
        { role: "dba", quorum: 1 },
        { role: "security", quorum: 1 },
      ],
    ],
  ])("%s", (_what, requirements) =>
    expect(objection(shell("git push origin main"), { ...verdict, ask: sampleAsk({ requirements }) })).toMatch(
      /several/,
    ),
  );

  test("no shell and no interpreter is on the list, and everything on it has a grammar", () => {
    for (const program of [
      "sh",
      "bash",
      "zsh",
      "python",
      "node",
      "perl",
      "ruby",
      "php",
      "rm",
      "curl",
      "wget",
      "ssh",
      "sudo",
      "env",
      "xargs",
    ])
      expect(STANDING_PROGRAMS.has(program)).toBe(false);
    expect([...STANDING_PROGRAMS].filter((program) => !isKnownProgram(program))).toEqual([]);
  });
});

describe("is bound to", () => {
  const one = shell("git push origin main");
  test.each<[string, Action]>([
    ["its credential", { ...one, credential: "key_other" }],
    ["its agent", { ...one, principal: { agent: "other" } }],
    ["whom it acts for", { ...one, principal: { ...one.principal, onBehalfOf: "eve" } }],
    ["its folder", { ...one, cwd: "/home/dev/other" }],
    ["its words", shell("git push origin main2")],
    ["its environment", { ...one, environment: { name: "production" } }],
    ["its pins", { ...one, bindings: { executable: "sha256:1" } }],
    ["its place", { ...one, audience: "runners-eu" }],
    ["its tool's version", { ...one, toolVersion: "sha256:7d0c" }],
    ["its other arguments", sampleAction({ args: { command: "git push origin main", run_in_background: true } })],
  ])("%s", (_what, other) => expect(subject(other)).not.toBe(subject(one)));

  test("the rules that asked and whom they asked", () => {
    const other = { ...verdict, ask: sampleAsk({ because: [{ rule: "r2", reason: "x" }] }) };
    const security = { ...verdict, ask: sampleAsk({ requirements: [{ role: "security", quorum: 1 }] }) };
    expect(new Set([verdict, other, security].map((how) => subject(one, how))).size).toBe(3);
  });

  test("not to its spelling, its description, its session or its id", () => {
    expect(subject(shell("git  push 'origin' main"))).toBe(subject(one));
    expect(subject(sampleAction({ args: { command: "git push origin main", description: "push" } }))).toBe(
      subject(one),
    );
    expect(subject({ ...one, session: { id: "s-2" } })).toBe(subject(one));
  });
});

describe("a denial is remembered by", () => {
  const one = shell("rm -rf $DIR");
  test("facts and credential: spelling, session, rules and pins are not asked, so that no other word asks anew", () => {
    expect(memory({ ...shell("rm  -rf  $DIR"), session: { id: "s-9" } })).toBe(memory(one));
    expect(memory({ ...one, audience: "elsewhere", toolVersion: "2" })).toBe(memory(one));
  });
  test.each<[string, Action]>([
    ["another text where it is opaque", shell("rm -rf $OTHER")],
    ["another folder", { ...one, cwd: "/x" }],
    ["another credential", { ...one, credential: "key_other" }],
  ])("not %s", (_what, other) => expect(memory(other)).not.toBe(memory(one)));
});
