// row.ts — a row of seed 001's `policies` table: scope, selector, effect and `rule_expr`, or a whole document

import { PolicyWrite } from "@holdpoint/wire/policy.ts";
import { NATIVE } from "../conditions.ts";
import { read } from "../policy-text.ts";
import { type DocumentPath, describeIssues } from "../problems.ts";
import { Document } from "../schema.ts";
import type { Dialect } from "./draft.ts";
import { native } from "./native.ts";

export const row: Dialect = (source, problems) => {
  const text = read(source.name, source.text, "json", problems);
  if (!text) return undefined;
  const parsed = PolicyWrite.safeParse(text.value);
  if (!parsed.success) {
    for (const { path, message, key } of describeIssues(PolicyWrite, text.value, parsed.error.issues))
      problems.push({ file: source.name, ...text.locate(path, key), message });
    return undefined;
  }
  const write = parsed.data;
  if ("document" in write) {
    if (typeof write.document === "string") return native("yaml")({ ...source, text: write.document }, problems);
    return below(write.document, ["document"]);
  }
  const { scope, selector, effect, rule_expr: expression } = write;
  const concern = { scope, ...(selector === undefined ? {} : { selector }) };
  if ("rules" in expression) return below({ ...expression, ...concern }, ["rule_expr"]);
  if (effect === "mixed") {
    const message = "`mixed` is for a `rule_expr` that holds a whole document with `rules`";
    problems.push({ file: source.name, ...text.locate(["effect"]), message });
    return undefined;
  }
  const reason = write.description === undefined ? {} : { reason: write.description };
  return below({ ...concern, rules: [{ id: write.name, ...reason, ...expression, effect }] }, ["rule_expr"], true);

  /** A native document that stands at `at` in the row; `single`: its one rule is the whole expression. */
  function below(value: object, at: DocumentPath, single = false): ReturnType<Dialect> {
    const written = (path: DocumentPath): DocumentPath => {
      if (path[0] === "scope" || path[0] === "selector") return path;
      return single ? (path[2] === "effect" ? ["effect"] : [...at, ...path.slice(2)]) : [...at, ...path];
    };
    const document = Document.safeParse(value);
    if (document.success)
      return {
        document: document.data,
        reading: NATIVE,
        locate: (path, key) => text?.locate(written(path), key) ?? { line: 1, column: 1 },
        warnings: [],
      };
    for (const { path, message, key } of describeIssues(Document, value, document.error.issues))
      problems.push({ file: source.name, ...(text?.locate(written(path), key) ?? { line: 1, column: 1 }), message });
    return undefined;
  }
};
