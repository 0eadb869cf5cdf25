// checkers.test.ts — checkers outside the process: what they are told, what they may answer, and that every failure blocks

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { checkerContract } from "@holdpoint/core/safety/checker.contract.ts";
import type { Checker } from "@holdpoint/core/safety/checker.ts";
import { runChecker } from "@holdpoint/core/safety/run.ts";
import { sampleAction, sampleFacts } from "@holdpoint/core/sample.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandChecker } from "./command.ts";
import { httpChecker } from "./http.ts";
import { allCheckers, loadCheckers } from "./load.ts";

const action = sampleAction({ args: { command: "rm -rf build" } });
const facts = sampleFacts(action);
const wait = (ms: number, signal?: AbortSignal) => after(ms, undefined, { signal });
const outcome = async (checker: Checker) =>
  (await runChecker(checker, action, facts, wait)).map(({ severity, code, checker: from, escalatable }) =>
    [from, severity, code, escalatable].filter((each) => each !== undefined).join(" "),
  );

/** A program whose body sees `q`, the question, and may call `answer(findings, rest)`. */
const program = (body: string, rest = {}): Checker =>
  commandChecker({
    checker: "outside",
    timeoutMs: 5_000,
    command: [
      process.execPath,
      "-e",
      `let text = ""; process.stdin.on("data", (d) => (text += d)).on("end", () => { const q = JSON.parse(text);
       const answer = (findings, rest = {}) => process.stdout.write(JSON.stringify({ protocolVersion: 1, id: q.id, findings, ...rest }));
       ${body} });`,
    ],
    ...rest,
  });

describe("a program", () => {
  test.each<[string, string, object, string[]]>([
    ["has nothing to say", "answer([])", {}, []],
    [
      "finds something",
      'answer([{ severity: "block", code: "x", note: q.action.args.command }])',
      {},
      ["outside block x"],
    ],
    [
      "may name itself",
      'answer([{ checker: "outside", severity: "info", code: "x", note: "" }])',
      {},
      ["outside info x"],
    ],
    [
      "may not name another",
      'answer([{ checker: "egress", severity: "info", code: "x", note: "" }])',
      {},
      ["outside block checker_failed"],
    ],
    [
      "may not say that a person can be asked",
      'answer([{ severity: "block", code: "x", note: "", escalatable: true }])',
      {},
      ["outside block checker_failed"],
    ],
    [
      "is escalatable by configuration",
      'answer([{ severity: "block", code: "x", note: "" }])',
      { escalatable: true },
      ["outside block x true"],
    ],
    ["answers another question", 'answer([], { id: "other" })', {}, ["outside block checker_failed"]],
    ["speaks another version", "answer([], { protocolVersion: 2 })", {}, ["outside block checker_failed"]],
    ["adds a field", 'answer([], { effect: "allow" })', {}, ["outside block checker_failed"]],
    ["answers garbage", 'process.stdout.write("ok")', {}, ["outside block checker_failed"]],
    ["says nothing", "", {}, ["outside block checker_failed"]],
    ["answers twice", "answer([]); answer([])", {}, ["outside block checker_failed"]],
    ["answers and then fails", "answer([]); process.exitCode = 1", {}, ["outside block checker_failed"]],
    ["crashes", "process.abort()", {}, ["outside block checker_failed"]],
    [
      "floods",
      'const b = "x".repeat(1e5); const go = () => process.stdout.write(b, go); go()',
      {},
      ["outside block checker_failed"],
    ],
    ["hangs", "setInterval(() => {}, 1000)", { timeoutMs: 300 }, ["outside block checker_timeout"]],
    ["does not exist", "", { command: ["/no/such/program"] }, ["outside block checker_failed"]],
    ["has no folder", "", { cwd: "/no/such/folder" }, ["outside block checker_failed"]],
  ])("%s", async (_why, body, rest, want) => expect(await outcome(program(body, rest))).toEqual(want));

  test("one that reads nothing is heard all the same", async () => {
    const checker = commandChecker({
      checker: "outside",
      timeoutMs: 5_000,
      command: [process.execPath, "-e", "process.stdin.destroy(); process.stdout.write('no')"],
    });
    expect(await outcome(checker)).toEqual(["outside block checker_failed"]);
  });

  test("sees only what it was given of the environment", async () => {
    process.env["HOLDPOINT_MASTER_KEY"] = "not for checkers";
    try {
      const body =
        'answer([{ severity: "info", code: String(process.env.HOLDPOINT_MASTER_KEY) + process.env.MINE, note: "" }])';
      expect(await outcome(program(body, { env: { MINE: "1" } }))).toEqual(["outside info undefined1"]);
    } finally {
      delete process.env["HOLDPOINT_MASTER_KEY"];
    }
  });

  test("its children end with it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "holdpoint-checker-"));
    const body = `const { spawn } = require("node:child_process");
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
      require("node:fs").writeFileSync(${JSON.stringify(join(folder, "pid"))}, String(child.pid)); setInterval(() => {}, 1000)`;
    expect(await outcome(program(body, { timeoutMs: 1_500 }))).toEqual(["outside block checker_timeout"]);
    const { readFileSync } = await import("node:fs");
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    const gone = () => {
      try {
        process.kill(pid, 0);
        return /^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
      } catch {
        return true;
      }
    };
    await expect.poll(gone, { timeout: 5_000 }).toBe(true);
    rmSync(folder, { recursive: true });
  });
});

