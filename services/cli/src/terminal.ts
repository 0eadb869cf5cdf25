// terminal.ts — text for people in a terminal: colours where they are wanted, columns that fit, nothing that lies

import { stripVTControlCharacters } from "node:util";

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

const plain: Paint = {
  bold: (text) => text,
  dim: (text) => text,
  red: (text) => text,
  green: (text) => text,
  yellow: (text) => text,
  cyan: (text) => text,
};
const style = (on: number, off: number) => (text: string) => `\u001b[${on}m${text}\u001b[${off}m`;
const coloured: Paint = {
  bold: style(1, 22),
  dim: style(2, 22),
  red: style(31, 39),
  green: style(32, 39),
  yellow: style(33, 39),
  cyan: style(36, 39),
};

/** no-color.org: any value but an empty one means none; without a terminal there are none either. */
export function paintFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): Paint {
  if (env["NO_COLOR"] || env["TERM"] === "dumb") return plain;
  return stream.isTTY || env["FORCE_COLOR"] ? coloured : plain;
}

/** An effect is said in words and only then in colour. */
export function effectWord(effect: string, paint: Paint): string {
  const colour = { allow: paint.green, ask: paint.yellow, deny: paint.red }[effect] ?? paint.bold;
  return colour(effect);
}

/** Text of an agent or a file, on one line, with every control character spelled out. */
export const harmless = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these could rewrite the terminal
  text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (char) =>
    char === "\n" || char === "\t" ? " " : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );

const width = (text: string): number => [...stripVTControlCharacters(text)].length;
export const cut = (text: string, columns: number): string => {
  const chars = [...text];
  return chars.length <= columns ? text : `${chars.slice(0, Math.max(1, columns - 1)).join("")}…`;
};
export const padEnd = (text: string, columns: number): string => text + " ".repeat(Math.max(0, columns - width(text)));

/** Columns as wide as their widest cell; cells may be painted. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string {
  const widths = head.map((title, column) => Math.max(width(title), ...rows.map((row) => width(row[column] ?? ""))));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => padEnd(cell, widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [paint.dim(line(head)), paint.dim(widths.map((each) => "─".repeat(each)).join("  ")), ...rows.map(line)].join(
    "\n",
  );
}
