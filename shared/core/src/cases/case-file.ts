// case-file.ts — golden cases: calls and what a policy has to say of them, as a file that people write (YAML or JSON)

import { EFFECTS, OUTCOMES } from "@holdpoint/wire/scalars.ts";
import { z } from "zod";
import { read } from "../rules/policy-text.ts";
import { describeIssues, type Place, type Problem } from "../rules/problems.ts";
import { Bounds, Example } from "../rules/schema.ts";

const text = () => z.string().min(1);
const oneOrMore = z.union([z.array(text()).min(1), text()]);
const effect = z.enum([...EFFECTS, "require_approval", "ask_user"]);

/** What is expected; every word that is named must be true. */
const Wanted = z.strictObject({
  effect: effect.optional(),
  outcome: z.enum(OUTCOMES).optional(),
  /** ids of rules that must be among the deciding ones */
  rule: oneOrMore.optional(),
  /** a part of the reason */
  reason: text().optional(),
  risk: z.union([z.int().min(0).max(100), Bounds]).optional(),
  /** who is asked, and how many */
  role: text().optional(),
  quorum: z.int().min(1).optional(),
  /** the rung that is recommended */
  sandbox: text().optional(),
  /** codes of findings that must be there */
  finding: oneOrMore.optional(),
});
const WORDS = [...new Set<string>([...EFFECTS, "require_approval", "ask_user", ...OUTCOMES])];
const Sentence = z.string().regex(new RegExp(`^(?:${WORDS.join("|")})(?: by \\S.*)?$`), {
  error: `expected \`allow\`, \`ask\`, \`deny\` or an outcome, and perhaps \`by <rule>\`, such as \`deny by deny-force-push\``,
});

const [, ExampleObject] = Example.options;
const Case = ExampleObject.extend({ say: text().optional(), want: z.union([Wanted, Sentence]) });
const File = z.strictObject({
  /** files, folders, packs or `dialect=file`, from this file's folder on; the policy of the place where nothing is said */
  policy: oneOrMore.optional(),
  cases: z.array(Case).min(1),
});

export type Want = z.output<typeof Wanted>;
export interface GoldenCase {
  say: string;
  example: Example;
  want: Want;
  place: Place;
}
export interface CaseFile {
  name: string;
  policy: string[] | undefined;
  cases: GoldenCase[];
}

const listOf = (value: string | string[] | undefined): string[] | undefined =>
  value === undefined ? undefined : Array.isArray(value) ? value : [value];

/** Reads a case file, or pushes every problem with its place and gives nothing back. */
export function readCaseFile(
  name: string,
  content: string,
  format: "yaml" | "json",
  problems: Problem[],
): CaseFile | undefined {
  const found = read(name, content, format, problems);
  if (!found) return undefined;
  const value = Array.isArray(found.value) ? { cases: found.value } : found.value;
  const bare = value !== found.value;
  const parsed = File.safeParse(value);
  if (!parsed.success) {
    for (const { path, message, key } of describeIssues(File, value, parsed.error.issues))
      problems.push({ file: name, ...found.locate(bare ? path.slice(1) : path, key), message });
    return undefined;
  }
  return {
    name,
    policy: listOf(parsed.data.policy),
    cases: parsed.data.cases.map(({ say, want, ...example }, index) => ({
      say: say ?? example.command ?? `${example.tool ?? "Bash"} ${JSON.stringify(example.args ?? {})}`,
      example,
      want: typeof want === "string" ? spelledOut(want) : want,
      place: found.locate(bare ? [index] : ["cases", index]),
    })),
  };
}

/** `deny by deny-force-push` */
function spelledOut(sentence: string): Want {
  const [, word = "", rule] = /^(\S+)(?: by (.*))?$/.exec(sentence) ?? [];
  const asEffect = effect.safeParse(word);
  return {
    ...(asEffect.success ? { effect: asEffect.data } : { outcome: z.enum(OUTCOMES).parse(word) }),
    ...(rule === undefined ? {} : { rule: rule.trim() }),
  };
}
