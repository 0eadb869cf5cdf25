// command.ts — a checker that is a program: one question on stdin, one answer on stdout, a new process each time

import { type ChildProcess, spawn } from "node:child_process";
import type { Checker } from "@holdpoint/core/safety/checker.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { type Asked, question, readAnswer } from "./protocol.ts";

export interface CommandChecker extends Asked {
  /** program and its words; no shell reads them */
  command: readonly [string, ...string[]];
  cwd?: string;
  /** beside PATH, HOME and LANG; nothing else of our environment reaches it */
  env?: Readonly<Record<string, string>>;
  version?: string;
}

const environment = (extra: Readonly<Record<string, string>> = {}): Record<string, string> => {
  const kept = ["PATH", "HOME", "LANG"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...extra };
};

/** Ends the whole process group: a checker that started others must not leave them behind. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Runs the program to its end; resolves with what it wrote. Rejects when it fails, writes too much, or is told to stop. */
function run(options: CommandChecker, input: string, signal: AbortSignal): Promise<string> {
  const fail = (why: string) => new Fault("internal", `checker \`${options.checker}\` ${why}`);
  return new Promise((resolve, reject) => {
    const [program, ...words] = options.command;
    const child = spawn(program, words, {
      cwd: options.cwd ?? "/",
      env: environment(options.env),
      stdio: ["pipe", "pipe", "ignore"],
      detached: true,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    const stop = (error: Error) => {
      endGroup(child);
      reject(error);
    };
    const onAbort = () => stop(fail("was stopped"));
    signal.addEventListener("abort", onAbort, { once: true });
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limits.checkerAnswerBytesMax) stop(fail("answers with too much"));
      else chunks.push(chunk);
    });
    // A program that reads nothing closes the pipe early; what it answers is judged all the same.
    child.stdin.on("error", () => undefined);
    child.on("error", (error) =>
      reject(new Fault("internal", `checker \`${options.checker}\` cannot be started`, {}, { cause: error })),
    );
    child.on("close", (code) => {
      signal.removeEventListener("abort", onAbort);
      endGroup(child);
      if (code === 0) resolve(Buffer.concat(chunks).toString("utf8"));
      else reject(fail(`ended with ${code ?? "a signal"}`));
    });
    if (signal.aborted) onAbort();
    child.stdin.end(input);
  });
}

export const commandChecker = (options: CommandChecker): Checker => ({
  id: options.checker,
  timeoutMs: options.timeoutMs,
  remote: true,
  ...(options.version !== undefined && { version: options.version }),
  async check(action, facts, signal): Promise<Finding[]> {
    const asked = question(options, action, facts);
    return readAnswer(await run(options, `${JSON.stringify(asked)}\n`, signal), options, asked.id);
  },
});
