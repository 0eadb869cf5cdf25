// row.ts — a row of seed 001's `policies` table: scope, selector, effect and `rule_expr`, or a whole document

import { PolicyRow, PolicyWhole } from "@holdpoint/wire/policy.ts";
import type { z } from "zod";
import { NATIVE } from "../conditions.ts";
import { read } from "../policy-text.ts";
import { type DocumentPath, describeIssues } from "../problems.ts";
import { Document } from "../schema.ts";
import type { Dialect } from "./draft.ts";
import { native } from "./native.ts";

export const row: Dialect = (source, problems) => {
  const text = read(source.name, source.text, "json", problems);
  if (!text) return undefined;
  const whole = typeof text.value === "object" && text.value !== null && Object.hasOwn(text.value, "document");
  const schema = whole ? PolicyWhole : PolicyRow;
  const parsed = schema.safeParse(text.value);
  if (!parsed.success) {
    for (const { path, message, key } of describeIssues(schema, text.value, parsed.error.issues))
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
  const before = problems.length;
  for (const { path, message } of contradictions(write))
    problems.push({ file: source.name, ...text.locate(path), message });
  if (problems.length > before) return undefined;
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

/** The row's columns are what people see in a list: what stands inside may not say otherwise. */
function contradictions({
  scope,
  selector,
  effect,
  rule_expr,
}: z.output<typeof PolicyRow>): { path: DocumentPath; message: string }[] {
  const found: { path: DocumentPath; message: string }[] = [];
  const compare = (
    key: "scope" | "selector" | "effect",
    inside: unknown,
    row: string | undefined,
    at: DocumentPath,
  ) => {
    if (inside === undefined || inside === row) return;
    const message = `says \`${String(inside)}\`, and the row's \`${key}\` says \`${row ?? "nothing"}\`${key === "effect" && at.length > 2 ? ": write `mixed` there" : ""}`;
    found.push({ path: at, message });
  };
  compare("effect", rule_expr["effect"], effect, ["rule_expr", "effect"]);
  if (!("rules" in rule_expr)) return found;
  compare("scope", rule_expr["scope"], scope, ["rule_expr", "scope"]);
  compare("selector", rule_expr["selector"], selector, ["rule_expr", "selector"]);
  if (effect === "mixed" || !Array.isArray(rule_expr["rules"])) return found;
  for (const [index, rule] of rule_expr["rules"].entries())
    if (typeof rule === "object" && rule !== null && !Array.isArray(rule))
      compare("effect", rule["effect"], effect, ["rule_expr", "rules", index, "effect"]);
  return found;
}
