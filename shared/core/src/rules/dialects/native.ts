// native.ts — our own documents, in YAML, JSON or TOML

import { NATIVE } from "../conditions.ts";
import { type Format, read } from "../policy-text.ts";
import { describeIssues } from "../problems.ts";
import { quickReader, UNREAD } from "../quick-read.ts";
import { Document } from "../schema.ts";
import type { Dialect } from "./draft.ts";
import { salvage } from "./salvage.ts";

const readDocument = quickReader(Document);

export const native =
  (format: Format): Dialect =>
  (source, problems) => {
    const text = read(source.name, source.text, format, problems);
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
