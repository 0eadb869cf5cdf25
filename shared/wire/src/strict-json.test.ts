// strict-json.test.ts — the reader takes what JSON says exactly, and names the place of everything else

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFault } from "./fault.ts";
import { limits } from "./limits.ts";
import type { Json } from "./scalars.ts";
import { parseStrictJson } from "./strict-json.ts";

function refusal(text: string) {
  try {
    parseStrictJson(text);
  } catch (error) {
    if (isFault(error)) return { code: error.code, message: error.message, ...error.place };
    throw error;
  }
  return undefined;
}

describe("takes", () => {
  test.each<[string, string, Json]>([
    ["an object", '{"a":1,"b":[true,false,null]}', { a: 1, b: [true, false, null] }],
    ["white space of JSON", ' \t\r\n{ "a" : [ 1 , 2 ] }\n', { a: [1, 2] }],
    ["escapes", '"\\u00e9\\n\\/\\"\\\\\\b\\f\\r\\t"', 'é\n/"\\\b\f\r\t'],
    ["a pair of surrogates, escaped", '"\\ud83d\\ude00"', "😀"],
    ["a pair of surrogates, raw", '"😀"', "😀"],
    ["the largest safe integer", "9007199254740991", 9007199254740991],
    ["the smallest safe integer", "-9007199254740991", -9007199254740991],
    ["a large float", "1e300", 1e300],
    ["a fraction", "-0.5E-3", -0.0005],
    ["minus zero as zero", "-0", 0],
    ["a zero with an exponent", "0e99", 0],
    ["a scalar", "null", null],
    ["an empty key", '{"":1}', { "": 1 }],
    ["names that only look like prototypes", '{"proto":1,"__proto":2}', { proto: 1, __proto: 2 }],
  ])("%s", (_why, text, value) => expect(parseStrictJson(text)).toEqual(value));

  test("minus zero loses its sign", () => expect(Object.is(parseStrictJson("-0.0"), 0)).toBe(true));
});

describe("refuses, with pointer, line and column", () => {
  test.each<[string, string, string, number, number]>([
    ["a duplicate key", '{"a":1,\n "a":2}', "/a", 2, 2],
    ["a duplicate key hidden by an escape", '{"a":1,"\\u0061":2}', "/a", 1, 8],
    ["a lone high surrogate", '{"a":"\\ud800"}', "/a", 1, 6],
    ["a lone low surrogate", '["\\udc00x"]', "/0", 1, 2],
    ["a raw lone surrogate", '["\ud800"]', "/0", 1, 2],
    ["an integer past 2^53", '{"n":9007199254740993}', "/n", 1, 6],
    ["2^53 itself", "[9007199254740992]", "/0", 1, 2],
    ["an overflow", "[1,1e400]", "/1", 1, 4],
    ["an underflow", "[1e-400]", "/0", 1, 2],
    ["__proto__", '{"a":{"__proto__":1}}', "/a/__proto__", 1, 7],
    ["constructor", '{"constructor":1}', "/constructor", 1, 2],
    ["prototype behind an escape", '{"\\u0070rototype":1}', "/prototype", 1, 2],
    ["a leading zero", "[01]", "/0", 1, 3],
    ["a stray dot", "[1.]", "/0", 1, 3],
    ["a plus sign", "[+1]", "/0", 1, 2],
    ["NaN", '{"a":NaN}', "/a", 1, 6],
    ["a trailing comma", "[1,]", "/1", 1, 4],
    ["a trailing comma in an object", '{"a":1,}', "", 1, 8],
    ["single quotes", "{'a':1}", "", 1, 2],
    ["a comment", "// x\n1", "", 1, 1],
    ["a control character", '["a\nb"]', "/0", 1, 4],
    ["an unknown escape", '["\\x41"]', "/0", 1, 3],
    ["a short unicode escape", '["\\u12"]', "/0", 1, 3],
    ["an open string", '["abc', "/0", 1, 2],
    ["an open object", '{"a":1', "", 1, 7],
    ["two values", "1 2", "", 1, 3],
    ["nothing", "", "", 1, 1],
    ["a byte order mark", "\ufeff{}", "", 1, 1],
    ["a pointer that needs escaping", '{"a/b~c":[x]}', "/a~1b~0c/0", 1, 11],
  ])("%s", (_why, text, at, line, column) =>
    expect(refusal(text)).toMatchObject({ code: "bad_json", at, line, column }),
  );

  test("depth beyond the limit, and not one less", () => {
    const nest = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(refusal(nest(limits.jsonDepthMax))).toBeUndefined();
    expect(refusal(nest(limits.jsonDepthMax + 1))).toMatchObject({ code: "bad_json" });
    expect(refusal("[".repeat(1_000_000))).toMatchObject({ code: "bad_json" });
  });

  test("more values than the limit, and not one less", () => {
    const list = (nodes: number) =>
      `[${Array(nodes - 1)
        .fill(0)
        .join(",")}]`;
    expect(refusal(list(limits.jsonNodesMax))).toBeUndefined();
    expect(refusal(list(limits.jsonNodesMax + 1))).toMatchObject({ code: "bad_json" });
  });
});

describe("for any text", () => {
  const safe = fc
    .jsonValue({ maxDepth: 6 })
    .filter((value) => !/"(__proto__|constructor|prototype)":/.test(JSON.stringify(value)));

  test("agrees with JSON.parse on what both take", () => {
    fc.assert(
      fc.property(safe, (value) => {
        const text = JSON.stringify(value);
        const read = refusal(text) === undefined ? parseStrictJson(text) : undefined;
        if (read !== undefined) expect(JSON.stringify(read)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test("never takes what JSON.parse refuses, and only ever throws a fault", () => {
    const scraps = fc.array(fc.constantFrom(...'{}[]",:\\u01e-+.truefalsn \n\ud800'), { maxLength: 40 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          scraps.map((parts) => parts.join("")),
        ),
        (text) => {
          let valid = true;
          try {
            JSON.parse(text);
          } catch {
            valid = false;
          }
          if (refusal(text) === undefined) expect(valid).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
