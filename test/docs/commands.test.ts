// commands.test.ts — whatever a page tells people to type is there: commands of `holdpoint` with their options, scripts of npm,
// calls of the API

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { program } from "@holdpoint/cli/program.ts";
import { routes } from "@holdpoint/gateway/app.ts";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const text = (path: string): string => readFileSync(join(root, path), "utf8");
const pages = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "")
  .map((path) => ({ path, text: text(path) }));
const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };

/** What stands on a page to be typed: the lines of its blocks, without their comments, and what is set in code. */
const typed = (page: string): string[] => [
  ...[...page.matchAll(/^```(?!json)\w*\n(.*?)^```/gms)].flatMap(([, block = ""]) =>
    block.split("\n").map((line) => line.replace(/\s#\s.*/, "")),
  ),
  ...[...page.replaceAll(/^```.*?^```/gms, "").matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code),
];
const HOLDPOINT = /(?:^|[\s(])holdpoint(?: --)? (?=[a-z])/;
const NPM_RUN = /(?:^|[\s(])npm run (?:-s )?(?=[a-z])/;
const wordsAfter = (line: string, start: RegExp): string[] =>
  (line.split(start)[1] ?? "").split(/\s+/).map((word) => word.replace(/[,;:)"]+$/, ""));
const optionsIn = (words: readonly string[]): string[] =>
  words.flatMap((word) => /^\[?(--[a-z][a-z-]+)/.exec(word)?.[1] ?? []);

/** What of `holdpoint …` is not there. */
function unknownCommand(line: string): string[] {
  const words = wordsAfter(line, HOLDPOINT);
  let command = program;
  for (const word of words) {
    if (command.commands.length === 0 || !/^[a-z][a-z-]*$/.test(word)) break;
    const below = command.commands.find((one) => one.name() === word);
    if (!below) return [`\`${line}\`: \`${command.name()}\` has no \`${word}\``];
    command = below;
  }
  return optionsIn(words)
    .filter((option) => option !== "--help" && !command.options.some(({ long }) => long === option))
    .map((option) => `\`${line}\`: \`${command.name()}\` has no \`${option}\``);
}

/** The sources of a script's program: an option has to stand in one of them. */
function sourcesOf(script: string): string {
  const [, , name = ""] = scripts[script]?.split(" ") ?? [];
  const file = new RegExp(`^  ${name}: \\["([^"]+)"\\]`, "m").exec(text("scripts/up.mjs"))?.[1];
  if (file === undefined) return "";
  const folder = dirname(file);
  return readdirSync(join(root, folder))
    .filter((one) => /\.(ts|mjs)$/.test(one))
    .map((one) => text(join(folder, one)))
    .join("\n");
}

/** What of `npm run …` is not there. */
function unknownScript(line: string): string[] {
  const [script = "", ...words] = wordsAfter(line, NPM_RUN);
  if (script === "" || script === "holdpoint") return [];
  if (!Object.hasOwn(scripts, script)) return [`\`${line}\`: there is no script \`${script}\``];
  const sources = sourcesOf(script);
  return optionsIn(words)
    .filter((option) => !sources.includes(`"${option}"`) && !new RegExp(`\\b${option.slice(2)}: \\{`).test(sources))
    .map((option) => `\`${line}\`: \`npm run ${script}\` has no \`${option}\``);
}

/** `/v1/actions/{id}` and `/v1/actions/:id` are one. */
const shape = (path: string): string => path.replaceAll(/\{\w+\}|:\w+/g, "{}");
const calls = new Set(routes.flatMap(({ method, path }) => [shape(path), `${method} ${shape(path)}`]));

/** What of `POST /v1/…` is not there. */
const unknownCall = (line: string): string[] =>
  [...line.matchAll(/(?:\b(?:GET|POST|PUT|DELETE|PATCH) \/|(?<![\w/…])\/v1\/)[\w/{}:-]*/g)]
    .map(([call]) => call)
    .filter((call) => !calls.has(shape(call)))
    .map((call) => `\`${line}\`: there is no ${call}`);

const offences = (check: (line: string) => string[]): string[] =>
  pages.flatMap(({ path, text: page }) =>
    typed(page)
      .flatMap(check)
      .map((what) => `${path}: ${what}`),
  );

describe("what a page tells people to type is there", () => {
  test("and is found on the pages", () => {
    const lines = pages.flatMap(({ text: page }) => typed(page));
    expect(lines.filter((line) => wordsAfter(line, HOLDPOINT)[0]).length).toBeGreaterThan(40);
    expect(lines.filter((line) => wordsAfter(line, NPM_RUN)[0]).length).toBeGreaterThan(15);
  });
  test("each command of `holdpoint`, with its options", () => expect(offences(unknownCommand)).toEqual([]));
  test("each call of the API", () => expect(offences(unknownCall)).toEqual([]));
  test("each script of npm, with its options", () => expect(offences(unknownScript)).toEqual([]));
});

test.each<[line: string, check: (line: string) => string[]]>([
  ["holdpoint frobnicate", unknownCommand],
  ["npm run -s holdpoint -- policy publsh x", unknownCommand],
  ["holdpoint policy lint --watch", unknownCommand],
  ["POST /v1/actions/{id}/claims", unknownCall],
  ["see /v1/frobnications", unknownCall],
  ["npm run frobnicate", unknownScript],
  ["npm run bench -- all --nothing 2", unknownScript],
])("`%s` would be found", (line, check) => expect(check(line)).toHaveLength(1));
