// searching.test.ts — a search that is told the names of its files looks into files of that name, wherever they lie

import { expect, test } from "vitest";
import { sampleAction } from "../../sample.ts";
import { deriveFacts } from "../derive.ts";

const reads = (command: string): string[] =>
  deriveFacts(sampleAction({ args: { command }, cwd: "/w", home: "/home/dev" })).atoms.flatMap(({ paths }) =>
    paths.filter(({ access }) => access === "read").map(({ path }) => path),
  );

test.each<[command: string, paths: string[]]>([
  ["grep -r KEY . --include=.env", ["/w", "/w/**/.env"]],
  ["grep KEY a --include=.env", ["/w/a"]],
  ["rg KEY -g .env", ["/w", "/w/**/.env"]],
  ["rg KEY src ~/x --glob='**/.env*'", ["/w/src", "/home/dev/x", "/w/src/**/.env*", "/home/dev/x/**/.env*"]],
  ["rg KEY src --iglob './a/.ENV'", ["/w/src", "/w/src/**/a/.ENV"]],
  ["rg KEY src -g '!.env'", ["/w/src"]],
  ["rg KEY src -g '*'", ["/w/src"]],
  ["rg KEY / -g '*.{pem,key}'", ["/", "/**/*.pem", "/**/*.key"]],
  ["ag -G '\\.env$' KEY", ["/w", "/w/**/*.env*"]],
  ["ag -G '.*' KEY", ["/w"]],
])("%s", (command, paths) => expect(reads(command)).toEqual(paths));
