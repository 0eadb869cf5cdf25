// policy-text.test.ts — where a word of a policy stands in its text, and texts that are refused before they cost anything

import { describe, expect, test } from "vitest";
import { countSteps } from "../step-count.ts";
import { errorsOf } from "./judged.ts";
import { read } from "./policy-text.ts";
import type { Problem } from "./problems.ts";

const json = `{
  "a": [1, {"b": "x\\"]}", "c\\u0064": [ ]}, true],
  "e": {}
}`;

describe("a place in a JSON text", () => {
  test.each<[path: (string | number)[], key: boolean, line: number, column: number]>([
    [[], false, 1, 1],
    [["a"], false, 2, 8],
    [["a"], true, 2, 3],
    [["a", 0], false, 2, 9],
    [["a", 1, "b"], false, 2, 18],
    [["a", 1, "b"], true, 2, 13],
    [["a", 1, "cd"], false, 2, 38],
    [["a", 2], false, 2, 44],
    [["e"], false, 3, 8],
    [["a", 7], false, 2, 8],
    [["f"], true, 1, 1],
  ])("%j, key %s, is at %i:%i", (path, key, line, column) => {
    expect(read("p", json, "json", [])?.locate(path, key)).toEqual({ line, column });
  });
});

const refused = (text: string): Problem[] => errorsOf([{ name: "p.yaml", dialect: "native-yaml", text }]);

describe("a YAML text is refused", () => {
  test.each<[why: string, text: string, line: number, column: number, message: string]>([
    ["with its first slip alone", "rules: [\n  }\n}\n}", 2, 3, "flow sequence in block collection"],
    ["for a key that is twice there", "default: deny\ndefault: allow", 2, 1, "the key `default` stands twice"],
    ["for an alias", "a: &x 1\nb: *x", 2, 4, "aliases (`*name`) are not accepted"],
    ["for a second document", "default: deny\n---\ndefault: allow", 2, 1, "a second document begins here"],
    ["for a key of JavaScript's", "rules:\n  - __proto__: 1", 2, 5, "the key `__proto__` is not accepted"],
    ["for dashes in dashes", `rules:\n${"- ".repeat(200)}a`, 1, 1, "nested too deep to be read"],
    ["for brackets in brackets", "[".repeat(2_000), 1, 1, "nested too deep to be read"],
    ["for signs instead of words", "a: b\n".repeat(6_000), 1, 1, "holds little but signs and breaks"],
  ])("%s", (_why, text, line, column, message) => {
    const [first] = refused(text);
    expect(first).toMatchObject({ line, column });
    expect(first?.message).toContain(message);
  });

  test("with no more problems than are told", () => {
    expect(refused(`rules:\n${"- an item that is no rule at all\n".repeat(500)}`)).toHaveLength(100);
    expect(refused(`${Array.from({ length: 500 }, (_, i) => `word_number_${i}: value`).join("\n")}`)).toHaveLength(100);
  });

  test.each<[why: string, text: (times: number) => string]>([
    ["of many slips", (times) => `x: }${": é/".repeat(times)}`],
    ["of many keys", (times) => Array.from({ length: times }, (_, i) => `a_key_of_the_text_${i}: value`).join("\n")],
    [
      "of many words that are none",
      (times) => `rules:\n${"  - { of: nothing, that: is, known: here }\n".repeat(times)}`,
    ],
  ])("%s, in steps that grow with its length", (_why, text) => {
    refused(text(8));
    expect(countSteps(() => refused(text(400)))).toBeLessThan(2.4 * countSteps(() => refused(text(200))));
  });
});

test("a YAML text of many short rules is read", () => {
  const rules = Array.from({ length: 1_500 }, (_, i) => `- {id: r${i}, effect: deny, when: {tool: [t${i}]}}`).join(
    "\n",
  );
  const problems: Problem[] = [];
  expect(read("p.yaml", `rules:\n${rules}`, "yaml", problems)?.value).toMatchObject({ rules: { length: 1_500 } });
  expect(problems).toEqual([]);
});
