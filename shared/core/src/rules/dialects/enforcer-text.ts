// enforcer-text.ts — the text of seed 003's policy enforcer, read strictly: sections, rules, and the file that `policy_file` names

import { limits } from "@holdpoint/wire/limits.ts";
import { nearestWord } from "@holdpoint/wire/nearest-word.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { Trust } from "@holdpoint/wire/scalars.ts";
import { parse as parseToml } from "smol-toml";
import { z } from "zod";
import { read } from "../policy-text.ts";
import { type DocumentPath, describeIssues, type Place, type PolicyText, type Problem } from "../problems.ts";

/** Its globs know no classes, and take nothing out: a deny that silently meant something else would let through. */
const NOT_A_GLOB = /^!|(?<!\\)\[/;
const pattern = z
  .string()
  .trim()
  .min(1)
  .refine((text) => !NOT_A_GLOB.test(text), {
    error: "`!` and `[…]` have no meaning in these patterns: `*` is any text and `?` one character",
  });

const EnforcerRule = z.strictObject({
  effect: z.enum(["allow", "deny"]),
  tool: pattern,
  paths: z.array(pattern).optional(),
  trust_level: Trust.optional(),
  args_match: z.string().min(1).optional(),
  env: z.array(z.string().min(1)).optional(),
  capabilities: z.unknown().optional(),
});
export type EnforcerRule = z.infer<typeof EnforcerRule>;
const Audit = z.strictObject({ enabled: z.boolean().optional(), destination: z.string().min(1).optional() });
const Section = z.strictObject({
  enabled: z.boolean().optional(),
  default_effect: z.enum(["allow", "deny"]).optional(),
  policy_file: z.string().min(1).optional(),
  rules: z.array(EnforcerRule).optional(),
});
/** Other parts of the same configuration file are none of our business. */
const Config = z.looseObject({
  tools: z
    .looseObject({
      policy: Section.optional(),
      authorization: Section.omit({ default_effect: true, policy_file: true }).optional(),
      audit: Audit.optional(),
    })
    .optional(),
});
type Config = z.infer<typeof Config>;
const External = z.strictObject({ rules: z.array(EnforcerRule) });

export interface EnforcerText {
  tools: NonNullable<Config["tools"]>;
  /** of the file that `policy_file` names, or of a text that is such a file */
  outside: EnforcerRule[] | undefined;
  locate(path: DocumentPath, key?: boolean): Place;
  /** of the rules from outside */
  locateOutside(path: DocumentPath, key?: boolean): Place;
}

const MARK = "\n\n# the file that policy_file names: ";

/** The text that a loader gives the compiler when `policy_file` is set: the configuration, then the file. */
export const withPolicyFile = (config: string, name: string, file: string): string =>
  `${config.trimEnd()}${MARK}${name.replaceAll(/[\r\n]/g, "?")}\n${file}`;

/** What `policy_file` names, in a configuration that can be read; a broken one is refused by whoever compiles it. */
export function policyFileOf(text: string): string | undefined {
  try {
    const config = Config.safeParse(parseToml(text));
    return config.success ? config.data.tools?.policy?.policy_file : undefined;
  } catch {
    return undefined; // not TOML: the compiler says where
  }
}

export function parseEnforcer(
  source: Pick<PolicySource, "name" | "text">,
  problems: Problem[],
): EnforcerText | undefined {
  const at = source.text.indexOf(MARK);
  if (at < 0) return readConfig(source.name, source.text, problems);
  const config = readConfig(source.name, source.text.slice(0, at), problems);
  const [name = "", ...lines] = source.text.slice(at + MARK.length).split("\n");
  const file = readExternal(name, lines.join("\n"), problems);
  return config && file && { ...config, ...file };
}

function readToml(name: string, text: string, problems: Problem[]): PolicyText | undefined {
  if (Buffer.byteLength(text) <= limits.policyFileBytesMax) return read(name, text, "toml", problems);
  problems.push({ file: name, line: 1, column: 1, message: `larger than ${limits.policyFileBytesMax} bytes` });
  return undefined;
}

function readExternal(
  name: string,
  text: string,
  problems: Problem[],
): Pick<EnforcerText, "outside" | "locateOutside"> | undefined {
  const found = readToml(name, text, problems);
  if (!found) return undefined;
  const file = checked(External, name, found, problems);
  return file && { outside: file.rules, locateOutside: (path, key) => ({ file: name, ...found.locate(path, key) }) };
}

function readConfig(name: string, text: string, problems: Problem[]): EnforcerText | undefined {
  const found = readToml(name, text, problems);
  if (!found) return undefined;
  const value = found.value as Record<string, unknown>;
  const { locate } = found;
  // A file that holds `[[rules]]` and no sections is what `policy_file` names: naming it enables the enforcer.
  if (Object.hasOwn(value, "rules") && !Object.hasOwn(value, "tools")) {
    const file = checked(External, name, found, problems);
    return file && { tools: {}, outside: file.rules, locate, locateOutside: locate };
  }
  const before = problems.length;
  for (const { path, message } of misspelt(value)) problems.push({ file: name, ...locate(path, true), message });
  const config = checked(Config, name, found, problems);
  if (!config || problems.length > before) return undefined;
  return { tools: config.tools ?? {}, outside: undefined, locate, locateOutside: locate };
}

function checked<T extends z.ZodType>(
  schema: T,
  name: string,
  { value, locate }: PolicyText,
  problems: Problem[],
): z.output<T> | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const { path, message, key } of describeIssues(schema, value, parsed.error.issues))
    problems.push({ file: name, ...locate(path, key), message });
  return undefined;
}

const SECTIONS = ["policy", "authorization", "audit"];

/** Other keys of the file are somebody else's; one that is nearly ours would switch off what it was meant to say. */
function misspelt(value: Record<string, unknown>): { path: DocumentPath; message: string }[] {
  const tables = (of: unknown): [string, unknown][] =>
    typeof of === "object" && of !== null && !Array.isArray(of) ? Object.entries(of) : [];
  const found: { path: DocumentPath; message: string }[] = [];
  const suspect = (path: DocumentPath, word: string, near: string) =>
    found.push({ path, message: `\`${word}\` is not a word here; did you mean \`${near}\`?` });
  for (const [key, below] of tables(value)) {
    if (key === "rules")
      found.push({
        path: [key],
        message:
          "`[[rules]]` stands in a file of its own, which `policy_file` names; here it is `[[tools.policy.rules]]`",
      });
    if (key !== "tools" && nearestWord(key, ["tools"]) && tables(below).some(([name]) => SECTIONS.includes(name)))
      suspect([key], key, "tools");
    if (key !== "tools") continue;
    for (const [name] of tables(below)) {
      const near = SECTIONS.includes(name) ? undefined : nearestWord(name, SECTIONS);
      if (near) suspect(["tools", name], name, near);
    }
  }
  return found;
}
