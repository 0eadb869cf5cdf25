// context.ts — criteria about who, where and in which state: known only where the credential vouches for it

import type { Action, Attestable } from "@holdpoint/wire/action.ts";
import { compareTrust, TRUST_LEVELS, type Trust } from "@holdpoint/wire/scalars.ts";
import type { When } from "../schema.ts";
import { compileFolded, compileWords } from "../words.ts";
import type { Criterion, Field } from "./anchors.ts";
import { within } from "./counts.ts";
import { others, TRUSTS } from "./features.ts";
import { type Answer, attests, type Direction, settle, type View } from "./view.ts";

/** A text of the context, with the right to be believed. Attested but absent = surely absent. */
interface Source {
  attestable: Attestable;
  get(action: Action): string | undefined;
  field?: Field;
}

const SOURCES: Readonly<Record<string, Source>> = {
  agent: { attestable: "agent", get: (action) => action.principal.agent, field: "agent" },
  onBehalfOf: { attestable: "onBehalfOf", get: (action) => action.principal.onBehalfOf, field: "onBehalfOf" },
  team: { attestable: "team", get: (action) => action.principal.team, field: "team" },
  app: { attestable: "app", get: (action) => action.principal.app, field: "app" },
  workflow: { attestable: "workflow", get: (action) => action.principal.workflow, field: "workflow" },
  environment: { attestable: "environment.name", get: (action) => action.environment?.name, field: "environment" },
  branch: { attestable: "branch", get: (action) => action.context?.branch, field: "branch" },
  resourceType: { attestable: "resource", get: (action) => action.resource?.type },
  resourcePath: { attestable: "resource", get: (action) => action.resource?.path },
  classification: {
    attestable: "classification",
    get: (action) => action.resource?.classification,
    field: "classification",
  },
};

/** The value by which an index may look a field up: undefined = unknown. */
export function knownField(field: Field, view: View): string | undefined {
  const source = SOURCES[field];
  if (!source || !attests(view, source.attestable)) return undefined;
  return source.get(view.action) ?? "";
}

export function contextText(name: string, patterns: readonly string[], direction: Direction): Criterion {
  const source = SOURCES[name];
  if (!source) throw new Error(`no source called ${name}`);
  const words = compileWords(patterns);
  const ask = (view: View): Answer => {
    if (!attests(view, source.attestable)) return undefined;
    const value = source.get(view.action);
    return value === undefined ? false : words.test(value);
  };
  const anchor =
    source.field && words.literals ? { kind: "field" as const, field: source.field, keys: words.literals } : undefined;
  return { cost: 2, test: settle(direction, ask), ...(anchor ? { anchor } : {}) };
}

const LISTS: Readonly<Record<string, { attestable: Attestable; get(action: Action): readonly string[] | undefined }>> =
  {
    roles: { attestable: "roles", get: (action) => action.principal.roles },
    permissions: { attestable: "permissions", get: (action) => action.permissions },
    variables: { attestable: "environment.variables", get: (action) => action.environment?.variables },
  };

/** Several texts of the context. `all`: every pattern must be among them (seed 003's `env`); else one is enough. */
export function contextList(name: string, patterns: readonly string[], direction: Direction, all = false): Criterion {
  const source = LISTS[name];
  if (!source) throw new Error(`no list called ${name}`);
  const each = all ? patterns.map((one) => compileWords([one])) : [compileWords(patterns)];
  const ask = (view: View): Answer => {
    if (!attests(view, source.attestable)) return undefined;
    const values = source.get(view.action) ?? [];
    return each.every((words) => values.some((value) => words.test(value)));
  };
  return { cost: 3, test: settle(direction, ask) };
}

export const tenant = (patterns: readonly string[]): Criterion => {
  const words = compileWords(patterns);
  return { cost: 1, test: (view) => words.test(view.action.tenant) };
};

/** Never unknown: a key carries a trust level, and an agent can only lower it. */
export function trust(condition: NonNullable<When["trust"]>): Criterion {
  if (Array.isArray(condition)) return { cost: 1, bars: others(TRUSTS, condition) };
  const { max, min } = condition;
  const within = (level: Trust) =>
    (max === undefined || compareTrust(level, max) <= 0) && (min === undefined || compareTrust(level, min) >= 0);
  return { cost: 1, bars: others(TRUSTS, TRUST_LEVELS.filter(within)) };
}

/** Signals come from agents and their guards: they may raise, never lower (rulings §A3), so no allow can rest on them. */
export function riskSignals(condition: NonNullable<When["riskSignals"]>, direction: Direction): Criterion {
  if (direction === "loosen") return { cost: 1, test: () => false };
  if (Array.isArray(condition)) {
    const words = compileFolded(condition);
    return { cost: 3, test: (view) => (view.action.risk ?? []).some(({ signal }) => words.test(signal.toLowerCase())) };
  }
  const entries = Object.entries(condition);
  return {
    cost: 3,
    test: (view) =>
      entries.some(([name, bounds]) =>
        (view.action.risk ?? []).some(({ signal, score }) => signal === name && within(score, bounds)),
      ),
  };
}

export const approvalState = (states: readonly string[], direction: Direction): Criterion => ({
  cost: 2,
  test: settle(direction, (view) =>
    view.history?.approval === undefined ? undefined : states.includes(view.history.approval),
  ),
});
