// prompt.ts — questions in a terminal; without one there is no answer, and the caller decides what that means

import { createInterface, type Interface } from "node:readline/promises";
import { Writable } from "node:stream";

/** A terminal that is being read hands Ctrl-C over as a key: it stays what it is everywhere else. */
const passOnInterrupt = (lines: Interface): void => {
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
};

const isTerminal = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** Questions go to stderr: stdout is for results. Undefined without a terminal, or when the input ends. */
export async function ask(question: string, signal?: AbortSignal): Promise<string | undefined> {
  if (!isTerminal()) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  passOnInterrupt(lines);
  const ended = new Promise<undefined>((resolve) => lines.once("close", () => resolve(undefined)));
  try {
    return await Promise.race([lines.question(question, signal ? { signal } : {}), ended]);
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") return undefined;
    throw error;
  } finally {
    lines.close();
  }
}

/** What is typed is not shown. */
export async function askHidden(question: string): Promise<string | undefined> {
  if (!isTerminal()) return undefined;
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  passOnInterrupt(lines);
  const ended = new Promise<undefined>((resolve) => lines.once("close", () => resolve(undefined)));
  try {
    return (await Promise.race([lines.question(""), ended]))?.trim();
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}

export const saysYes = (answer: string | undefined): boolean => /^y(es)?$/i.test(answer?.trim() ?? "");
