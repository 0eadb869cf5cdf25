// remote.ts — checkers that live in other processes: `check` does not call them, so it must know their names

import { readFileSync } from "node:fs";
import { Fault } from "@holdpoint/wire/fault.ts";
import { parse } from "yaml";

/** Ids of the out-of-process checkers that HOLDPOINT_CHECKERS lists (YAML or JSON: a list, or `checkers:`). */
export function remoteCheckers(env: NodeJS.ProcessEnv = process.env): string[] {
  const path = env["HOLDPOINT_CHECKERS"];
  if (path === undefined || path === "") return [];
  let value: unknown;
  try {
    value = parse(readFileSync(path, "utf8"), { maxAliasCount: 0 });
  } catch (error) {
    throw new Fault(
      "config_invalid",
      `\`HOLDPOINT_CHECKERS\`: \`${path}\`: ${error instanceof Error ? error.message : error}`,
    );
  }
  const listed = Array.isArray(value) ? value : (value as { checkers?: unknown } | null)?.checkers;
  if (!Array.isArray(listed)) throw new Fault("config_invalid", `\`${path}\`: expected a list of checkers`);
  return listed.map((one, index) => {
    const id = typeof one === "string" ? one : (one as { id?: unknown } | null)?.id;
    if (typeof id !== "string" || id === "")
      throw new Fault("config_invalid", `\`${path}\`: checker ${index + 1} has no \`id\``);
    return id;
  });
}
