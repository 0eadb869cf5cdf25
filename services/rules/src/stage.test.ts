// stage.test.ts — rules: a denial ends here, everything else goes to safety with facts and verdict

import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { message, shell } from "@holdpoint/testkit/builders.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { expect, test } from "vitest";
import { rulesStage } from "./stage.ts";

const source = (name: string, text: string, shadow = false): PolicySource => ({
  name,
  dialect: "native-yaml",
  text,
  ...(shadow && { shadow }),
});
const policy = source(
  "test.yaml",
  `default: deny
rules:
  - { id: look, effect: allow, reason: looks, when: { commands: ["ls"] } }
  - { id: ask, effect: require_approval, reason: asks, when: { commands: ["make"] } }
`,
);
const under = (...sources: PolicySource[]) => {
  const set = compileSet(sources);
  return rulesStage({ active: async () => set });
};

test.each([
  ["what is allowed so far", "ls", "allow"],
  ["what people are to be asked about", "make", "ask"],
])("hands on %s", async (_what, command, effect) => {
  const handOver = await under(policy)(message({ action: shell(command) }));
  expect(handOver).toMatchObject({ to: "safety", message: { verdict: { effect } } });
  expect("message" in handOver && handOver.message.facts?.atoms.length).toBe(1);
});

test("settles a denial at once, with no findings: no checker was heard", async () => {
  const sent = message({ action: shell("rm x") });
  expect(await under(policy)(sent)).toMatchObject({
    settle: { message: sent, verdict: { effect: "deny" }, findings: [] },
  });
});

test("a shadow policy changes nothing", async () => {
  const shadow = source("shadow.yaml", "rules: [{ id: no, effect: deny, reason: no, when: { tool: Bash } }]", true);
  expect(await under(policy, shadow)(message({ action: shell("ls") }))).toMatchObject({ to: "safety" });
});

test("decides nothing while there is no policy", async () => {
  const stage = rulesStage({ active: () => Promise.reject(new Fault("not_ready", "none yet")) });
  await expect(stage(message())).rejects.toMatchObject({ code: "not_ready" });
});
