// shim.ts — stands in for vitest's `describe` and `test` while mutants are tried: it keeps the tests, to run them again and again

export { expect } from "vitest";

export interface Kept {
  name: string;
  run(): unknown;
}
export const kept: Kept[] = [];

const above: string[] = [];
export function describe(name: string, define: () => void): void {
  above.push(name);
  define();
  above.pop();
}

/** The rows of a table: a row that is no list is the one value of its own. */
const rowsOf = (rows: readonly unknown[]): unknown[][] => rows.map((row) => (Array.isArray(row) ? row : [row]));

describe.each =
  (rows: readonly unknown[]) =>
  (name: string, define: (...row: unknown[]) => void): void => {
    for (const [index, row] of rowsOf(rows).entries()) describe(`${name} [${index}]`, () => define(...row));
  };

export function test(name: string, run: () => unknown): void {
  kept.push({ name: [...above, name].join(" > "), run });
}
test.each =
  (rows: readonly unknown[]) =>
  (name: string, run: (...row: unknown[]) => unknown): void => {
    for (const [index, row] of rowsOf(rows).entries()) test(`${name} [${index}]`, () => run(...row));
  };
