// package-provenance.ts — where an install takes its code from, as far as the words of the command tell

import type { Finding } from "@holdpoint/wire/decision.ts";
import type { Atom } from "@holdpoint/wire/facts.ts";
import type { Checker } from "./checker.ts";
import { findingsOf, strictestFirst } from "./finding.ts";
import { type Ecosystem, slipOf } from "./package-names.ts";

const id = "package-provenance";
const finding = findingsOf(id);

/** Program → its ecosystem and the words that install. */
const INSTALLERS: Readonly<Record<string, readonly [Ecosystem, readonly string[]]>> = {
  npm: ["js", ["install", "i", "in", "add", "exec", "x"]],
  npx: ["js", []],
  pnpm: ["js", ["install", "i", "add", "dlx"]],
  pnpx: ["js", []],
  yarn: ["js", ["add", "dlx"]],
  bun: ["js", ["install", "i", "add", "x"]],
  bunx: ["js", []],
  pip: ["python", ["install", "download"]],
  pip3: ["python", ["install", "download"]],
  pipx: ["python", ["install", "run"]],
  uv: ["python", ["add", "install"]],
  uvx: ["python", []],
  poetry: ["python", ["add"]],
  cargo: ["rust", ["add", "install"]],
};

/** Options whose value is another source of packages. */
const SOURCE_OPTIONS = [
  "--registry",
  "--index-url",
  "-i",
  "--index",
  "--extra-index-url",
  "--find-links",
  "-f",
  "--git",
];
const UNSAFE_OPTIONS = ["--trusted-host", "--no-verify", "--strict-ssl=false", "--no-check-certificate"];
/** Options that take a value which is no package. */
const VALUE_OPTIONS = [
  "-r",
  "--requirement",
  "-c",
  "--constraint",
  "-t",
  "--target",
  "--prefix",
  "-C",
  "--dir",
  "--cwd",
  "-w",
  "--workspace",
  "--python",
  "--tag",
  "--branch",
  "--rev",
  "--features",
];

const GIT_SOURCE =
  /^(?:(?:\w[\w.-]*\s*@\s*)?git\+|git:|git@|github:|gitlab:|bitbucket:)|\.git(?:#|$)|^[\w.-]+\/[\w.-]+(?:#.*)?$/;
const COMMIT = /[#@](?:commit:)?[0-9a-f]{7,64}(?:$|[#&])/i;

interface Install {
  ecosystem: Ecosystem;
  packages: string[];
  sources: string[];
  unsafe: string[];
}

function readInstall(atom: Atom): Install | undefined {
  const known =
    atom.program === undefined || !Object.hasOwn(INSTALLERS, atom.program) ? undefined : INSTALLERS[atom.program];
  if (known === undefined) return undefined;
  const [ecosystem, verbs] = known;
  const words = atom.words.map((word) => word ?? "");
  const verb = verbs.length === 0 ? -1 : words.findIndex((word) => verbs.includes(word));
  if (verbs.length > 0 && verb < 0) return undefined;
  const install: Install = { ecosystem, packages: [], sources: [], unsafe: [] };
  const rest = words.filter((_, index) => index !== verb);
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] ?? "";
    const [name, value] =
      word.startsWith("--") && word.includes("=")
        ? [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]
        : [word, undefined];
    if (UNSAFE_OPTIONS.includes(word) || UNSAFE_OPTIONS.includes(name)) install.unsafe.push(name);
    if (SOURCE_OPTIONS.includes(name)) install.sources.push(value ?? rest[++index] ?? "");
    else if (VALUE_OPTIONS.includes(name) && value === undefined) index += 1;
    else if (!word.startsWith("-") && word !== "") {
      install.packages.push(word);
      // What follows the program of `npx x` or `npm exec x` are that program's own words.
      if (verbs.length === 0 || ["exec", "x", "dlx", "run"].includes(words[verb] ?? "")) break;
    }
  }
  return install;
}

const bareName = (spec: string): string => spec.replace(/^(@[^/]+\/[^@]+|[^@=<>~![ ;]+).*$/, "$1");

function ofPackage(spec: string, ecosystem: Ecosystem): [Finding["severity"], string, string][] {
  const found: [Finding["severity"], string, string][] = [];
  const url = /^(?:[\w.-]+\s*@\s*)?(?:git\+)?(https?|ftp|ssh|git):/i.exec(spec);
  const isGit =
    GIT_SOURCE.test(spec) &&
    !spec.startsWith(".") &&
    !spec.startsWith("/") &&
    !(ecosystem !== "js" && !/git/.test(spec));
  if (url && /^(?:http|ftp)$/i.test(url[1] ?? ""))
    found.push(["warn", "package_without_tls", `\`${spec}\` comes over a connection that anyone can change`]);
  if (isGit && !spec.startsWith("@")) {
    if (!COMMIT.test(spec))
      found.push(["warn", "package_git_unpinned", `\`${spec}\` is whatever that repository holds at the time`]);
  } else if (url) found.push(["warn", "package_from_url", `\`${spec}\` comes from an address and not from a registry`]);
  else {
    const meant = spec.startsWith("@") ? undefined : slipOf(bareName(spec), ecosystem);
    if (meant !== undefined)
      found.push(["warn", "package_name_slip", `\`${bareName(spec)}\` is one slip away from \`${meant}\``]);
  }
  return found;
}

function ofAtom(atom: Atom): Finding[] {
  const install = readInstall(atom);
  if (install === undefined) return [];
  const found = [
    ...install.packages.flatMap((spec) => ofPackage(spec, install.ecosystem)),
    ...install.sources.map((source): [Finding["severity"], string, string] => [
      "warn",
      "package_other_source",
      `packages come from \`${source}\``,
    ]),
    ...install.unsafe.map((option): [Finding["severity"], string, string] => [
      "warn",
      "package_unverified",
      `\`${option}\` switches a check off`,
    ]),
  ];
  return found.map(([severity, code, note]) => finding(severity, code, note, atom.at));
}

export const packageProvenance: Checker = {
  id,
  timeoutMs: 200,
  check: (_action, facts) => strictestFirst(facts.atoms.flatMap(ofAtom)),
};
