// words.ts — the hook's last words: written whole before the process ends, whatever the pipe's mood

import { writeSync } from "node:fs";

/** Writes all of it. A full pipe that does not block says EAGAIN; everything else is thrown. */
export function writeAll(fd: 1 | 2, text: string): void {
  const bytes = Buffer.from(text);
  let done = 0;
  while (done < bytes.length) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** Control characters of an error text could pretend to be something else in the terminal that shows it. */
export const oneLine = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are taken out
  text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").slice(0, 1_000);

/** Exit 2 with the reason on stderr and nothing on stdout: the one answer that every client takes for a no. */
export function block(reason: string): never {
  try {
    writeAll(2, `holdpoint: ${oneLine(reason)}\n`);
  } finally {
    // A stderr that nobody reads any more must not turn a no into a crash with another code.
    process.exit(2);
  }
}
