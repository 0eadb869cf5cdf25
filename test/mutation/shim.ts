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

export function test(name: string, run: () => unknown): void {
  kept.push({ name: [...above, name].join(" > "), run });
}
test.each =
  (rows: readonly unknown[]) =>
  (name: string, run: (...row: unknown[]) => unknown): void => {
    for (const [index, row] of rows.entries()) {
      const values = Array.isArray(row) ? row : [row];
      test(`${name.replace("%s", String(values[0]))} [${index}]`, () => run(...values));
    }
  };
