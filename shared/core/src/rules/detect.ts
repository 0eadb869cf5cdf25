// detect.ts — which dialect a policy text is in, by its file's extension and its keys; only where there is no doubt

import { parse as parseToml } from "smol-toml";
import { read } from "./policy-text.ts";
import type { Problem } from "./problems.ts";

export const POLICY_EXTENSIONS = [".yaml", ".yml", ".json", ".toml", ".rules", ".codexpolicy"] as const;

/** More than one name = it could be any of them: somebody has to say. */
export type Detected = { dialect: string } | { couldBe: string[] };

/** @param extension of the file, with its dot, in lower case; an unknown one is read as YAML */
export function detectDialect(extension: string, text: string): Detected {
  if (extension === ".rules" || extension === ".codexpolicy") return { dialect: "codex-rules" };
  const candidates = extension === ".toml" ? toml(text) : extension === ".json" ? json(text) : yaml(text);
  const [only] = candidates;
  return candidates.length === 1 && only !== undefined ? { dialect: only } : { couldBe: candidates };
}

type Table = { [key: string]: unknown };
const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const tables = (value: unknown): Table[] => (Array.isArray(value) ? value.filter(isTable) : []);
const has = (items: readonly Table[], ...keys: string[]): boolean =>
  items.some((item) => keys.some((key) => Object.hasOwn(item, key)));
const chosen = (...choices: (readonly [string, boolean])[]): string[] =>
  choices.filter(([, is]) => is).map(([name]) => name);
const or = (found: string[], otherwise: string): string[] => (found.length > 0 ? found : [otherwise]);

/** `[[rules]]` alone is seed 003's external file, unless a rule has words that only ours have. */
function toml(text: string): string[] {
  let value: Table;
  try {
    value = parseToml(text);
  } catch {
    // Broken: whoever reads it next says where. Only which reader is asked here.
    return [tomlByLines(text)];
  }
  const rules = tables(value["rules"]);
  const tools = isTable(value["tools"]) ? value["tools"] : {};
  const ours = has(rules, ...OWN_WORDS) || ["default", "combining", "policy"].some((key) => Object.hasOwn(value, key));
  const enforcer =
    ["policy", "authorization", "audit"].some((key) => Object.hasOwn(tools, key)) || agentsOwn(value, tools, text);
  return or(
    chosen(
      ["toml-enforcer", enforcer || (rules.length > 0 && !ours)],
      ["gemini-toml", has(tables(value["rule"]), "decision")],
      ["native-toml", ours],
    ),
    "native-toml",
  );
}

/** An agent's configuration whose policy is still a comment, or was never there: `policy migrate` adds it. */
const agentsOwn = (value: Table, tools: Table, text: string): boolean =>
  /^\s*#\s*\[tools\.policy\]/m.test(text) ||
  (Object.keys(tools).length > 0 &&
    Object.entries(value).some(([key, one]) => isTable(one) && key !== "tools" && key !== "selector") &&
    Object.values(tools).every((one) => isTable(one) && !Object.hasOwn(one, "meaning")));

const OWN_WORDS = ["id", "when", "unless", "reason", "match", "notMatch", "approval", "obligations"];
const ENFORCER_LINE = /^\s*\[\[?\s*tools\s*\.\s*(?:policy|authorization|audit)\b|^\s*\[\[\s*rules\s*\]\]/m;
const NATIVE_LINE = /^\s*\[\[\s*rules\s*\]\][\s\S]*?^\s*(?:id|when|unless)\s*=|^\s*\[\s*rules\.(?:when|unless)/m;
const tomlByLines = (text: string): string =>
  /^\s*\[\[\s*rule\s*\]\]/m.test(text)
    ? "gemini-toml"
    : ENFORCER_LINE.test(text) && !NATIVE_LINE.test(text)
      ? "toml-enforcer"
      : "native-toml";

function json(text: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return ["native-json"]; // whose reader says what is wrong, and where
  }
  const rules = tables(Array.isArray(value) ? value : isTable(value) ? value["rules"] : undefined);
  const top = isTable(value) ? value : {};
  const permissions = isTable(top["permissions"]) ? top["permissions"] : undefined;
  return or(
    chosen(
      ["ordered-json", has(rules, "action")],
      ["claude-permissions", permissions !== undefined && has([permissions], "allow", "ask", "deny")],
      ["row", Object.hasOwn(top, "rule_expr") || Object.hasOwn(top, "document")],
      ["native-json", has(rules, "effect")],
    ),
    "native-json",
  );
}

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

/** Block style is known by its lines, without reading the whole; a flow mapping has to be read. */
function yaml(text: string): string[] {
  if (OVERLAY_LINE.test(text)) return ["overlay"];
  const body = text.replaceAll(/^(?:\s*(?:#.*|---.*)?\n)+/g, "");
  if (!body.trimStart().startsWith("{")) return ["native-yaml"];
  const problems: Problem[] = [];
  const value = read("", text, "yaml", problems)?.value;
  const keys = isTable(value) ? Object.keys(value).map((key) => key.replace(/^\+/, "")) : [];
  return [keys.some((key) => OVERLAY_KEYS.some((known) => known === key)) ? "overlay" : "native-yaml"];
}
