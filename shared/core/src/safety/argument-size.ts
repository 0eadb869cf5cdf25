// argument-size.ts — arguments that are longer than anything a tool needs (seed 000)

import type { Finding } from "@holdpoint/wire/decision.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { texts } from "../redact/leaves.ts";
import type { Checker } from "./checker.ts";
import { findingsOf, strictestFirst } from "./finding.ts";
import { pathArguments } from "./path-arguments.ts";

const id = "argument-size";

const finding = findingsOf(id);

/** Bytes in all are capped; so is one path (no file system takes more); a long command is only said, since its facts are opaque already. */
export const argumentSize: Checker = {
  id,
  timeoutMs: 200,
  check(action, facts) {
    const found: Finding[] = [];
    const isPath = pathArguments(facts);
    const all = texts(action.args);
    const chars = all.reduce((sum, { text }) => sum + text.length, 0);
    // A UTF-16 unit takes three bytes at most: mostly there is nothing to count.
    const bytes =
      chars * 3 <= limits.argsBytesMax ? chars : all.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    for (const { at, path, text } of all) {
      if (text.length > limits.argPathCharsMax && isPath(at, path)) {
        found.push(
          finding(
            "block",
            "path_too_long",
            `a path of ${text.length} characters, at most ${limits.argPathCharsMax}`,
            at,
          ),
        );
      }
      if (
        text.length > limits.commandCharsMax &&
        facts.atoms.some((atom) => atom.kind === "command" && atom.at === at)
      ) {
        found.push(finding("warn", "command_too_long", `a command of ${text.length} characters`, at));
      }
    }
    if (bytes > limits.argsBytesMax) {
      found.unshift(
        finding("block", "arguments_too_large", `${bytes} bytes of text, at most ${limits.argsBytesMax}`, ""),
      );
    }
    return strictestFirst(found);
  },
};
