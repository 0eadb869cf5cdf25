// outbound.test.ts — threats of docs/threats.md: "SSRF through webhook URLs (resolve, check, pin, no redirects)"
// Everything listens on loopback; what must be refused is refused before a socket is opened, so nothing leaves the machine.

import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { isFault } from "@holdpoint/wire/fault.ts";
import { afterEach, describe, expect, test } from "vitest";
import { type Address, createOutbound, type Outbound, type OutboundOptions, type OutboundRequest } from "./outbound.ts";
import { outboundFetch } from "./outbound-fetch.ts";
import { receiverCertificate, receiverKey } from "./outbound-tls.fixture.ts";

const open: { close(): unknown; closeAllConnections?(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

const listen = (server: Server, address = "127.0.0.1"): Promise<number> => {
  open.push(server);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, address, () => resolve((server.address() as AddressInfo).port));
  });
};
const serve = (listener: RequestListener, address?: string) => listen(createServer(listener), address);

const at = (address: string): Address => ({ address, family: address.includes(":") ? 6 : 4 });
const resolving =
  (...answers: string[][]) =>
  async (): Promise<Address[]> =>
    (answers.length > 1 ? (answers.shift() ?? []) : (answers[0] ?? [])).map(at);

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (isFault(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "sent";
}
const get = (outbound: Outbound, url: string, more: Partial<OutboundRequest> = {}) =>
  outbound.send({ url, method: "GET", ...more });
const refusedAs = (options: OutboundOptions, url: string) => refusal(get(createOutbound(options), url));

describe("refuses before it opens a socket", () => {
  test.each([
    ["loopback", "https://127.0.0.1/"],
    ["loopback as one number", "https://2130706433/"],
    ["loopback in hex", "https://0x7f000001/"],
    ["loopback in octal", "https://0177.0.0.1/"],
    ["loopback cut short", "https://127.1/"],
    ["loopback in full-width digits", "https://１２７.0.0.1/"],
    ["unspecified", "https://0/"],
    ["metadata", "https://169.254.169.254/latest/meta-data/"],
    ["private", "https://10.1.2.3:8443/"],
    ["v6 loopback", "https://[::1]/"],
    ["v6 loopback spelled out", "https://[0:0:0:0:0:0:0:1]/"],
    ["v6 mapped loopback", "https://[::ffff:127.0.0.1]/"],
    ["v6 mapped metadata in hex", "https://[::ffff:a9fe:a9fe]/"],
    ["v6 NAT64", "https://[64:ff9b::7f00:1]/"],
    ["v6 6to4", "https://[2002:7f00:1::]/"],
    ["v6 unique local", "https://[fd00:ec2::254]/"],
    ["v6 link-local", "https://[fe80::1]/"],
  ])("%s", async (_why, url) => {
    const resolve = async () => Promise.reject(new Error("a literal address is not looked up"));
    expect(await refusedAs({ resolve }, url)).toMatch(/^outbound_refused: .*not a public address/);
  });

  test.each([
    ["a name that points inside", [["10.0.0.7"]], /10\.0\.0\.7/],
    ["a name that points outside and inside", [["93.184.216.34", "127.0.0.1"]], /127\.0\.0\.1/],
    ["a name with a v6 address inside", [["2606:4700::1", "::1"]], /::1/],
  ])("%s", async (_why, answers, shown) => {
    expect(await refusedAs({ resolve: resolving(...answers) }, "https://hook.example/")).toMatch(shown);
  });

  test.each([
    ["plain http to a host that is not listed", "http://hook.example/", /expected https/],
    ["another protocol", "file:///etc/passwd", /expected https/],
    ["gopher", "gopher://127.0.0.1:6379/_x", /expected https/],
    ["no URL at all", "hook.example", /expected a URL/],
    ["user and password", "https://user:pass@hook.example/", /no user and password/],
  ])("%s", async (_why, url, shown) => {
    expect(await refusedAs({ resolve: resolving(["93.184.216.34"]) }, url)).toMatch(shown);
  });

  test("a listed host on another port", async () => {
    expect(await refusedAs({ allow: ["127.0.0.1:8080"] }, "http://127.0.0.1:8081/")).toMatch(/^outbound_refused/);
  });
  test("a name that does not resolve is a failure, not a refusal: it may come back", async () => {
    const resolve = async () => Promise.reject(new Error("ENOTFOUND"));
    expect(await refusedAs({ resolve }, "https://hook.example/")).toMatch(/^outbound_failed: .*does not resolve/);
  });
});

describe("connects to the address that was checked", () => {
  test("DNS rebinding: a second answer is never asked for", async () => {
    const good = await serve((_request, response) => response.end("checked"));
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      return [at(asked === 1 ? "127.0.0.1" : "127.0.0.99")];
    };
    const outbound = createOutbound({ allow: [`hook.example:${good}`], resolve });
    expect((await get(outbound, `http://hook.example:${good}/`)).body).toBe("checked");
    expect(asked).toBe(1);
  });

  test("each request is checked anew, and no connection of an earlier one is used again", async () => {
    let connections = 0;
    const server = createServer((_request, response) => response.end("ok"));
    server.on("connection", () => {
      connections += 1;
    });
    const port = await listen(server);
    const outbound = createOutbound({ allow: [`hook.example:${port}`], resolve: resolving(["127.0.0.1"]) });
    for (let n = 0; n < 3; n += 1) await get(outbound, `http://hook.example:${port}/`);
    expect(connections).toBe(3);
  });

  test("sends the name in the Host header, and what it was given", async () => {
    const seen: unknown[] = [];
    const port = await serve((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        seen.push([request.method, request.url, request.headers.host, request.headers["x-a"], body]);
        response.writeHead(201, { "x-b": "2" }).end("made");
      });
    });
    const outbound = createOutbound({ allow: [`hook.example:${port}`], resolve: resolving(["127.0.0.1"]) });
    const answer = await outbound.send({
      url: `http://hook.example:${port}/a/b?c=d`,
      method: "POST",
      headers: { "x-a": "1", host: "other.example" },
      body: "grüße",
    });
    expect(seen).toEqual([["POST", "/a/b?c=d", `hook.example:${port}`, "1", "grüße"]]);
    expect(answer).toMatchObject({ status: 201, body: "made", cut: false, headers: { "x-b": "2" } });
  });

  test("a proxy of the environment is not used", async () => {
    const proxied = await serve((_request, response) => response.end("proxy"));
    const port = await serve((_request, response) => response.end("direct"));
    process.env["HTTP_PROXY"] = `http://127.0.0.1:${proxied}`;
    process.env["NODE_USE_ENV_PROXY"] = "1";
    try {
      const outbound = createOutbound({ allow: [`127.0.0.1:${port}`] });
      expect((await get(outbound, `http://127.0.0.1:${port}/`)).body).toBe("direct");
    } finally {
      delete process.env["HTTP_PROXY"];
      delete process.env["NODE_USE_ENV_PROXY"];
    }
  });

  const secure = () =>
    listen(
      createSecureServer({ key: receiverKey, cert: receiverCertificate }, (_request, response) => response.end("ok")),
    );
  test("TLS is checked against the name although the connection goes to an address", async () => {
    const port = await secure();
    const options = { ca: receiverCertificate, resolve: resolving(["127.0.0.1"]) };
    const right = createOutbound({ ...options, allow: [`receiver.test:${port}`] });
    expect((await get(right, `https://receiver.test:${port}/`)).body).toBe("ok");
    expect(await refusedAs({ ...options, allow: [`other.test:${port}`] }, `https://other.test:${port}/`)).toMatch(
      /^outbound_failed: .*(altnames|match)/,
    );
  });
  test("a certificate of an authority that is not trusted is a failure", async () => {
    const port = await secure();
    const options = { allow: [`receiver.test:${port}`], resolve: resolving(["127.0.0.1"]) };
    expect(await refusedAs(options, `https://receiver.test:${port}/`)).toMatch(/^outbound_failed: .*self-signed/);
  });

  test("a v6 literal that is listed", async (context) => {
    const port = await serve((_request, response) => response.end("six"), "::1").catch(() => undefined);
    if (port === undefined) return context.annotate("no IPv6 on this machine");
    const outbound = createOutbound({ allow: [`[::1]:${port}`] });
    expect((await get(outbound, `http://[::1]:${port}/`)).body).toBe("six");
  });
});

