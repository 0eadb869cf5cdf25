// policy-files.ts — policy sources from files and folders; which dialect a text is in is told by its name and its keys

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";

const EXTENSIONS = [".yaml", ".yml", ".json", ".toml"];

/** Top-level keys of seed 002's overlay files; one is enough to know the dialect. */
const OVERLAY_KEYS = [
  "protect_paths",
  "write_whitelist",
  "require_approval",
  "env_allowlist",
  "limits",
  "log_redactions",
] as const;
const OVERLAY_LINE = new RegExp(`^["']?\\+?(?:${OVERLAY_KEYS.join("|")})["']?\\s*:`, "m");
const ENFORCER_LINE = /^\s*\[\[?\s*tools\s*\.\s*(?:policy|authorization|audit)\b|^\s*\[\[\s*rules\s*\]\]/m;
const NATIVE_TOML_LINE = /^\s*\[\[\s*rules\s*\]\][\s\S]*?^\s*(?:id|when|unless)\s*=|^\s*\[\s*rules\.(?:when|unless)/m;

/** `native-*`, `overlay`, `toml-enforcer` or `ordered-json`: what the compiler is told to read a text as. */
export function dialectOf(path: string, text: string): string {
  const extension = extname(path).toLowerCase();
  if (extension === ".toml")
    return ENFORCER_LINE.test(text) && !NATIVE_TOML_LINE.test(text) ? "toml-enforcer" : "native-toml";
  if (extension === ".json") return isOrderedJson(text) ? "ordered-json" : "native-json";
  return OVERLAY_LINE.test(text) ? "overlay" : "native-yaml";
}

/** Seed 000's list: rules with `action` instead of `effect`. A broken text stays native, whose reader says where. */
function isOrderedJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    const rules = Array.isArray(value) ? value : (value as { rules?: unknown } | null)?.rules;
    return Array.isArray(rules) && rules.some((rule) => rule !== null && typeof rule === "object" && "action" in rule);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

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

function readSource(path: string): PolicySource {
  const text = readText(path);
  if (text.trim() === "") refuse(path, "expected a policy document, found an empty file");
  const dialect = dialectOf(path, text);
  return { name: path, dialect, text: dialect === "toml-enforcer" ? withPolicyFile(path, text) : text };
}

const POLICY_FILE_LINE = /^\s*policy_file\s*=\s*(?:"([^"\\]+)"|'([^']+)')\s*(?:#.*)?$/m;

/**
 * Seed 003's `policy_file`: the file's rules take the place of the inline ones. The compiler reads no files, so it gets
 * both in one text; where the file cannot be read the text stays as it is, and the compiler refuses it by that line.
 */
function withPolicyFile(path: string, text: string): string {
  const match = POLICY_FILE_LINE.exec(text);
  const named = match?.[1] ?? match?.[2];
  if (named === undefined) return text;
  const file = resolve(dirname(path), named);
  if (!existsSync(file)) return text;
  return `${text.trimEnd()}\n\n# policy_file\n${readText(file)}`;
}

function readFolder(path: string): PolicySource[] {
  const files = readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => entry.name)
    .filter((name) => EXTENSIONS.includes(extname(name).toLowerCase()))
    // by code unit and not by locale: the same order on every machine (seed 002: lexicographic)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (files.length === 0) refuse(path, `expected policy files (${EXTENSIONS.join(", ")}) in this folder, found none`);
  return files.map((name) => readSource(join(path, name)));
}

/** Every file of `paths`, folders in lexicographic order. Throws `policy_invalid` that names the path. */
export function loadPolicySources(paths: readonly string[]): PolicySource[] {
  return paths.flatMap((path) => {
    try {
      return statSync(path).isDirectory() ? readFolder(path) : [readNamed(path)];
    } catch (error) {
      if (error instanceof Fault) throw error;
      const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
      return refuse(path, `expected a readable file or folder (${code})`);
    }
  });
}

function readNamed(path: string): PolicySource {
  if (!EXTENSIONS.includes(extname(path).toLowerCase())) {
    refuse(path, `expected a file that ends in ${EXTENSIONS.join(", ")}, found \`${basename(path)}\``);
  }
  return readSource(path);
}

/** rulings §D8: `./policy.d` where it exists, else the pack that the caller brings (runtime knows no packs). */
export function defaultPolicySources(cwd: string, pack: PolicySource): PolicySource[] {
  const folder = join(cwd, "policy.d");
  return existsSync(folder) ? loadPolicySources([folder]) : [pack];
}
