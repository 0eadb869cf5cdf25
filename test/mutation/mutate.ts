// mutate.ts — a source with all of its mutants built in, each asleep until its number is called: one import serves them all
//
// Mutated is what functions do, not what stands at the top of a module (that has run before a mutant can wake): operators
// and boundaries, negated conditions, swapped constants, emptied lists and texts, dropped statements and answers, chains
// that no longer ask whether something is there, calls turned into their opposite.

import { stripTypeScriptTypes } from "node:module";
import { parseAst } from "vitest/node";

export interface Mutant {
  id: number;
  file: string;
  line: number;
  /** the whole line, without what it is indented by */
  text: string;
  /** the text that is replaced, and by what, without types */
  from: string;
  to: string;
  /** where that is in the file, and by what it is replaced with its types */
  start: number;
  end: number;
  typed: string;
}

/** As much of an ESTree node as is needed here. */
interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

/** @param first the number of the first mutant */
export function mutate(file: string, text: string, first: number): { code: string; mutants: Mutant[] } {
  const source = stripTypeScriptTypes(text);
  const lines = text.split("\n");
  const mutants: Mutant[] = [];
  // Types are blanked out, so that places in both texts are the same.
  const wake = (node: Node, to: string, typed = to): string => {
    const id = first + mutants.length;
    const line = source.slice(0, node.start).split("\n").length;
    mutants.push({
      id,
      file,
      line,
      text: (lines[line - 1] ?? "").trim(),
      from: source.slice(node.start, node.end),
      to,
      start: node.start,
      end: node.end,
      typed,
    });
    return `__mutant(${id})`;
  };
  /** The node's text with its mutants, and those of all below it, built in. */
  const emit = (node: Node, inFunction: boolean, isStep = false): string => {
    let code = "";
    let at = node.start;
    for (const [key, child] of childrenOf(node)) {
      if (child.start < at || isFixed(node, key, child)) continue;
      // A loop that steps the other way never ends, and everybody notices.
      const step = node.type === "ForStatement" && key === "update";
      let inner = emit(child, inFunction || /Function/.test(node.type), step);
      if (inFunction && node.type === "IfStatement" && key === "test") {
        const negated = `!(${source.slice(child.start, child.end)})`;
        inner = `(${wake(child, negated, `!(${text.slice(child.start, child.end)})`)}?${negated}:${inner})`;
      }
      if (node.type === "ArrowFunctionExpression" && key === "body" && child.type !== "BlockStatement")
        inner = `(${wake(child, "undefined")}?undefined:${inner})`;
      code += source.slice(at, child.start) + (LOOPS.has(node.type) && key === "body" ? ticking(inner) : inner);
      at = child.end;
    }
    code += source.slice(at, node.end);
    if (!inFunction) return code;
    if (DROPPED.has(node.type)) return `{if(!${wake(node, "", "{}")}){${code}}}`;
    if (isStep) return code;
    const typed = variants(node, text);
    return variants(node, source).reduce(
      (inner, to, index) => `(${wake(node, to, typed[index])}?(${to}):${inner})`,
      code,
    );
  };
  return { code: emit(parseAst(source) as unknown as Node, false), mutants };
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";
const childrenOf = (node: Node): [key: string, child: Node][] =>
  Object.entries(node)
    .flatMap(([key, value]) =>
      (Array.isArray(value) ? value : [value]).filter(isNode).map((child): [string, Node] => [key, child]),
    )
    .sort((a, b) => a[1].start - b[1].start);

const LOOPS = new Set(["ForStatement", "ForOfStatement", "WhileStatement", "DoWhileStatement"]);
const DROPPED = new Set(["ExpressionStatement", "ReturnStatement", "ContinueStatement", "BreakStatement"]);
/** A mutant that loops for ever is stopped by counting. */
const ticking = (body: string): string => (body.startsWith("{") ? `{__tick();${body.slice(1)}` : `{__tick();${body}}`);

/** What these are given are words for people: the code is the contract, never the text. */
const SAYS = new Set(["Error", "Fault", "refuse", "invalid", "below"]);

/** Places where nothing may be put in the way: names, patterns, what a call is called on in a chain of `?.`, messages. */
function isFixed(node: Node, key: string, child: Node): boolean {
  if (node.type === "ImportDeclaration") return true;
  if (node.type === "ExportNamedDeclaration" && key !== "declaration") return true;
  if (key === "key" && node["computed"] !== true) return true;
  if (key === "property" && node["computed"] !== true) return true;
  if (key === "left" && /Assignment|ForOf/.test(node.type)) return true;
  if (node.type === "UpdateExpression" || node.type === "TaggedTemplateExpression") return true;
  if ((key === "callee" || key === "object") && (node["optional"] === true || isChained(child))) return true;
  // How dear a criterion is decides which is tried first, and never the answer.
  if (node.type === "Property" && key === "value" && (node["key"] as Node)["name"] === "cost") return true;
  if ((key === "params" || key === "id") && child.type !== "AssignmentPattern") return true;
  return key === "arguments" && SAYS.has(String((node["callee"] as Node)["name"]));
}

const isChained = (node: Node): boolean =>
  node["optional"] === true || ["object", "callee"].some((key) => isNode(node[key]) && isChained(node[key] as Node));

const SWAPS: Readonly<Record<string, readonly string[]>> = {
  "===": ["!=="],
  "!==": ["==="],
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "|": ["&"],
  "&": ["|"],
  "&&": ["||"],
  "||": ["&&"],
};
const ASSIGNED: Readonly<Record<string, string>> = { "|=": "&=", "+=": "-=", "-=": "+=", "*=": "/=", "??=": "=" };
const OPPOSITES: Readonly<Record<string, string>> = {
  some: "every",
  every: "some",
  startsWith: "endsWith",
  endsWith: "startsWith",
  min: "max",
  max: "min",
};
/** Calls that hand on what they were called on, changed. */
const HANDS_ON = new Set(["toLowerCase", "sort", "filter", "trim"]);

/** Where a chain asks whether something is there, and what stands there when it does not ask. */
function unasked(link: Node): { from: number; until: number; put: string }[] {
  const below = (link["object"] ?? link["callee"]) as Node | undefined;
  if (!below || !/^(Member|Call)Expression$/.test(link.type)) return [];
  const plain = link.type === "MemberExpression" && link["computed"] !== true;
  const asks = link["optional"] === true ? [{ from: below.end, until: below.end + 2, put: plain ? "." : "" }] : [];
  return [...unasked(below), ...asks];
}

/** What else might stand where the node stands. */
function variants(node: Node, source: string): string[] {
  const of = (key: string): string => {
    const { start, end } = node[key] as Node;
    return source.slice(start, end);
  };
  switch (node.type) {
    case "BinaryExpression":
    case "LogicalExpression": {
      if (node["operator"] === "??") return [of("right"), of("left")];
      const swaps = SWAPS[String(node["operator"])] ?? [];
      return swaps.map((operator) => `(${of("left")}) ${operator} (${of("right")})`);
    }
    case "UnaryExpression":
      return node["operator"] === "!" ? [of("argument")] : [];
    case "ConditionalExpression":
      return [`!(${of("test")}) ? (${of("consequent")}) : (${of("alternate")})`];
    case "Literal": {
      const { value } = node;
      if (typeof value === "boolean") return [String(!value)];
      if (typeof value === "number") return [String(value + 1)];
      return typeof value === "string" && value !== "" ? ['""'] : [];
    }
    case "TemplateLiteral":
      return ['""'];
    case "ArrayExpression":
      return (node["elements"] as unknown[]).length > 0 ? ["[]"] : [];
    case "AssignmentExpression": {
      const operator = ASSIGNED[String(node["operator"])];
      return operator ? [`${of("left")} ${operator} ${of("right")}`] : [];
    }
    case "ChainExpression":
      return unasked(node["expression"] as Node).map(
        ({ from, until, put }) => source.slice(node.start, from) + put + source.slice(until, node.end),
      );
    case "CallExpression": {
      const callee = node["callee"] as Node;
      if (callee.type !== "MemberExpression" || isChained(node)) return [];
      const { start, end } = callee["property"] as Node;
      const called = source.slice(start, end);
      const opposite = OPPOSITES[called];
      if (opposite) return [source.slice(node.start, start) + opposite + source.slice(end, node.end)];
      const object = callee["object"] as Node;
      return HANDS_ON.has(called) ? [source.slice(object.start, object.end)] : [];
    }
    default:
      return [];
  }
}
