// redis-url.test.ts — each way to write where Redis is, and what is refused

import { describe, expect, test } from "vitest";
import { parseRedisUrl } from "./redis-url.ts";

describe("a Redis URL", () => {
  test.each([
    [
      "redis://localhost",
      { kind: "single", nodes: [{ host: "localhost", port: 6379 }], database: 0, tls: false, shards: 1 },
    ],
    ["rediss://u:p%40ss@r.example:7000/3", { kind: "single", tls: true, username: "u", password: "p@ss", database: 3 }],
    ["redis://:pw@[::1]:7000", { nodes: [{ host: "::1", port: 7000 }], password: "pw" }],
    [
      "redis+sentinel://a:1,b/main/2",
      {
        kind: "sentinel",
        nodes: [
          { host: "a", port: 1 },
          { host: "b", port: 26379 },
        ],
        master: "main",
        database: 2,
      },
    ],
    ["redis+cluster://a:1,b:2?shards=5", { kind: "cluster", shards: 5 }],
    ["redis+cluster://a", { kind: "cluster", shards: 3 }],
  ])("%s", (url, parts) => expect(parseRedisUrl(url)).toMatchObject(parts));

  test.each([
    "redis://",
    "redis://a:99999",
    "redis://a,b",
    "redis+sentinel://a:1",
    "redis+cluster://a/1",
    "redis://a/x",
    "redis://a/1/2",
    "http://a",
    "redis+cluster://a?shards=0",
  ])("%s is refused", (url) => expect(() => parseRedisUrl(url)).toThrow(/expected/));
});
