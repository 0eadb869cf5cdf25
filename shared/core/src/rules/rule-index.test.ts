// rule-index.test.ts — a rule is found by a word of a path wherever that word stands in it: at its start, behind what paths share

import { describe, expect, test } from "vitest";
import { judged, yamlSource } from "./judged.ts";

const denying = (pattern: string) =>
  yamlSource(`default: allow\nrules:\n  - { id: d, effect: deny, when: { paths: ['${pattern}'] } }\n`);

describe.each<[pattern: string, calls: readonly [command: string, effect: string][]]>([
  [
    "**/secret/**",
    [
      ["cp secure/a secret/b", "deny"],
      ["cp sec/a secret/b", "deny"],
      ["cp secret/a secret/b", "deny"],
      ["cp secrets/a secret/b", "deny"],
      ["cp secure/a secrets/b", "allow"],
      ["cp x/secret y/x", "deny"],
    ],
  ],
  [
    "**/*{-,_,.}auth.*",
    [
      ["touch _auth.ts", "deny"],
      ["touch .auth.ts", "deny"],
      ["touch a-auth.ts", "deny"],
      ["touch a-auths.ts", "allow"],
      ["touch x/_auth.ts y/_auths.ts", "deny"],
    ],
  ],
  [
    "**/auth{-,_,.}*",
    [
      ["touch auth-x", "deny"],
      ["touch auth.", "deny"],
      ["touch xauth-x", "allow"],
      ["touch ab/auth_ a/x", "deny"],
    ],
  ],
])("%s", (pattern, calls) => {
  test.each(calls)("%s: %s", (command, effect) => expect(judged(denying(pattern), command).effect).toBe(effect));
});
