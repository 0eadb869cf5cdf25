// circles.test.ts — no file of a room imports itself by way of others: what a file needs can be read before it

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");

const ownFiles = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "shared", "services"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && existsSync(join(root, path)))
  .map((path): [string, string] => [path, readFileSync(join(root, path), "utf8")]);

/** Each file that reaches itself, with the way it takes. */
function circles(files: readonly [path: string, text: string][]): string[] {
  const known = new Map(
    files.map(([path, text]) => [
      path,
      [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, to]) => normalize(join(dirname(path), to!))),
    ]),
  );
  const way = (from: string, to: string, seen: Set<string>): string[] | undefined => {
    for (const next of known.get(from) ?? []) {
      if (next === to) return [from, to];
      if (seen.has(next)) continue;
      seen.add(next);
      const rest = way(next, to, seen);
      if (rest) return [from, ...rest];
    }
    return undefined;
  };
  return [...known.keys()].flatMap((path) => way(path, path, new Set())?.join(" → ") ?? []);
}

test("no file reaches itself through its imports", () => {
  expect(circles(ownFiles)).toEqual([]);
});

test("a planted circle is found, also one that closes later", () => {
  const planted: [string, string][] = [
    ["services/x/src/a.ts", 'import { b } from "./b.ts";'],
    ["services/x/src/b.ts", 'import type { C } from "./c.ts";'],
    ["services/x/src/c.ts", 'const a = await import("./a.ts");'],
  ];
  expect(circles(planted)).toHaveLength(3);
});
