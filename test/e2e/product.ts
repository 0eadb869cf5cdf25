// product.ts — starts the real product as a user does (`holdpoint up --json`) and talks to it over HTTP

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
export const node = join(root, "node_modules", "node", "bin", "node");
export const cli = join(root, "services", "cli", "src", "main.ts");

export interface Ready {
  url: string;
  metricsUrl: string;
  databaseUrl: string;
  queueUrl: string;
  agentKey: string;
  approverKey: string;
  adminKey: string;
  auditorKey: string;
  pid: number;
}
export interface Product extends Ready {
  child: ChildProcess;
  data: string;
  stdout: () => string;
  log: () => string;
  stop(): Promise<number | null>;
}

/** Starts `up` on a free port in a folder of its own. Rejects with its log when it ends before it is ready. */
export async function startProduct(
  options: { args?: string[]; env?: Record<string, string>; data?: string } = {},
): Promise<Product> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), "holdpoint-e2e-"));
  const child = spawn(
    node,
    [
      "--disable-warning=ExperimentalWarning",
      cli,
      "up",
      "--json",
      "--port",
      "0",
      "--data",
      data,
      ...(options.args ?? []),
    ],
    {
      cwd: data,
      env: { ...process.env, HOLDPOINT_LOG_LEVEL: "info", ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let stdout = "";
  let log = "";
  child.stderr?.on("data", (chunk) => {
    log += chunk;
  });
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.stdout?.on("data", (chunk) => {
      stdout += chunk;
      if (stdout.includes("\n")) {
        try {
          resolve(JSON.parse(stdout.split("\n")[0] ?? "") as Ready);
        } catch (error) {
          reject(error);
        }
      }
    });
    child.on("exit", (code) => reject(new Error(`up ended with ${code} before it was ready\n${log.slice(-4000)}`)));
  });
  const stop = () =>
    new Promise<number | null>((resolve) => {
      const done = (code: number | null) => {
        if (!options.data) rmSync(data, { recursive: true, force: true });
        resolve(code);
      };
      if (child.exitCode !== null) return done(child.exitCode);
      child.once("exit", done);
      child.kill("SIGTERM");
    });
  return { ...ready, child, data, stdout: () => stdout, log: () => log, stop };
}

// biome-ignore lint/suspicious/noExplicitAny: an answer is read as a foreign client reads it, field by field
export type Body = any;
export interface Answer {
  status: number;
  headers: Headers;
  body: Body;
}

/** One request as a foreign program makes it. A string body is sent as it is. */
export async function call(
  product: { url: string },
  method: string,
  path: string,
  options: { key?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(product.url + path, {
    method,
    headers: {
      ...(options.key ? { authorization: `Bearer ${options.key}` } : {}),
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(options.body === undefined
      ? {}
      : { body: typeof options.body === "string" ? options.body : JSON.stringify(options.body) }),
  });
  const text = await response.text();
  let body: Body = text;
  try {
    body = JSON.parse(text);
  } catch {
    body = text; // not JSON: a text answer (health, metrics), left as it is
  }
  return { status: response.status, headers: response.headers, body };
}

let sessions = 0;
/** A proposal that fits the schema; every call is a session of its own unless one is given. */
export const proposal = (command: string, more: Record<string, unknown> = {}) => ({
  tool: "Bash",
  args: { command },
  cwd: "/home/dev/api",
  home: "/home/dev",
  principal: { agent: "claude-code" },
  session: { id: `s-${process.pid}-${++sessions}` },
  ...more,
});
