// http.ts — a checker behind HTTP: one POST, one answer; no redirects, a bounded body, our deadline

import type { Checker } from "@holdpoint/core/safety/checker.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { type Asked, question, readAnswer } from "./protocol.ts";

export interface HttpChecker extends Asked {
  /** chosen by the operator, so it may be loopback or private: a sidecar is the usual place for a checker */
  url: string;
  /** sent as `Authorization: Bearer …` */
  token?: string;
  version?: string;
}

async function readBody(response: Response, checker: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > limits.checkerAnswerBytesMax)
      throw new Fault("internal", `checker \`${checker}\` answers with too much`);
    chunks.push(chunk);
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
}

export const httpChecker = (options: HttpChecker): Checker => ({
  id: options.checker,
  timeoutMs: options.timeoutMs,
  remote: true,
  ...(options.version !== undefined && { version: options.version }),
  async check(action, facts, signal): Promise<Finding[]> {
    const asked = question(options, action, facts);
    const response = await fetch(options.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
      },
      body: JSON.stringify(asked),
      redirect: "error",
      signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Fault("internal", `checker \`${options.checker}\` answered with status ${response.status}`);
    }
    return readAnswer(await readBody(response, options.checker), options, asked.id);
  },
});
