// names-of-arguments.test.ts — a secret that stands in the name of an argument is a fact as one in a value is: rules see it, markers are its own

import { expect, test } from "vitest";
import { decide } from "../../decide.ts";
import { marker } from "../../redact/marker.ts";
import { redactionsOf } from "../../redact/redact.ts";
import { compileSet } from "../../rules/compile.ts";
import { exampleAction } from "../../rules/examples.ts";
import { yamlSource } from "../../rules/judged.ts";
import { deriveFacts } from "../derive.ts";

const TOKEN = ["ghp_", "Zq7Lm2Xv9Kp4Rt8WZq7Lm2Xv9Kp4Rt8WZq7L"].join("");
const key = Buffer.alloc(32, 7);
const call = (args: { [key: string]: never } | object) => exampleAction({ tool: "Note", args: args as never });

test.each<[why: string, args: object, at: string]>([
  ["a name at the top", { text: "x", [TOKEN]: 1 }, ""],
  ["a name in a list of objects", { items: [{ a: 1 }, { "first/name": 1, [TOKEN]: "x" }] }, "/items/1"],
  ["below a name that is escaped", { "a/b~c": { [`Bearer ${TOKEN}`]: null } }, "/a~1b~0c"],
])("%s", (_why, args, at) => {
  const { secrets } = deriveFacts(call(args));
  expect(secrets).toMatchObject([{ kind: "github-token", at }]);
  expect(redactionsOf(args as never, secrets, key)).toEqual([
    { at, kind: "github-token", marker: marker("github-token", TOKEN, key) },
  ]);
});

test("a rule about secrets denies it, and one about none of them does not allow it", () => {
  const set = compileSet([
    yamlSource("default: allow\nrules: [{ id: none, effect: deny, when: { secrets: [github-token] } }]"),
  ]);
  const clean = compileSet([
    yamlSource("default: ask\nrules: [{ effect: allow, when: { tool: Note, secrets: false } }]"),
  ]);
  expect(decide(set, call({ [TOKEN]: 1 })).verdict.effect).toBe("deny");
  expect(decide(set, call({ token: 1, "a-long-and-harmless-name": 1 })).verdict.effect).toBe("allow");
  expect(decide(clean, call({ [TOKEN]: 1 }), []).verdict.effect).toBe("ask");
  expect(decide(clean, call({ "a-long-and-harmless-name": 1 }), []).verdict.effect).toBe("allow");
});

test("two in one object stand each in its own place", () => {
  const other = `${TOKEN.slice(0, -1)}M`;
  const { secrets } = deriveFacts(call({ plain: 1, [TOKEN]: 1, [other]: 2 }));
  const names = ["plain", TOKEN, other].join("\n");
  expect(secrets.map(({ start, end }) => names.slice(start, end))).toEqual([TOKEN, other]);
});
