// api.ts — the gateway as a person's commands call it: where it is, with which key, and its errors as sentences

import { readFileSync } from "node:fs";
import { dataFolder, readIfThere, settingsPath } from "./folder.ts";
import { askHidden } from "./prompt.ts";

export interface AccessOptions {
  url?: string;
  keyFile?: string;
  data?: string;
}

/** An answer's body, read field by field where it is shown: newer gateways may send more. */
// biome-ignore lint/suspicious/noExplicitAny: shown to people only, nothing is decided by it here
export type Body = any;

export interface Api {
  url: string;
  get(path: string): Promise<Body>;
  send(method: "POST" | "PUT" | "DELETE", path: string, body: unknown): Promise<Body>;
  /** a response that goes on, for event streams */
  open(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response>;
}

/** `--url`, else HOLDPOINT_URL, else where the last `up` on this machine was. */
export function urlOf(options: AccessOptions, env: NodeJS.ProcessEnv = process.env): string {
  const given = options.url ?? (env["HOLDPOINT_URL"] || undefined);
  if (given !== undefined) return given.replace(/\/+$/, "");
  const text = readIfThere(settingsPath(dataFolder(options.data, env)));
  const url: unknown = text === undefined ? undefined : JSON.parse(text).url;
  if (typeof url !== "string") throw new Error("no gateway is known: start `holdpoint up`, or set HOLDPOINT_URL");
  return url;
}

/** A key never stands on the command line, where every process on the machine could read it. */
async function keyOf(options: AccessOptions): Promise<string> {
  if (options.keyFile !== undefined) return readFileSync(options.keyFile, "utf8").trim();
  const fromEnvironment = process.env["HOLDPOINT_KEY"];
  if (fromEnvironment) return fromEnvironment;
  const typed = await askHidden("your key (as `holdpoint up` showed it): ");
  if (typed === undefined || typed === "") throw new Error("a key is needed: set HOLDPOINT_KEY, or use --key-file");
  return typed;
}

async function refuse(response: Response): Promise<never> {
  const text = await response.text();
  let said = text.slice(0, 300);
  try {
    const { code, detail } = JSON.parse(text) as { code?: string; detail?: string };
    said = [code, detail].filter(Boolean).join(": ");
  } catch {
    said ||= "no explanation"; // not a problem body: its text is all there is
  }
  throw new Error(`the gateway answered ${response.status} ${said}`);
}

export async function openApi(options: AccessOptions): Promise<Api> {
  const url = urlOf(options);
  const key = await keyOf(options);
  const call = async (method: string, path: string, more: RequestInit = {}): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(url + path, {
        ...more,
        method,
        redirect: "error",
        headers: { authorization: `Bearer ${key}`, ...(more.headers as Record<string, string> | undefined) },
      });
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      const why = cause instanceof Error && "code" in cause ? String(cause.code) : String(error);
      throw new Error(`the gateway at ${url} cannot be reached (${why})`);
    }
    return response.ok ? response : refuse(response);
  };
  const read = async (response: Response): Promise<Body> => {
    const text = await response.text();
    return /\bjson\b/.test(response.headers.get("content-type") ?? "") ? JSON.parse(text) : text;
  };
  return {
    url,
    get: async (path) => read(await call("GET", path)),
    send: async (method, path, body) =>
      read(await call(method, path, { body: JSON.stringify(body), headers: { "content-type": "application/json" } })),
    open: (path, headers, signal) => call("GET", path, { headers, signal }),
  };
}