describe("follows nothing and reads little", () => {
  test.each([301, 302, 303, 307, 308])(
    "a redirect (%i) is a failure and its target is never called",
    async (status) => {
      let called = false;
      const target = await serve((_request, response) => {
        called = true;
        response.end();
      });
      const port = await serve((_request, response) =>
        response.writeHead(status, { location: `http://127.0.0.1:${target}/` }).end(),
      );
      const allow = [`127.0.0.1:${port}`, `127.0.0.1:${target}`];
      expect(await refusedAs({ allow }, `http://127.0.0.1:${port}/`)).toMatch(/^outbound_failed: .*redirect/);
      expect(called).toBe(false);
    },
  );

  test("a huge answer is cut, and the connection closed there", async () => {
    let ended: () => void = () => {};
    const closed = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const port = await serve((_request, response) => {
      response.on("close", () => ended());
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
      };
      response.on("drain", more);
      more();
    });
    const outbound = createOutbound({ allow: [`127.0.0.1:${port}`], answerBytesMax: 1_000 });
    const answer = await get(outbound, `http://127.0.0.1:${port}/`);
    expect([answer.status, answer.body.length, answer.cut]).toEqual([200, 1_000, true]);
    await closed;
  });
  test("an answer of just the size that is read is whole", async () => {
    const port = await serve((_request, response) => response.end("x".repeat(1_000)));
    const outbound = createOutbound({ allow: [`127.0.0.1:${port}`], answerBytesMax: 1_000 });
    expect(await get(outbound, `http://127.0.0.1:${port}/`)).toMatchObject({ cut: false, body: "x".repeat(1_000) });
  });

  test.each<[string, RequestListener]>([
    ["says nothing", () => {}],
    ["says one header and then nothing", (_request, response) => response.writeHead(200).flushHeaders()],
    ["begins and does not end", (_request, response) => void response.write("a")],
  ])("a receiver that %s ends at the deadline", async (_why, listener) => {
    const port = await serve(listener);
    expect(await refusedAs({ allow: [`127.0.0.1:${port}`], timeoutMs: 100 }, `http://127.0.0.1:${port}/`)).toMatch(
      /^outbound_failed: no whole answer within 100 ms/,
    );
  });
  test("a drip of bytes does not move the deadline", async () => {
    const port = await serve((_request, response) => {
      const drip = setInterval(() => response.write("a"), 10);
      response.on("close", () => clearInterval(drip));
    });
    expect(await refusedAs({ allow: [`127.0.0.1:${port}`], timeoutMs: 150 }, `http://127.0.0.1:${port}/`)).toMatch(
      /no whole answer/,
    );
  });
  test("a resolver that hangs ends at the deadline", async () => {
    const resolve = () => new Promise<Address[]>(() => {});
    expect(await refusedAs({ resolve, timeoutMs: 50 }, "https://hook.example/")).toMatch(/no whole answer/);
    expect(await refusal(createOutbound({ resolve, timeoutMs: 50 }).pin("mail.example", 25))).toMatch(/not resolved/);
  });
  test("a server that speaks no HTTP is a failure", async () => {
    const server = createTcpServer((socket) => socket.end("220 mail.example ESMTP\r\n"));
    open.push(server);
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
    expect(await refusedAs({ allow: [`127.0.0.1:${port}`] }, `http://127.0.0.1:${port}/`)).toMatch(/^outbound_failed/);
  });
  test("the caller's signal ends it too", async () => {
    const port = await serve(() => {});
    const signal = AbortSignal.timeout(30);
    const sent = get(createOutbound({ allow: [`127.0.0.1:${port}`] }), `http://127.0.0.1:${port}/`, { signal });
    expect(await refusal(sent)).toMatch(/^outbound_failed/);
  });
});

