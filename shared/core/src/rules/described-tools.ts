// described-tools.ts — the `tools` of all documents together: what a house's own tools mean, said once

import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { type OwnTool, type OwnTools, ownTool, refusedName, toolName } from "../facts/tools/own-tools.ts";
import type { Draft } from "./dialects/draft.ts";
import type { Problem } from "./problems.ts";

/** Undefined where no document describes any. Problems are pushed. */
export function describedTools(
  drafted: readonly { source: PolicySource; draft: Draft }[],
  problems: Problem[],
): OwnTools | undefined {
  const tools = new Map<string, OwnTool>();
  for (const { source, draft } of drafted) {
    const { tools: described = {}, scope = "global" } = draft.document;
    for (const [name, { meaning, args = {}, class: kind }] of Object.entries(described)) {
      const refuse = (message: string) =>
        problems.push({ file: source.name, ...draft.locate(["tools", name], true), message });
      const known = refusedName(name);
      const own = ownTool({ meaning, args, ...(kind === undefined ? {} : { class: kind }) });
      const other = tools.get(toolName(name));
      if (known !== undefined) refuse(known);
      if (scope !== "global")
        refuse("what a tool means holds for everybody: it has no place in a document with a `scope`");
      if (other && other.mark !== own.mark) refuse(`\`${name}\` is described otherwise in another document`);
      tools.set(toolName(name), own);
    }
  }
  return tools.size > 0 ? tools : undefined;
}
