// tried-calls.ts — what a rule is for, as calls: its own `match` examples, and calls made of the words that it names

import { expandBraces } from "../glob.ts";
import type { Example, Rule } from "../schema.ts";

/** More say no more. */
const CALLS_MAX = 32;

/** Texts that a pattern stands for: a star as one name and, where it crosses folders, as a deeper one. */
function standIns(pattern: string): string[] {
  return pattern.startsWith("!") || pattern.includes("\\") ? [] : expandBraces(pattern).flatMap(withoutStars);
}
function withoutStars(pattern: string): string[] {
  const one = pattern.replaceAll(/\*+/g, "x").replaceAll("?", "x");
  return pattern.includes("**") ? [one, pattern.replaceAll("**", "x/y").replaceAll(/[*?]/g, "x")] : [one];
}
const inHome = (path: string): string => (/^(\/|~\/|\.\/)/.test(path) ? path : `./${path}`);
const texts = (list: readonly unknown[] | undefined): string[] =>
  (list ?? []).filter((one) => typeof one === "string").flatMap(standIns);

function madeOf({ when = {} }: Rule): Example[] {
  const commands = [...texts(when.commands), ...texts(when.startsWith), ...texts(when.program)];
  if (commands.length > 0) return commands;
  const tools = texts(when.tool).filter((name) => name !== "x");
  const paths = (when.paths ?? []).flatMap((one) => (typeof one === "string" ? [one] : (one.any ?? [])));
  const hosts = (when.hosts ?? []).flatMap((one) => (typeof one === "string" ? [one] : (one.any ?? [])));
  if (paths.length > 0)
    return texts(paths).flatMap((path) =>
      (tools.length > 0 ? tools : ["Read", "Write"]).map((tool) => ({ tool, args: { file_path: inHome(path) } })),
    );
  if (hosts.length > 0)
    return texts(hosts).map((host) => ({ tool: tools[0] ?? "WebFetch", args: { url: `https://${host}/` } }));
  return tools.map((tool) => ({ tool, args: {} }));
}

/** Not yet tried: some may not meet the rule. Its own examples come first. */
export const callsFor = (rule: Rule): Example[] => [...(rule.match ?? []), ...madeOf(rule)].slice(0, CALLS_MAX);