describe("for other libraries", () => {
  test.each([
    ["a public address is handed out", ["93.184.216.34"], [], "93.184.216.34"],
    ["an inside one is refused", ["10.0.0.5"], [], "outbound_refused"],
    ["unless it is listed", ["10.0.0.5"], ["mail.example:25"], "10.0.0.5"],
  ])("pin: %s", async (_why, addresses, allow, expected) => {
    const outbound = createOutbound({ allow, resolve: resolving(addresses) });
    const found = await outbound.pin("mail.example", 25).then(
      ({ address }) => address,
      (error) => error.code,
    );
    expect(found).toBe(expected);
  });

  test("as fetch: status, headers and body arrive, a cut answer is a failure, other bodies than text are refused", async () => {
    const port = await serve((request, response) =>
      response.end(request.url === "/big" ? "x".repeat(2_000) : '{"ok":true}'),
    );
    const fetch = outboundFetch(createOutbound({ allow: [`127.0.0.1:${port}`], answerBytesMax: 1_000 }));
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "{}" });
    expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
    expect(await refusal(fetch(`http://127.0.0.1:${port}/big`))).toMatch(/larger/);
    expect(await refusal(fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: new Uint8Array(1) }))).toMatch(
      /only text/,
    );
    expect(await refusal(fetch("https://127.0.0.1/"))).toMatch(/^outbound_refused/);
  });
});
