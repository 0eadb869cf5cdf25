// batch.ts — many rows, one answer line each, in order; a row that cannot be read says so and the next one is judged

import { createReadStream } from "node:fs";
import { decide } from "@holdpoint/core/decide.ts";
import type { PolicySet } from "@holdpoint/core/rules/compile.ts";
import type { Checker } from "@holdpoint/core/safety/checker.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { actionOf, parseRow, type Row } from "./row.ts";

const NEWLINE = 0x0a;

/** A physical line, from 1; `bytes` is undefined for one that is longer than any request may be. */
export interface Line {
  number: number;
  bytes: Buffer | undefined;
}

/** Splits on line feeds only: JSON texts may hold every other line separator. */
export async function* lines(chunks: AsyncIterable<Buffer | string>): AsyncGenerator<Line> {
  let held: Buffer[] = [];
  let size = 0;
  let number = 0;
  const take = (): Line => {
    const bytes = size <= limits.bodyBytesMax ? Buffer.concat(held) : undefined;
    held = [];
    size = 0;
    return { number: ++number, bytes };
  };
  const hold = (part: Buffer) => {
    size += part.length;
    if (size <= limits.bodyBytesMax) held.push(part);
    else held = [];
  };
  for await (const chunk of chunks) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      hold(bytes.subarray(start, end));
      start = end + 1;
      yield take();
    }
    hold(bytes.subarray(start));
  }
  if (size > 0) yield take();
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
/** A line as text, or why it is none. */
export function textOf(line: Line): string | { code: string; detail: string } {
  if (line.bytes === undefined)
    return { code: "too_large", detail: `expected a row of at most ${limits.bodyBytesMax} bytes` };
  try {
    return utf8.decode(line.bytes);
  } catch {
    return { code: "bad_json", detail: "expected UTF-8 text" }; // the decoder's only error
  }
}

interface RowError {
  code: string;
  detail: string;
  at?: string;
}
const unreadable = (line: number, error: RowError, id?: Json): string =>
  JSON.stringify({ ...(id === undefined ? {} : { id }), line, error });

type Place = { cwd: string; home: string };

function judge(set: PolicySet, row: Row, line: number, place?: Place, checkers?: readonly Checker[]): string {
  const action = actionOf(row, place);
  const startMs = performance.now();
  const { verdict } = decide(set, action, checkers);
  const micros = Math.round((performance.now() - startMs) * 10_000) / 10;
  const { effect, outcome, rules, reason, risk } = verdict;
  return JSON.stringify({ id: row["id"] ?? line, effect, outcome, rules, reason, risk, micros });
}

/** The answer to one line, or undefined for an empty one. */
export function answerLine(
  set: PolicySet,
  line: Line,
  place?: Place,
  checkers?: readonly Checker[],
): string | undefined {
  const text = textOf(line);
  if (typeof text !== "string") return unreadable(line.number, text);
  if (text.trim() === "") return undefined;
  let row: Row | undefined;
  try {
    row = parseRow(text);
    return judge(set, row, line.number, place, checkers);
  } catch (error) {
    // A fault names what is wrong with the row. Anything else is a bug of ours, and no row of it may look decided.
    if (!isFault(error)) process.stderr.write(`holdpoint: line ${line.number}: ${error}\n`);
    const said: RowError = isFault(error)
      ? { code: error.code, detail: error.message, ...(error.place.at === undefined ? {} : { at: error.place.at }) }
      : { code: "internal", detail: "this row could not be judged" };
    return unreadable(line.number, said, row?.["id"]);
  }
}

/** @param path a file, or `-` for stdin */
export async function* batch(
  set: PolicySet,
  path: string,
  place?: Place,
  checkers?: readonly Checker[],
): AsyncGenerator<string> {
  const from = path === "-" ? process.stdin : createReadStream(path);
  for await (const line of lines(from)) {
    const answer = answerLine(set, line, place, checkers);
    if (answer !== undefined) yield `${answer}\n`;
  }
}
