// policy-compiler.test.ts — a long set is read beside the event loop, to the same set or the same errors; what takes too long is refused

import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { evaluate } from "@holdpoint/core/rules/evaluate.ts";
import { handmade } from "@holdpoint/core/rules/handmade.ts";
import { pack } from "@holdpoint/core/rules/packs.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { describe, expect, test } from "vitest";
import { createPolicyCompiler, type Lane } from "./policy-compiler.ts";

const RULES = 1_500;
/** However busy the machine is. */
const PATIENT = { readMs: 120_000 };
const long = (name: string, extra = ""): PolicySource => ({
  name,
  dialect: "native-yaml",
  text: `default: allow\nrules:\n${Array.from(
    { length: RULES },
    (_, index) => `  - { id: r${index}, effect: deny, when: { paths: ["/srv/area_${index}/**"] } }\n`,
  ).join("")}${extra}`,
});

/** Turns of the event loop while something is awaited, with what came of it. */
async function turnsDuring<T>(work: Promise<T>): Promise<{ turns: number; done: PromiseSettledResult<T> }> {
  let [turns, over] = [0, false];
  const watched = Promise.allSettled([work]).then(([done]) => {
    over = true;
    return done;
  });
  while (!over) {
    await new Promise((next) => setTimeout(next, 1));
    turns += 1;
  }
  return { turns, done: await watched };
}

const faultOf = (done: PromiseSettledResult<unknown>) => {
  const reason: unknown = done.status === "rejected" ? done.reason : undefined;
  return isFault(reason) ? { code: reason.code, message: reason.message, place: reason.place } : done;
};

describe("a long set", () => {
  test("leaves the event loop its turns, and means what it means when it is compiled at once", async () => {
    const sources = [pack("coding-agent"), long("long.yaml")];
    const { turns, done } = await turnsDuring(createPolicyCompiler(PATIENT).compile(sources, "proposed"));
    const here = await turnsDuring(
      createPolicyCompiler({ readHereCharsMax: Number.MAX_SAFE_INTEGER }).compile(sources, "proposed"),
    );
    // Compiling lets others in between rules; beside a thread that reads, many more pass.
    expect(here.turns).toBeGreaterThan(1);
    expect(turns).toBeGreaterThan(here.turns + 20);
    if (done.status === "rejected") throw done.reason;
    const expected = compileSet(sources);
    expect([done.value.digest, done.value.ruleCount]).toEqual([expected.digest, expected.ruleCount]);
    for (const path of ["/srv/area_1499/x", "/srv/area_1500/x"]) {
      const asked = handmade({ paths: [{ path }] });
      expect(evaluate(done.value, ...asked)).toEqual(evaluate(expected, ...asked));
    }
  });

  test("of every kind of text goes through: overlays, an enforcer's, in shadow", async () => {
    const many = (line: (index: number) => string) => Array.from({ length: 250 }, (_, index) => line(index)).join("\n");
    const sources: PolicySource[] = [
      {
        name: "d/a.yaml",
        dialect: "overlay",
        text: `write_whitelist:\n${many((i) => `  - /srv/${"x".repeat(99)}${i}`)}`,
      },
      { name: "d/b.yaml", dialect: "overlay", text: "log_redactions: [{ pattern: 'a+', replace: b }]" },
      {
        name: "e.toml",
        dialect: "toml-enforcer",
        text: `[tools.policy]\nenabled = true\n${many((i) => `[[tools.policy.rules]]\neffect = "deny"\ntool = "t${i}"`)}`,
      },
      { ...long("s.yaml"), shadow: true },
    ];
    const set = await createPolicyCompiler(PATIENT).compile(sources, "proposed");
    const expected = compileSet(sources);
    expect([set.ruleCount, set.shadow?.ruleCount]).toEqual([expected.ruleCount, RULES]);
    expect(set.logRedactions).toEqual(expected.logRedactions);
    expect(set.documents.map(({ name, warnings }) => [name, warnings])).toEqual(
      expected.documents.map(({ name, warnings }) => [name, warnings]),
    );
  });

  test("with errors is refused with all of them, in their places", async () => {
    const wrong = long(
      "wrong.yaml",
      "  - { effect: denied }\n  - { effect: deny, when: { paths: ['a/../b'] }, match: [ls] }\n",
    );
    const { turns, done } = await turnsDuring(createPolicyCompiler(PATIENT).compile([wrong], "proposed"));
    const [expected] = await Promise.allSettled([Promise.resolve().then(() => compileSet([wrong]))]);
    expect(faultOf(done)).toEqual(faultOf(expected));
    expect(faultOf(done)).toMatchObject({ code: "policy_invalid", place: { file: "wrong.yaml" } });
    expect(turns).toBeGreaterThan(20);
  });

  test("whose examples are wrong is refused", async () => {
    const wrong = long("wrong.yaml", "  - { id: x, effect: deny, when: { commands: [rm] }, match: [ls] }\n");
    await expect(createPolicyCompiler(PATIENT).compile([wrong], "proposed")).rejects.toThrow(
      "rule `x` does not match its example `ls`",
    );
  });

  test("that takes too long, or too much memory, is refused, and the next one is read", async () => {
    const hasty = createPolicyCompiler({ readMs: 1 });
    await expect(hasty.compile([long("a.yaml")], "proposed")).rejects.toMatchObject({
      code: "policy_invalid",
      message: "the policies cannot be read: it takes longer than 0.001 s",
    });
    const small = createPolicyCompiler({ ...PATIENT, memoryMb: 16 });
    await expect(small.compile([long("a.yaml")], "proposed")).rejects.toMatchObject({
      code: "policy_invalid",
      message: "the policies cannot be read: it takes more than 16 MB of memory",
    });
    await expect(
      small.compile([{ name: "b", dialect: "native-yaml", text: "rules: []" }], "proposed"),
    ).resolves.toMatchObject({
      ruleCount: 0,
    });
  });
});

test("what is to run waits for none of the proposals, also where one of them says the same", async () => {
  const compiler = createPolicyCompiler(PATIENT);
  const order: string[] = [];
  const compile = (name: string, lane: Lane) =>
    compiler.compile([long(name)], lane).then(() => void order.push(`${lane} ${name}`));
  const proposals = ["a", "b", "c", "d"].map((name) => compile(name, "proposed"));
  await compile("d", "running");
  expect(order).not.toContain("proposed c");
  await Promise.all(proposals);
  expect(order.filter((each) => each.startsWith("proposed"))).toEqual(
    ["a", "b", "c", "d"].map((name) => `proposed ${name}`),
  );
});

test("the same set is compiled once, however often it is asked for; another one is another", async () => {
  const compiler = createPolicyCompiler();
  const one = (text: string): PolicySource => ({ name: "a", dialect: "native-yaml", text });
  const first = await compiler.compile([one("rules: []")], "proposed");
  expect(await compiler.compile([one("rules: []")], "proposed")).toBe(first);
  const [a, b] = await Promise.all([
    compiler.compile([one("rules: [ ]")], "proposed"),
    compiler.compile([one("rules: [ ]")], "proposed"),
  ]);
  expect(a).toBe(b);
  expect(await compiler.compile([one("rules:  []")], "proposed")).not.toBe(first);
});
