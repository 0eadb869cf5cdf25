// unicode-deception.ts — text that shows one thing and is another: reading order, invisible characters, look-alikes

import type { Checker } from "./checker.ts";
import { findingsOf, strictestFirst } from "./finding.ts";

const id = "unicode-deception";
const finding = findingsOf(id);

/** What a kind of odd character (facts) can do; a kind that is missing here is said all the same. */
const MEANS: Readonly<Record<string, string>> = {
  bidi: "changes the order in which text is read",
  "zero-width": "is not visible",
  invisible: "is not visible",
  tag: "carries text that nobody sees",
  escape: "acts on the terminal that shows it",
  control: "acts on the terminal that shows it",
  "line-separator": "ends a line for some readers only",
  "look-alike": "passes for another letter",
  "lone-surrogate": "is half a character",
};

/**
 * Warns and does not block: rules hold such text (the default packs do), and the card spells it out, so that a person
 * can see it and decide. The exception: text that nobody can see in a command (flags in a document are made of it too).
 */
export const unicodeDeception: Checker = {
  id,
  timeoutMs: 200,
  check(_action, facts) {
    const isCommand = (at: string) => facts.atoms.some((atom) => atom.kind === "command" && atom.at === at);
    const found = facts.oddCharacters.map(({ at, kind }) =>
      finding(
        kind === "tag" && isCommand(at) ? "block" : "warn",
        `odd_${kind.replaceAll("-", "_")}`,
        `a character that ${MEANS[kind] ?? "is easy to misread"}`,
        at,
      ),
    );
    if (facts.tool.deceptive) {
      found.push(finding("warn", "tool_name_look_alike", "the tool's name is not what it looks like", ""));
    }
    return strictestFirst(found);
  },
};
