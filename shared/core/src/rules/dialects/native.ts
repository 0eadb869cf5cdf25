// native.ts — our own documents, in YAML, JSON or TOML

import { NATIVE } from "../conditions.ts";
import { type Format, read } from "../policy-text.ts";
import { describeIssues } from "../problems.ts";
import { quickReader, UNREAD } from "../quick-read.ts";
import { Document } from "../schema.ts";
import type { Dialect } from "./draft.ts";

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
    return undefined;
  };
