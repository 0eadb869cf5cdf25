// bad-input.test.ts — whatever arrives is answered readably and in its place, and the service stays up

import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Answer, call, type House, openHouse, proposal } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse({ stages: false });
});
afterAll(() => house?.close());
afterEach(async () => expect((await call(house, "GET", "/healthz")).status).toBe(200));

const post = (body: unknown, headers: Record<string, string> = {}, path = "/v1/actions") =>
  call(house, "POST", path, { key: house.agentKey, body, headers });
const good = (over: object = {}) => ({ ...proposal("ls"), ...over });
const text = (over: object = {}) => JSON.stringify(good(over));
const NOBODY = "00000000-0000-7000-8000-000000000000";

describe("each refusal has its status, its code and its place", () => {
  test.each<[string, () => Promise<Answer>, number, string, object?]>([
    ["half an object", () => post("{"), 400, "bad_json", { line: 1, column: 2 }],
    [
      "an error in the second line",
      () => post('{\n  "tool": }'),
      400,
      "bad_json",
      { at: "/tool", line: 2, column: 11 },
    ],
    ["a key that stands twice", () => post('{"tool":"a","tool":"b"}'), 400, "bad_json", { at: "/tool" }],
    ["33 levels", () => post(`{"args":${"[".repeat(40)}${"]".repeat(40)}}`), 400, "bad_json"],
    [
      "an integer that JavaScript would change",
      () => post(text().replace('"ls"', "9007199254740993")),
      400,
      "bad_json",
      { at: "/args/command" },
    ],
    ["a lone surrogate", () => post(text().replace('"ls"', '"\\ud800"')), 400, "bad_json"],
    ["__proto__", () => post(text().replace('"command"', '"__proto__"')), 400, "bad_json"],
    ["an unknown field", () => post(good({ nope: 1 })), 422, "invalid", { at: "/nope" }],
    [
      "an unknown field deep down",
      () => post(good({ principal: { agent: "a", nope: 1 } })),
      422,
      "invalid",
      { at: "/principal/nope" },
    ],
    ["null for an optional field", () => post(good({ cwd: null })), 422, "invalid", { at: "/cwd" }],
    ["an empty tool", () => post(good({ tool: "" })), 422, "invalid", { at: "/tool" }],
    ["NUL in a tool", () => post(good({ tool: "a\0b" })), 422, "invalid", { at: "/tool" }],
    ["arguments that are a list", () => post(good({ args: [] })), 422, "invalid", { at: "/args" }],
    ["no session", () => post(good({ session: undefined })), 422, "invalid", { at: "/session" }],
    ["a word that is no trust level", () => post(good({ trust: "total" })), 422, "invalid", { at: "/trust" }],
    ["both forms at once", () => post(good({ command: "ls" })), 422, "invalid"],
    ["a list", () => post("[]"), 422, "invalid", { at: "" }],
    [
      "a wait that is no number",
      () => post(good(), {}, "/v1/actions?wait=1e3"),
      400,
      "bad_query",
      { parameter: "wait" },
    ],
    ["a negative wait", () => post(good(), {}, "/v1/actions?wait=-1"), 400, "bad_query", { parameter: "wait" }],
    [
      "a wait beyond the limit",
      () => post(good(), {}, "/v1/actions?wait=60001"),
      400,
      "bad_query",
      { parameter: "wait" },
    ],
    ["a parameter twice", () => post(good(), {}, "/v1/actions?wait=1&wait=2"), 400, "bad_query", { parameter: "wait" }],
    ["an unknown parameter", () => post(good(), {}, "/v1/actions?w=1"), 400, "bad_query", { parameter: "w" }],
    ["a parameter called __proto__", () => post(good(), {}, "/v1/actions?__proto__=1"), 400, "bad_query"],
    ["an unknown until", () => post(good(), {}, "/v1/actions?until=done"), 400, "bad_query", { parameter: "until" }],
    ["plain text", () => post(text(), { "content-type": "text/plain" }), 415, "unsupported_media_type"],
    [
      "another charset",
      () => post(text(), { "content-type": "application/json; charset=utf-16" }),
      415,
      "unsupported_media_type",
    ],
    ["a zipped body", () => post(text(), { "content-encoding": "gzip" }), 415, "unsupported_media_type"],
    [
      "a long idempotency key",
      () => post(good(), { "idempotency-key": "k".repeat(256) }),
      400,
      "bad_header",
      { header: "idempotency-key" },
    ],
    [
      "an empty last-event-id of letters",
      () => call(house, "GET", "/v1/events", { key: house.auditorKey, headers: { "last-event-id": "x" } }),
      400,
      "bad_header",
    ],
    ["no key", () => call(house, "POST", "/v1/actions", { body: good() }), 401, "unauthenticated"],
    [
      "a made-up key",
      () => call(house, "POST", "/v1/actions", { key: "hp_x_y", body: good() }),
      401,
      "unauthenticated",
    ],
    [
      "a key that may not propose",
      () => call(house, "POST", "/v1/actions", { key: house.auditorKey, body: good() }),
      403,
      "forbidden",
    ],
    [
      "an action that is none",
      () => call(house, "GET", `/v1/actions/act_${NOBODY}`, { key: house.agentKey }),
      404,
      "not_found",
    ],
    [
      "an id of another kind",
      () => call(house, "GET", `/v1/actions/dec_${NOBODY}`, { key: house.agentKey }),
      404,
      "not_found",
    ],
    [
      "an id that is a path",
      () => call(house, "GET", "/v1/actions/..%2f..%2fetc", { key: house.agentKey }),
      404,
      "not_found",
    ],
    [
      "an id that is not even percent-encoded",
      () => call(house, "GET", "/v1/actions/%zz", { key: house.agentKey }),
      404,
      "not_found",
    ],
    ["an unknown path", () => call(house, "GET", "/v2/actions", { key: house.agentKey }), 404, "not_found"],
    [
      "an unknown method",
      () => call(house, "PATCH", "/v1/actions", { key: house.agentKey, body: {} }),
      405,
      "method_not_allowed",
    ],
    ["the metrics' own path", () => call(house, "GET", "/metrics"), 404, "not_found"],
  ])("%s", async (_what, send, status, code, place = {}) => {
    const { status: got, headers, body } = await send();
    expect([got, body.code]).toEqual([status, code]);
    expect(headers.get("content-type")).toBe("application/problem+json");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(body).toMatchObject({
      type: `urn:holdpoint:problem:${code}`,
      status,
      title: expect.any(String),
      detail: expect.any(String),
      ...place,
    });
  });

  test("every error of a body is named, not only the first", async () => {
    const { body } = await post(good({ tool: "", trust: "x", nope: 1 }));
    expect(body.errors.map(({ at }: { at: string }) => at).sort()).toEqual(["/nope", "/tool", "/trust"]);
  });

  test("a wrong method says which are right", async () => {
    const { headers } = await call(house, "DELETE", "/v1/people/x", { key: house.agentKey });
    expect(headers.get("allow")).toBeNull();
    expect((await call(house, "PUT", "/v1/actions", { key: house.agentKey, body: {} })).headers.get("allow")).toBe(
      "POST",
    );
    expect((await call(house, "POST", "/v1/kill-switch", { key: house.agentKey, body: {} })).headers.get("allow")).toBe(
      "GET, PUT",
    );
  });
});