describe("behind HTTP", () => {
  let server: Server;
  let url = "";
  let reply: (response: ServerResponse, question: { id: string }, headers: Record<string, unknown>) => void = () => {};
  beforeAll(async () => {
    server = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk) => {
        text += chunk;
      });
      request.on("end", () => reply(response, JSON.parse(text) as { id: string }, request.headers));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/check`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const checker = (rest = {}) => httpChecker({ checker: "outside", timeoutMs: 5_000, url, ...rest });
  const answer = (id: string, findings: unknown[]) => JSON.stringify({ protocolVersion: 1, id, findings });

  test.each<[string, typeof reply, object, string[]]>([
    ["has nothing to say", (response, { id }) => response.end(answer(id, [])), {}, []],
    [
      "finds something",
      (response, { id }) => response.end(answer(id, [{ severity: "warn", code: "x", note: "y" }])),
      {},
      ["outside warn x"],
    ],
    [
      "answers 500",
      (response, { id }) => response.writeHead(500).end(answer(id, [])),
      {},
      ["outside block checker_failed"],
    ],
    ["answers 204", (response) => response.writeHead(204).end(), {}, ["outside block checker_failed"]],
    [
      "leads elsewhere",
      (response) => response.writeHead(302, { location: url }).end(),
      {},
      ["outside block checker_failed"],
    ],
    ["answers garbage", (response) => response.end("{}"), {}, ["outside block checker_failed"]],
    ["cuts the line", (response) => response.socket?.destroy(), {}, ["outside block checker_failed"]],
    [
      "floods",
      (response) => {
        const go = () => {
          while (!response.destroyed && response.write("x".repeat(65_536)));
          if (!response.destroyed) response.once("drain", go);
        };
        go();
      },
      {},
      ["outside block checker_failed"],
    ],
    ["hangs", () => {}, { timeoutMs: 100 }, ["outside block checker_timeout"]],
    ["is not there", () => {}, { url: "http://127.0.0.1:1/" }, ["outside block checker_failed"]],
  ])("%s", async (_why, how, rest, want) => {
    reply = how;
    expect(await outcome(checker(rest))).toEqual(want);
  });

  test("is shown the token", async () => {
    reply = (response, { id }, headers) =>
      response.end(answer(id, [{ severity: "info", code: String(headers["authorization"]), note: "" }]));
    expect(await outcome(checker({ token: "t" + "1" }))).toEqual(["outside info Bearer t1"]);
  });
});

describe("the file that lists them", () => {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-checkers-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (text: string) => {
    const path = join(folder, "checkers.yaml");
    writeFileSync(path, text);
    return path;
  };

  test("YAML or JSON, programs and addresses; the built-in ones come first", () => {
    const path = file(
      "checkers:\n  - { id: virus-scan, command: [scan, --json], timeoutMs: 500 }\n  - { id: licences, url: 'http://127.0.0.1:9/' }\n",
    );
    expect(loadCheckers(path).map(({ id, timeoutMs, remote }) => ({ id, timeoutMs, remote }))).toEqual([
      { id: "virus-scan", timeoutMs: 500, remote: true },
      { id: "licences", timeoutMs: 1_000, remote: true },
    ]);
    expect(allCheckers(path).at(-1)?.id).toBe("licences");
    expect(loadCheckers(file('[{ "id": "aa", "command": ["x"] }]'))).toHaveLength(1);
  });

  test("another configuration is another version", () => {
    const [one] = loadCheckers(file("[{ id: aa, command: [x] }]"));
    const [two] = loadCheckers(file("[{ id: aa, command: [y] }]"));
    expect(one?.version).not.toBe(two?.version);
  });

  test.each([
    ["no list", "checkers: 5", "list"],
    ["broken text", "a: [", "HOLDPOINT_CHECKERS"],
    ["no command and no url", "[{ id: aa }]", "checker 1"],
    ["both", "[{ id: aa, command: [x], url: 'http://h/' }]", "checker 1"],
    ["an unknown field", "[{ id: aa, command: [x], failOpen: true }]", "checker 1"],
    ["a file address", "[{ id: aa, url: 'file:///etc/passwd' }]", "checker 1"],
    ["a deadline beyond the limit", "[{ id: aa, command: [x], timeoutMs: 999999 }]", "checker 1"],
    ["an id twice", "[{ id: aa, command: [x] }, { id: aa, command: [y] }]", "checker 2"],
    ["the id of a built-in one", "[{ id: egress, command: [x] }]", "taken"],
    ["a token file that is not there", "[{ id: aa, url: 'http://h/', tokenFile: /no/such }]", "/no/such"],
  ])("%s is refused", (_why, text, says) => {
    const path = file(text);
    expect(() => loadCheckers(path)).toThrow(Fault);
    expect(() => loadCheckers(path)).toThrow(says);
  });
  test("a token of several lines is refused by its file, without its value", () => {
    const token = join(folder, "token");
    writeFileSync(token, ["first", "second"].join("\n"));
    const path = file(`[{ id: aa, url: 'http://h/', tokenFile: '${token}' }]`);
    expect(() => loadCheckers(path)).toThrow(`\`${token}\`: expected a token`);
    expect(() => loadCheckers(path)).not.toThrow(/first|second/);
  });
  test("a file that is not there is refused", () => expect(() => loadCheckers("/no/such")).toThrow("/no/such"));
});

checkerContract(() => program('answer([{ severity: "warn", code: "x", note: q.action.tool, at: "/command" }])'), {
  runs: 5,
  stuck: () => program("setInterval(() => {}, 1000)"),
});

/** A server of the test's own, up before the first checker is made. */
const answering = createServer((request, response) => {
  if (request.url === "/never") return;
  let text = "";
  request.on("data", (piece) => {
    text += piece;
  });
  request.on("end", () => {
    const question = JSON.parse(text) as { id: string; action: { tool: string } };
    const findings = [{ severity: "warn", code: "x", note: question.action.tool, at: "/command" }];
    response.end(JSON.stringify({ protocolVersion: 1, id: question.id, findings }));
  });
});
await new Promise<void>((up) => answering.listen(0, "127.0.0.1", up));
afterAll(() => {
  answering.closeAllConnections();
  answering.close();
});
const answeringAt = `http://127.0.0.1:${(answering.address() as AddressInfo).port}/`;
const byHttp = (path: string) => httpChecker({ checker: "by-http", timeoutMs: 5_000, url: `${answeringAt}${path}` });
checkerContract(() => byHttp(""), { runs: 20, stuck: () => byHttp("never") });
