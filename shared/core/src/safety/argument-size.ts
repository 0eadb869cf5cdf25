// argument-size.ts — arguments that are longer than anything a tool needs (seed 000)

import type { Finding } from "@holdpoint/wire/decision.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { texts } from "../redact/leaves.ts";
import type { Checker } from "./checker.ts";
import { findingsOf, strictestFirst } from "./finding.ts";
import { isPathArgument } from "./path-arguments.ts";

const id = "argument-size";

const finding = findingsOf(id);

/** Bytes in all are capped; so is one path (no file system takes more); a long command is only said, since its facts are opaque already. */
export const argumentSize: Checker = {
  id,
  timeoutMs: 200,
  check(action, facts) {
    const found: Finding[] = [];
    let bytes = 0;
    for (const { at, path, text } of texts(action.args)) {
      bytes += Buffer.byteLength(text);
      if (text.length > limits.argPathCharsMax && isPathArgument(path, facts)) {
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