/** Raw bytes in, everything that comes back out; ends when the server closes or `done` is seen. */
function raw(send: (write: (bytes: string | Buffer) => void) => void, done?: RegExp): Promise<string> {
  const { hostname, port } = new URL(house.url);
  return new Promise((resolve, reject) => {
    let got = "";
    const socket = connect(Number(port), hostname, () => send((bytes) => socket.write(bytes)));
    const end = () => {
      socket.destroy();
      resolve(got);
    };
    socket.setTimeout(15_000, () => reject(new Error(`no end in sight after: ${got.slice(0, 200)}`)));
    socket.on("data", (data) => {
      got += data;
      if (done?.test(got)) end();
    });
    socket.on("end", end).on("close", end).on("error", end);
  });
}
const head = (more: string) =>
  `POST /v1/actions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${house.agentKey}\r\ncontent-type: application/json\r\n${more}\r\n\r\n`;
const chunk = (body: string) => `${body.length.toString(16)}\r\n${body}\r\n`;

describe("bodies that are too large are heard out and answered", () => {
  test("2 MiB with a length, and the connection serves the next request", async () => {
    const got = await raw((write) => {
      write(head(`content-length: ${2 * 1_048_576}`));
      write("x".repeat(2 * 1_048_576));
      write("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    }, /"status":"ok"/);
    expect(got).toMatch(/^HTTP\/1\.1 413 [\s\S]*too_large[\s\S]*HTTP\/1\.1 200/);
  });

  test("chunks without a length", async () => {
    const got = await raw((write) => {
      write(head("transfer-encoding: chunked"));
      for (let n = 0; n < 40; n += 1) write(chunk("x".repeat(65_536)));
      write("0\r\n\r\n");
    }, /\}$/);
    expect(got).toMatch(/^HTTP\/1\.1 413 [\s\S]*too_large/);
  });

  test("who asks first is told at once and sends nothing", async () => {
    const got = await raw((write) => write(head(`content-length: ${50 * 1_048_576}\r\nexpect: 100-continue`)));
    expect(got).toMatch(/^HTTP\/1\.1 413 /);
    expect(got).not.toContain("100 Continue");
  });

  test("who asks first with a body that fits is told to go on", async () => {
    const body = text();
    const got = await raw((write) => {
      write(head(`content-length: ${Buffer.byteLength(body)}\r\nexpect: 100-continue`));
      write(body);
    }, /actionId/);
    expect(got).toMatch(/^HTTP\/1\.1 100 Continue[\s\S]*HTTP\/1\.1 202/);
  });
});

describe("bytes that are no request are answered too", () => {
  test.each<[string, string, RegExp]>([
    ["not HTTP", "\u0016\u0003\u0001hello\r\n\r\n", /^HTTP\/1\.1 400 [\s\S]*problem\+json[\s\S]*bad_header/],
    [
      "headers of 40 kB",
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(40_000)}\r\n\r\n`,
      /^HTTP\/1\.1 431 [\s\S]*problem\+json/,
    ],
    ["no host", "GET /healthz HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["a host that is none", "GET /healthz HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n", /^HTTP\/1\.1 400 /],
    [
      "two lengths",
      `POST /v1/actions HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx`,
      /^HTTP\/1\.1 400 /,
    ],
    [
      "length and chunks (request smuggling)",
      `POST /v1/actions HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
    ],
    ["a path without a slash", "GET healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", /^HTTP\/1\.1 400 /],
  ])("%s", async (_what, bytes, want) => expect(await raw((write) => write(bytes), /\}$/)).toMatch(want));

  test("a client that goes away in the middle of its body, a hundred times", async () => {
    const { hostname, port } = new URL(house.url);
    await Promise.all(
      Array.from({ length: 100 }, () => {
        const gone = Promise.withResolvers<void>();
        const socket = connect(Number(port), hostname, () => {
          socket.write(`${head("content-length: 1000")}half`, () => socket.resetAndDestroy());
        });
        socket.on("close", () => gone.resolve()).on("error", () => undefined);
        return gone.promise;
      }),
    );
    expect((await fetch(`${house.url}/readyz`)).status).toBe(200);
  });
});

test("no bytes at all bring the service down, or make it answer with an error of its own", async () => {
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((body) => Buffer.from(body)),
    fc
      .record({ tool: fc.anything(), args: fc.anything(), principal: fc.anything(), session: fc.anything() })
      .map((value) => {
        try {
          return Buffer.from(JSON.stringify(value) ?? "");
        } catch {
          return Buffer.from("[]"); // a value that JSON cannot hold: bigint
        }
      }),
  );
  const paths = fc.constantFrom(
    "/v1/actions",
    "/v1/keys",
    "/v1/people",
    "/v1/policies",
    "/v1/policies/simulate",
    "/v1/kill-switch",
  );
  await fc.assert(
    fc.asyncProperty(bodies, paths, async (body, path) => {
      const response = await fetch(house.url + path, {
        method: path.endsWith("switch") ? "PUT" : "POST",
        headers: {
          authorization: `Bearer ${path === "/v1/actions" ? house.agentKey : house.adminKey}`,
          "content-type": "application/json",
        },
        body: new Uint8Array(body),
      });
      await response.text();
      expect(response.status).toBeLessThan(500);
      expect(response.status).toBeGreaterThanOrEqual(400);
    }),
    { numRuns: 300 },
  );
});
