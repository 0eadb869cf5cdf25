// policy-files.ts — policy sources from what a person named: a file, a folder, a pack, or a file with its dialect (`dialect=path`)

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { detectDialect, POLICY_EXTENSIONS } from "@holdpoint/core/rules/detect.ts";
import { policyFileOf, withPolicyFile } from "@holdpoint/core/rules/dialects/enforcer-text.ts";
import { DIALECTS } from "@holdpoint/core/rules/dialects/registry.ts";
import { PACK_NAMES, pack } from "@holdpoint/core/rules/packs.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { nearestWord } from "@holdpoint/wire/nearest-word.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";

const EXTENSIONS: readonly string[] = POLICY_EXTENSIONS;
/** In a folder only what can be nothing but a policy: other clients' files lie elsewhere and are named one by one. */
const FOLDER_EXTENSIONS: readonly string[] = [".yaml", ".yml", ".json", ".toml", ".rules"];

const refuse = (path: string, expected: string): never => {
  throw new Fault("policy_invalid", `\`${path}\`: ${expected}`, {
    file: path,
    line: 1,
    column: 1,
    errors: [{ file: path, line: 1, column: 1, message: expected }],
  });
};

function readText(path: string): string {
  const bytes = readFileSync(path);
  if (bytes.length > limits.policyFileBytesMax) {
    refuse(path, `expected at most ${limits.policyFileBytesMax} bytes, found ${bytes.length}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // The decoder's only error: not UTF-8. Its message names no place.
    return refuse(path, "expected UTF-8 text");
  }
}

const extensionOf = (path: string): string => extname(path).toLowerCase();

/** `given`: the dialect that somebody named; else it is told by the file, where the file leaves no doubt. */
function readSource(path: string, given?: string): PolicySource {
  const text = readText(path);
  if (text.trim() === "") refuse(path, "expected a policy document, found an empty file");
  const dialect = given ?? dialectOf(path, text);
  return { name: path, dialect, text: dialect === "toml-enforcer" ? completed(path, text) : text };
}

function dialectOf(path: string, text: string): string {
  const detected = detectDialect(extensionOf(path), text);
  if ("dialect" in detected) return detected.dialect;
  const [first = "native-yaml"] = detected.couldBe;
  return refuse(path, `could be read as ${detected.couldBe.join(" or ")}: say which, as in \`${first}=${path}\``);
}

/**
 * Seed 003's `policy_file`: the file's rules take the place of the inline ones. The compiler reads no files, so it gets
 * both in one text; where there is no such file the text stays as it is, and the compiler refuses it by that line.
 */
function completed(path: string, text: string): string {
  const named = policyFileOf(text);
  if (named === undefined) return text;
  const file = resolve(dirname(path), named);
  return existsSync(file) ? withPolicyFile(text, relative(process.cwd(), file) || file, readText(file)) : text;
}

function readFolder(path: string): PolicySource[] {
  const files = readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => entry.name)
    .filter((name) => FOLDER_EXTENSIONS.includes(extensionOf(name)))
    // by code unit and not by locale: the same order on every machine (seed 002: lexicographic)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (files.length === 0)
    refuse(path, `expected policy files (${FOLDER_EXTENSIONS.join(", ")}) in this folder, found none`);
  return files.map((name) => readSource(join(path, name)));
}

/**
 * Every source that the names stand for: a file, a folder (its files in lexicographic order), `packs/<name>`, or
 * `<dialect>=<file>` where the file alone does not say how to read it. A file or folder of that very name comes first.
 * Throws `policy_invalid` that names the path.
 */
export function loadPolicySources(paths: readonly string[]): PolicySource[] {
  return paths.flatMap((path) => {
    try {
      if (existsSync(path)) return statSync(path).isDirectory() ? readFolder(path) : [readNamed(path)];
      const source = namedPack(path) ?? withDialect(path);
      return source ? [source] : refuse(path, "expected a readable file or folder (ENOENT)");
    } catch (error) {
      if (error instanceof Fault) throw error;
      const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
      return refuse(path, `expected a readable file or folder (${code})`);
    }
  });
}

function namedPack(path: string): PolicySource | undefined {
  const name = /^packs\/([^/]+)$/.exec(path)?.[1];
  if (name === undefined) return undefined;
  const known = PACK_NAMES.find((each) => each === name);
  if (known !== undefined) return pack(known);
  const near = nearestWord(name, PACK_NAMES);
  return refuse(path, `is no file and no pack${near ? `; did you mean \`packs/${near}\`?` : ""}`);
}

function withDialect(path: string): PolicySource | undefined {
  const [, dialect, file] = /^([a-z][a-z-]*)=(.+)$/s.exec(path) ?? [];
  if (dialect === undefined || file === undefined) return undefined;
  if (!Object.hasOwn(DIALECTS, dialect)) {
    const near = nearestWord(dialect, Object.keys(DIALECTS));
    const known = near ? `did you mean \`${near}\`?` : `known: ${Object.keys(DIALECTS).join(", ")}`;
    return refuse(path, `\`${dialect}\` is no dialect; ${known}`);
  }
  return readSource(file, dialect);
}

function readNamed(path: string): PolicySource {
  if (!EXTENSIONS.includes(extensionOf(path))) {
    refuse(path, `expected a file that ends in ${EXTENSIONS.join(", ")}, found \`${basename(path)}\``);
  }
  return readSource(path);
}

/** rulings §E8: `./policy.d` where it exists, else the `coding-agent` pack. */
export function defaultPolicySources(folder: string): PolicySource[] {
  const policies = join(folder, "policy.d");
  return existsSync(policies) ? loadPolicySources([policies]) : [pack("coding-agent")];
}
