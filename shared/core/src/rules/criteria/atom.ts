// atom.ts — criteria about what was understood of one simple command: class, code that runs unread, databases, gaps

import type { DatabaseCondition, When } from "../schema.ts";
import { compileFolded, compileWords } from "../words.ts";
import type { Criterion } from "./anchors.ts";
import { ATOM, CLASSES, others } from "./features.ts";

export const commandClass = (classes: readonly string[]): Criterion => ({ cost: 1, bars: others(CLASSES, classes) });

export function runsCode(condition: boolean | readonly string[]): Criterion {
  if (condition === false) return { cost: 1, bars: ATOM.runsCode };
  const words = compileFolded(condition === true ? ["*"] : condition);
  return {
    cost: 2,
    needs: ATOM.runsCode,
    test: (_view, atom) => atom.runsCode.some((kind) => words.test(kind)),
    anchor: { kind: "fact", fact: "runsCode" },
  };
}

export function opaque(condition: boolean | readonly string[]): Criterion {
  if (condition === false) return { cost: 1, bars: ATOM.opaque };
  if (condition === true) return { cost: 2, needs: ATOM.opaque, anchor: { kind: "fact", fact: "opaque" } };
  const words = compileFolded(condition);
  return {
    cost: 2,
    needs: ATOM.opaque,
    test: (view, atom) => [...atom.opaque, ...view.facts.caps].some((why) => words.test(why.toLowerCase())),
    anchor: { kind: "fact", fact: "opaque" },
  };
}

export const dynamic = (wanted: boolean): Criterion => ({
  cost: 2,
  ...(wanted ? { needs: ATOM.dynamic } : { bars: ATOM.dynamic }),
});

export function variables(patterns: readonly string[]): Criterion {
  const words = compileWords(patterns);
  return {
    cost: 2,
    needs: ATOM.variables,
    test: (_view, atom) => atom.variables.some((name) => words.test(name)),
    anchor: { kind: "fact", fact: "variables" },
  };
}

/** A redirection into something other than nothing or another stream, outside of quotes. */
export const redirects = (wanted: boolean): Criterion => ({
  cost: 3,
  test: (_view, { text }) => redirectsToFile(text) === wanted,
});

function redirectsToFile(text: string): boolean {
  const bare = text.replaceAll(/'[^']*'|"(?:[^"\\]|\\.)*"|\\./g, (quoted) => "x".repeat(quoted.length));
  return /(?:[0-9]*|&)>>?(?!&[0-9-])\|?\s*(?!\/dev\/null\b)\S|<>/.test(bare);
}

export function databases(condition: NonNullable<When["databases"]>): Criterion {
  if (condition === false) return { cost: 1, bars: ATOM.databases };
  const terms: DatabaseCondition =
    condition === true ? {} : Array.isArray(condition) ? { verbs: condition } : condition;
  const verbs = terms.verbs ? compileFolded(terms.verbs) : undefined;
  const objects = terms.objects ? compileFolded(terms.objects) : undefined;
  return {
    cost: 2,
    needs: ATOM.databases,
    test: (_view, atom) =>
      atom.databases.some(
        ({ verb, object, unbounded }) =>
          (!verbs || verbs.test(verb.toLowerCase())) &&
          (!objects || (object !== undefined && objects.test(object.toLowerCase()))) &&
          (terms.unbounded === undefined || (unbounded ?? false) === terms.unbounded),
      ),
    anchor: { kind: "fact", fact: "databases" },
  };
}
