// reference.ts — a second, small evaluator written from the rules of the decision model alone
// It shares no code with the engine, knows no index and takes no shortcut: every rule is tried on every atom.

import type { Action } from "@holdpoint/wire/action.ts";
import type { Atom, Facts, PathFact } from "@holdpoint/wire/facts.ts";

type Effect = "allow" | "ask" | "deny";

export interface RefPaths {
  any: string[];
  access?: string[];
  mayContain?: boolean;
}
/** The part of a rule's vocabulary that the reference knows; the generators stay inside it. */
export interface RefWhen {
  tool?: string[];
  program?: string[];
  paths?: RefPaths[];
  class?: string[];
  opaque?: boolean;
  runsCode?: boolean;
  mode?: string[];
  principal?: { agent?: string[]; team?: string[] };
  branch?: string[];
}
export interface RefRule {
  id: string;
  effect: "allow" | "deny" | "require_approval" | "terminate" | "alert";
  when?: RefWhen;
  unless?: RefWhen;
  opaque?: "allow";
}
export interface RefDocument {
  policy: string;
  default?: Effect;
  combining?: "first-match";
  rules: RefRule[];
}

const STRICT: Record<Effect, number> = { allow: 0, ask: 1, deny: 2 };
const stricter = (a: Effect, b: Effect): Effect => (STRICT[a] > STRICT[b] ? a : b);

/** Names: `*` is any run of characters. Written character by character: slow, and plain to see that it is right. */
function nameFits(pattern: string, name: string): boolean {
  if (pattern === "") return name === "";
  if (pattern[0] === "*") return nameFits(pattern.slice(1), name) || (name !== "" && nameFits(pattern, name.slice(1)));
  return name !== "" && pattern[0] === name[0] && nameFits(pattern.slice(1), name.slice(1));
}

/** Paths here are a literal, or a folder and everything below it (`/a/**`). */
function pathFits(pattern: string, path: string): boolean {
  if (!pattern.endsWith("/**")) return pattern === path;
  const folder = pattern.slice(0, -3);
  return path === folder || path.startsWith(`${folder}/`);
}

/** What is below the path may meet the pattern although the path itself does not. */
function mayReach(pattern: string, path: string): boolean {
  const literal = pattern.endsWith("/**") ? pattern.slice(0, -3) : pattern;
  return literal === path || literal.startsWith(path === "/" ? "/" : `${path}/`);
}

/** `unknown`: said by an agent, or left out by it (rulings §A2). Where the credential vouches for a value that is not there, it is surely not there. */
type Truth = "yes" | "no" | "unknown";

function known(value: string | undefined, attested: boolean, patterns: string[] | undefined): Truth {
  if (patterns === undefined) return "yes";
  if (!attested) return "unknown";
  if (value === undefined) return "no";
  return patterns.some((pattern) => nameFits(pattern, value)) ? "yes" : "no";
}

/** "May contain" only ever tightens: nothing is allowed or exempted for what it might reach (rulings §B6). */
function pathMeets(condition: RefPaths, path: PathFact, every: boolean): boolean {
  if (condition.access && !condition.access.includes(path.access)) return false;
  if (condition.any.some((pattern) => pathFits(pattern, path.path))) return true;
  return (
    !every &&
    condition.mayContain === true &&
    path.mayContain === true &&
    condition.any.some((pattern) => mayReach(pattern, path.path))
  );
}

/** deny, ask, alert: one path is enough. allow (and `unless`): every path must fit (rulings §B2). */
function pathsMeet(conditions: RefPaths[], atom: Atom, every: boolean): Truth {
  const fits = (path: PathFact) => conditions.some((condition) => pathMeets(condition, path, every));
  if (atom.paths.length === 0) return "no";
  return (every ? atom.paths.every(fits) : atom.paths.some(fits)) ? "yes" : "no";
}

const isOpaque = (atom: Atom): boolean => atom.opaque.length > 0;

