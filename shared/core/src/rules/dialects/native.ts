// native.ts — our own documents, in YAML, JSON or TOML

import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { packValue } from "../../packs/read-packs.ts";
import { NATIVE } from "../conditions.ts";
import { type Format, read } from "../policy-text.ts";
import { describeIssues, type PolicyText } from "../problems.ts";
import { quickReader, UNREAD } from "../quick-read.ts";
import { Document } from "../schema.ts";
import type { Dialect } from "./draft.ts";
import { salvage } from "./salvage.ts";

const readDocument = quickReader(Document);

/** One of our own texts as it was read when it was written; where its words stand is hardly ever asked. */
function readBefore({ name, text }: PolicySource): PolicyText | undefined {
  const value = packValue(text);
  if (value === undefined) return undefined;
  let again: PolicyText | undefined;
  return {
    value,
    locate: (path, key) => {
      again ??= read(name, text, "yaml", []);
      return again?.locate(path, key) ?? { line: 1, column: 1 };
    },
  };
}

export const native =
  (format: Format): Dialect =>
  (source, problems) => {
    const known = format === "yaml" ? readBefore(source) : undefined;
    const text = known ?? read(source.name, source.text, format, problems);
    if (!text) return undefined;
    const quick = readDocument(text.value);
    if (quick !== UNREAD) return { document: quick as Document, reading: NATIVE, locate: text.locate, warnings: [] };
    const parsed = Document.safeParse(text.value);
    if (parsed.success) return { document: parsed.data, reading: NATIVE, locate: text.locate, warnings: [] };
    for (const { path, message, key } of describeIssues(Document, text.value, parsed.error.issues))
      problems.push({ file: source.name, ...text.locate(path, key), message });
    const rest = salvage(text.value, parsed.error.issues);
    if (!rest) return undefined;
    const { document, rules, lostTools } = rest;
    return {
      document,
      reading: NATIVE,
      locate: ([word, index, ...below], key) =>
        word === "rules" && typeof index === "number"
          ? text.locate([word, rules[index] ?? index, ...below], key)
          : text.locate(
              [...(word === undefined ? [] : [word]), ...(index === undefined ? [] : [index]), ...below],
              key,
            ),
      warnings: [],
      broken: { lostTools },
    };
  };
