// args-hash.test.ts — equal arguments have equal hashes, however they were written

import { expect, test } from "vitest";
import { argsHash, sha256 } from "./args-hash.ts";

test("order of keys and spelling of numbers change nothing, values do", () => {
  expect(argsHash({ a: 1, b: [1, "x"] })).toBe(argsHash({ b: [1.0, "x"], a: 1 }));
  expect(argsHash({ a: 1 })).not.toBe(argsHash({ a: "1" }));
  expect(argsHash({})).toBe("sha256-jcs:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
});

test("a text's hash is of its UTF-8", () =>
  expect(sha256("")).toBe("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