function criteria(when: RefWhen, action: Action, facts: Facts, atom: Atom, every: boolean): Truth[] {
  const is = (truth: boolean): Truth => (truth ? "yes" : "no");
  const attested = (name: string) => (action.attested as string[]).includes(name);
  const out: Truth[] = [];
  if (when.tool) {
    // What loosens (an allow, an exemption) does not reach a tool that nobody knows by a bare star (rulings §B7).
    const patterns = when.tool.filter((pattern) => !(every && pattern === "*" && facts.tool.meaning === undefined));
    const names = [facts.tool.normalized, ...(facts.tool.meaning === undefined ? [] : [facts.tool.meaning])];
    out.push(is(patterns.some((pattern) => names.some((one) => nameFits(pattern, one)))));
  }
  if (when.program)
    out.push(is(atom.program !== undefined && when.program.some((pattern) => nameFits(pattern, atom.program ?? ""))));
  if (when.paths) out.push(pathsMeet(when.paths, atom, every));
  if (when.class) out.push(is(when.class.includes(atom.class)));
  if (when.opaque !== undefined) out.push(is(isOpaque(atom) === when.opaque));
  if (when.runsCode !== undefined) out.push(is(atom.runsCode.length > 0 === when.runsCode));
  if (when.mode) out.push(is(when.mode.includes(action.mode)));
  if (when.principal?.agent) out.push(known(action.principal.agent, attested("agent"), when.principal.agent));
  if (when.principal?.team) out.push(known(action.principal.team, attested("team"), when.principal.team));
  if (when.branch) out.push(known(action.context?.branch, attested("branch"), when.branch));
  return out;
}

function matches(rule: RefRule, action: Action, facts: Facts, atom: Atom): boolean {
  const allows = rule.effect === "allow";
  if (allows) {
    // A tool that nobody maps is covered only by an allow that names it other than by a bare star.
    const names = rule.when?.tool?.some((pattern) => pattern !== "*") ?? false;
    if (facts.tool.meaning === undefined && !names) return false;
    if (rule.opaque !== "allow" && isOpaque(atom)) return false;
    // A word or a path that only the run knows is as good as opaque.
    if (rule.opaque !== "allow" && (atom.words.includes(null) || atom.paths.some((path) => path.dynamic))) return false;
    // An allow that says nothing about paths covers them; one that does must cover every one of them.
  }
  const hold = criteria(rule.when ?? {}, action, facts, atom, allows);
  if (hold.some((truth) => truth === "no" || (truth === "unknown" && allows))) return false;
  if (rule.unless) {
    const exempt = criteria(rule.unless, action, facts, atom, !allows);
    // Unknown never loosens: it lifts no deny, and it does take an allow back (ADR 4).
    if (exempt.every((truth) => truth === "yes" || (truth === "unknown" && allows))) return false;
  }
  return true;
}

const effectOf = (rule: RefRule): Effect | undefined =>
  (({ allow: "allow", deny: "deny", terminate: "deny", require_approval: "ask", alert: undefined }) as const)[
    rule.effect
  ];

/** The effect of an action under documents: per atom, then the strictest over the atoms (rulings §B1). */
export function referenceEffect(documents: RefDocument[], action: Action, facts: Facts): Effect {
  let whole: Effect = "allow";
  for (const atom of facts.atoms) {
    let effect: Effect | undefined;
    for (const document of documents) {
      for (const rule of document.rules) {
        const its = effectOf(rule);
        if (its === undefined || !matches(rule, action, facts, atom)) continue;
        effect = effect === undefined ? its : stricter(effect, its);
        if (document.combining === "first-match") break;
      }
    }
    if (effect === undefined) {
      // A document that names no default has no say in it; where none does, it is deny.
      const defaults = documents.flatMap((document) => (document.default === undefined ? [] : [document.default]));
      effect = defaults.length === 0 ? "deny" : defaults.reduce(stricter);
    }
    whole = stricter(whole, effect);
  }
  return whole;
}
