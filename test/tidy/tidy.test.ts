// tidy.test.ts — the house rules that a machine can see: import directions, lengths, names, a pure core, no stray hosts
// Each rule is a function from the tree to a list of offences, so that a planted offence can show that it bites.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";

interface Source {
  path: string;
  text: string;
}

const root = join(import.meta.dirname, "..", "..");
const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(root, path)));
const read = (path: string): Source => ({ path, text: readFileSync(join(root, path), "utf8") });
const typescript = tracked.filter((path) => path.endsWith(".ts")).map(read);
const everything = tracked.filter((path) => !/\.(png|svg|ico|lock)$/.test(path)).map(read);

const imports = (text: string): string[] =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*["']([^"']+)["']/g)].map((match) => match[1] ?? "");
const isTest = (path: string) =>
  path.endsWith(".test.ts") || path.includes("/test/") || path.startsWith("test/") || path.endsWith(".contract.ts");

/** Who may import whom; `cli` is the composition root of `holdpoint up` and may start the services. */
const ALLOWED: Record<string, readonly string[]> = {
  "shared/wire": [],
  "shared/core": ["wire"],
  "shared/runtime": ["wire"],
  "shared/client": ["wire"],
  "shared/queue": ["wire", "core", "runtime"],
  "shared/store": ["wire", "core", "runtime"],
  "shared/engine": ["wire", "core", "runtime", "queue", "store"],
  "shared/testkit": ["wire", "core", "runtime", "queue", "store", "engine"],
  "services/cli": [
    "wire",
    "core",
    "runtime",
    "queue",
    "store",
    "engine",
    "client",
    "gateway",
    "rules",
    "safety",
    "sandbox",
    "escalation",
    "courier",
  ],
};
const SERVICE_MAY = ["wire", "core", "runtime", "queue", "store", "engine", "client"];

function wrongImports(sources: Source[]): string[] {
  return sources
    .filter(({ path }) => !isTest(path) && /^(shared|services)\//.test(path))
    .flatMap(({ path, text }) => {
      const home = path.split("/").slice(0, 2).join("/");
      const own = home.split("/")[1];
      const may = ALLOWED[home] ?? SERVICE_MAY;
      return imports(text)
        .map((from) => /^@holdpoint\/([^/]+)\//.exec(from)?.[1])
        .filter((to) => to !== undefined && to !== own && !may.includes(to))
        .map((to) => `${path} imports ${to}`);
    });
}

function misplacedLibraries(sources: Source[]): string[] {
  const homes: Record<string, RegExp> = {
    bullmq: /^(shared\/queue|test\/bench)\//,
    pg: /^shared\/(store|queue|runtime|testkit)\//,
  };
  return sources
    .filter(({ path }) => !isTest(path))
    .flatMap(({ path, text }) =>
      imports(text)
        .filter((from) => homes[from] && !homes[from].test(path))
        .map((from) => `${path} imports ${from}`),
    );
}

const IMPURE =
  /node:(fs|net|http|https|process|child_process|timers|os|dns|worker_threads)|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bset(Timeout|Interval|Immediate)\b|\bprocess\.(env|hrtime|cwd)|\bperformance\.now\b|\bfetch\(/;
const impureCore = (sources: Source[]): string[] =>
  sources
    .filter(({ path }) => path.startsWith("shared/core/src/") && !isTest(path))
    .flatMap(({ path, text }) =>
      text
        .split("\n")
        .map((line, index) => ({ line, index }))
        .filter(({ line }) => !/^\s*(\/\/|\*|\/\*)/.test(line) && IMPURE.test(line))
        .map(({ index }) => `${path}:${index + 1}`),
    );

const tooLong = (sources: Source[]): string[] =>
  sources
    .filter(({ text }) => text.split("\n").length > 501)
    .map(({ path, text }) => `${path}: ${text.split("\n").length} lines`);
const withoutHeader = (sources: Source[]): string[] =>
  sources.filter(({ text }) => !/^(#!.*\n)?(\/\/|\/\*)/.test(text)).map(({ path }) => path);
const bannedNames = (sources: Source[]): string[] =>
  sources
    .map(({ path }) => path)
    .filter(
      (path) =>
        /^(index|utils?|helpers?|common|managers?|services?)\.ts$/.test(basename(path)) ||
        /\/(utils?|helpers?|common)\//.test(path),
    );
const classes = (sources: Source[]): string[] =>
  sources
    .filter(({ path }) => !isTest(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/^(?:export )?(?:abstract )?class (\w+)/gm)]
        .filter(
          (match) => match[1] !== "Fault" && !/extends (pg\.)?Pool\b/.test(text.slice(match.index, match.index + 120)),
        )
        .map((match) => `${path}: class ${match[1]}`),
    );
// Spelled in parts, so that this file does not offend against itself.
const HOSTS = new RegExp(
  ["registry\\.npm" + "js", "deb\\.deb" + "ian", "/work/(main|shar" + "ed)", "npm" + "mirror"].join("|"),
);
const strayHosts = (sources: Source[]): string[] =>
  sources.filter(({ text }) => HOSTS.test(text)).map(({ path }) => path);
const SKIPS = /\b(it|test|describe)\.(skip|only|todo)\b/;
const skipped = (sources: Source[]): string[] =>
  sources
    .filter(({ path, text }) => isTest(path) && !path.endsWith("tidy.test.ts") && SKIPS.test(text))
    .map(({ path }) => path);

describe("the tree keeps the house rules", () => {
  test.each([
    ["imports run one way and services never import each other", wrongImports, typescript],
    ["only queue knows bullmq, only the store's rooms know pg", misplacedLibraries, typescript],
    ["the core is pure: no I/O, clock, randomness or timers", impureCore, typescript],
    ["no file is longer than 500 lines", tooLong, typescript],
    ["every file says at its top what it is for", withoutHeader, typescript],
    ["no file is called index, utils, helpers, common, manager or service", bannedNames, typescript],
    ["the only class is Fault (and what a library makes us extend)", classes, typescript],
    ["no registry host and no path of one machine is named", strayHosts, everything],
    ["no test is skipped or focused", skipped, typescript],
  ])("%s", (_rule, offences, sources) => expect(offences(sources)).toEqual([]));
});

describe("each rule bites", () => {
  test.each([
    [
      "a service that imports another",
      wrongImports,
      { path: "services/rules/src/x.ts", text: 'import { a } from "@holdpoint/gateway/app.ts";' },
    ],
    [
      "a core that imports the store",
      wrongImports,
      { path: "shared/core/src/x.ts", text: 'import { a } from "@holdpoint/store/open.ts";' },
    ],
    [
      "bullmq outside the queue",
      misplacedLibraries,
      { path: "services/rules/src/x.ts", text: 'import { Queue } from "bullmq";' },
    ],
    ["a clock in the core", impureCore, { path: "shared/core/src/x.ts", text: "const now = Date.now();" }],
    ["a file of 600 lines", tooLong, { path: "shared/core/src/x.ts", text: "\n".repeat(600) }],
    ["a file without a header", withoutHeader, { path: "shared/core/src/x.ts", text: "export {};" }],
    ["a file called utils", bannedNames, { path: "shared/core/src/utils.ts", text: "" }],
    ["a class", classes, { path: "shared/core/src/x.ts", text: "export class Engine {}" }],
    ["a registry host", strayHosts, { path: "x.md", text: "https://registry.npm" + "js.org" }],
    ["a skipped test", skipped, { path: "shared/core/src/x.test.ts", text: "test." + 'skip("x")' }],
  ])("%s", (_what, offences, planted) => expect(offences([planted])).toHaveLength(1));
});
