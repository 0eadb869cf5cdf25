// detect.test.ts — a file's dialect is told by its extension and keys, and never guessed where two would fit

import fc from "fast-check";
import { expect, test } from "vitest";
import { detectDialect } from "./detect.ts";
import { DIALECTS } from "./dialects/registry.ts";

test.each([
  [".yaml", "rules:\n  - id: x\n    effect: deny\n", "native-yaml"],
  [".yml", "protect_paths:\n  - /etc\n", "overlay"],
  [".yaml", "# note\n\nrequire_approval: [sudo]\n", "overlay"],
  [".yaml", "+write_whitelist: [/tmp]\n", "overlay"],
  [".yaml", '"+protect_paths": [/tmp]\n', "overlay"],
  [".yaml", "# note\n{protect_paths: [/etc]}\n", "overlay"],
  [".yaml", "{rules: []}\n", "native-yaml"],
  [".yaml", "rules:\n  - id: x\n    obligations: { modify: { limits: { wallSeconds: 1 } } }\n", "native-yaml"],
  [".toml", "[tools.policy]\nenabled = true\n", "toml-enforcer"],
  [".toml", "[agent]\nname = 'x'\n[tools.audit]\nenabled = true\n", "toml-enforcer"],
  [".toml", '[[tools.policy.rules]]\neffect = "deny"\n', "toml-enforcer"],
  [".toml", "[agent]\nname = 'x'\n[tools.shell]\ntimeout = 30\n", "toml-enforcer"],
  [".toml", "[tools.shell]\ntimeout = 30\n# [tools.policy]\n# enabled = false\n", "toml-enforcer"],
  [".toml", "[tools.deploy]\nmeaning = 'shell'\n", "native-toml"],
  [".toml", "[tools.deploy]\nargs = { a = 'command' }\n", "native-toml"],
  [".toml", '[[ tools.authorization.rules ]]\neffect = "deny"\n', "toml-enforcer"],
  [".toml", '[[rules]]\neffect = "deny"\ntool = "shell"\n', "toml-enforcer"],
  [".toml", '[[rules]]\nid = "x"\neffect = "deny"\n[rules.when]\ntool = "shell"\n', "native-toml"],
  [".toml", '[[rules]]\neffect = "deny"\ntool = "x"\n[[rules]]\nid = "y"\neffect = "deny"\n', "native-toml"],
  [".toml", 'default = "ask"\n', "native-toml"],
  [".toml", '[[rule]]\ntoolName = "x"\ndecision = "deny"\npriority = 1\n', "gemini-toml"],
  [".toml", '[[rule]]\ntoolName = "x\n', "gemini-toml"],
  [".toml", "[tools.policy\n", "toml-enforcer"],
  [".json", '{"rules":[{"id":"x","effect":"deny"}]}', "native-json"],
  [".json", '{"rules":[{"tool":"x","action":"ask_user"}]}', "ordered-json"],
  [".json", '[{"tool":"x","action":"deny"}]', "ordered-json"],
  [".json", '{"name":"x","scope":"global","effect":"deny","rule_expr":{}}', "row"],
  [".json", '{"permissions":{"deny":[]},"model":"x"}', "claude-permissions"],
  [".json", '{"permissions":["x"]}', "native-json"],
  [".json", "{ broken", "native-json"],
  [".rules", "", "codex-rules"],
])("%s with `%s`", (extension, text, dialect) => expect(detectDialect(extension, text)).toEqual({ dialect }));

test.each([
  [".toml", "default = 'ask'\n[tools.policy]\nenabled = true\n", ["toml-enforcer", "native-toml"]],
  [".toml", "[tools.policy]\n[[rule]]\ndecision = 'deny'\n", ["toml-enforcer", "gemini-toml"]],
  [".json", '{"permissions":{"deny":[]},"rules":[{"effect":"deny"}]}', ["claude-permissions", "native-json"]],
])("%s with `%s` is more than one thing", (extension, text, couldBe) =>
  expect(detectDialect(extension, text)).toEqual({ couldBe }),
);

test("any text gets a dialect that exists, or a choice of such", () => {
  fc.assert(
    fc.property(fc.constantFrom(".yaml", ".json", ".toml", ".rules", ".x"), fc.string(), (extension, text) => {
      const detected = detectDialect(extension, text);
      const names = "dialect" in detected ? [detected.dialect] : detected.couldBe;
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) expect(Object.keys(DIALECTS)).toContain(name);
    }),
  );
});
