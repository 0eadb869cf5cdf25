// conditions.ts — `when` and `unless` as lists of tests, the cheapest first; every wrong word is named, not only the first

import { Fault, isFault } from "@holdpoint/wire/fault.ts";
import { COUNT_SCOPES, type CountScope } from "@holdpoint/wire/verdict.ts";
import type { Anchor, Criterion } from "./criteria/anchors.ts";
import * as atom from "./criteria/atom.ts";
import * as call from "./criteria/call.ts";
import * as command from "./criteria/commands.ts";
import * as context from "./criteria/context.ts";
import { type Counter, counted, countersIn, restsOnMuch, within } from "./criteria/counts.ts";
import { KINDS, MODES, others } from "./criteria/features.ts";
import { hostConditions, hosts } from "./criteria/hosts.ts";
import { paths } from "./criteria/paths.ts";
import type { Direction, Test } from "./criteria/view.ts";
import type { Flavour } from "./glob.ts";
import type { DocumentPath } from "./problems.ts";
import type { ArgumentCondition, When } from "./schema.ts";

/** How a dialect reads the same words. */
export interface Reading {
  pathFlavour: Flavour;
  /** a bare `*` is any tool, also one that no map knows (seed 003) */
  bareStar: boolean;
  /** every variable that is named must be there (seed 003's `env`), not just one */
  allVariables: boolean;
}
export const NATIVE: Reading = { pathFlavour: "path", bareStar: false, allVariables: false };

export interface Conditions {
  checks: Checks;
  /** how many criteria there are */
  count: number;
  anchors: Anchor[];
  /** is there a criterion about what an atom means, beside arguments and their text? */
  knowsMeaning: boolean;
  /** is a tool named, other than by a bare `*`, or a kind that is no tool? */
  namesTool: boolean;
  uncovered: boolean;
  /** what has to be counted for it */
  counters: Counter[];
}

/** Criteria put together: bits that must be there, bits that must not, and tests of the rest, the cheapest first. */
export interface Checks {
  needs: number;
  bars: number;
  tests: readonly Test[];
}

export const bothChecks = (a: Checks, b: Checks): Checks =>
  a.needs === 0 && a.bars === 0 && a.tests.length === 0
    ? b
    : { needs: a.needs | b.needs, bars: a.bars | b.bars, tests: [...a.tests, ...b.tests] };

export type Refuse = (path: DocumentPath, message: string) => void;

export function compileWhen(when: When, direction: Direction, reading: Reading, refuse: Refuse): Conditions {
  const criteria: Criterion[] = [];
  let key = "";
  const add = (below: DocumentPath, make: () => Criterion) => {
    try {
      criteria.push(make());
    } catch (error) {
      if (!isFault(error)) throw error;
      const { index } = error.place;
      refuse([key, ...below, ...(typeof index === "number" ? [index] : [])], error.message);
    }
  };
  const making: Making = { direction, reading, add };
  for (key in when) {
    const value = when[key as keyof When];
    if (value !== undefined) (MAKERS[key as keyof When] as Maker<unknown>)(value, making);
  }
  if (criteria.length > 1) criteria.sort((a, b) => a.cost - b.cost);
  let [needs, bars] = [0, 0];
  const tests: Test[] = [];
  const anchors: Anchor[] = [];
  for (const one of criteria) {
    needs |= one.needs ?? 0;
    bars |= one.bars ?? 0;
    if (one.test) tests.push(one.test);
    if (one.anchor) anchors.push(one.anchor);
  }
  return {
    checks: { needs, bars, tests },
    count: criteria.length,
    anchors,
    knowsMeaning: MEANING.some((key) => when[key] !== undefined),
    namesTool:
      (when.tool?.some((pattern) => !pattern.startsWith("!") && !/^[*]+$/.test(pattern)) ?? false) ||
      (when.kind !== undefined && !when.kind.includes("tool")) ||
      (reading.bareStar && when.tool !== undefined),
    uncovered: when.covered === false,
    counters:
      when.session || when.limits
        ? COUNT_SCOPES.flatMap((scope) => countersIn(scope, countsOf(when, scope) ?? {}))
        : NONE,
  };
}

/** Of ten thousand rules hardly one counts anything. */
const NONE: Counter[] = [];

const countsOf = ({ session, limits }: When, scope: CountScope): When["session"] =>
  scope === "session" ? session : limits?.[scope];

/** Criteria that look at what a command means. Arguments and their text alone never allow one (rulings §B2). */
const MEANING: readonly (keyof When)[] = [
  "commands",
  "startsWith",
  "program",
  "paths",
  "hosts",
  "zones",
  "class",
  "databases",
  "runsCode",
];

interface Making {
  direction: Direction;
  reading: Reading;
  add(below: DocumentPath, make: () => Criterion): void;
}
type Maker<T> = (value: T, making: Making) => void;

function count(scope: CountScope, counts: NonNullable<When["session"]>, direction: Direction): Criterion {
  const what = direction === "loosen" ? restsOnMuch(counts) : undefined;
  if (what)
    throw new Fault("policy_invalid", `nothing may be allowed for a high \`${what}\`: agents add to it themselves`);
  return counted(scope, counts, direction);
}

const MAKERS: { [K in keyof Required<When>]: Maker<NonNullable<When[K]>> } = {
  tool: (value, { direction, reading, add }) => add([], () => call.tool(value, direction, reading.bareStar)),
  kind: (value, { add }) => add([], () => ({ cost: 0, bars: others(KINDS, value) })),
  commands: (value, { direction, add }) => add([], () => command.commands(value, direction)),
  program: (value, { direction, add }) => add([], () => command.program(value, direction)),
  startsWith: (value, { direction, add }) => add([], () => command.startsWith(value, direction)),
  written: (value, { add }) => add([], () => command.written(value)),
  argsJson: (value, { direction, add }) => add([], () => call.argsJson(value, direction)),
  words: (value, { add }) => add([], () => command.words(value)),
  args: (value, { direction, add }) => {
    for (const [name, condition] of Object.entries(value))
      add([name], () => call.namedArgument(name, condition as ArgumentCondition, direction));
  },
  argsMatch: (value, { direction, add }) => add([], () => call.argsMatch(value, direction)),
  paths: (value, { direction, reading, add }) => add([], () => paths(value, direction, reading.pathFlavour)),
  hosts: (value, { direction, add }) => add([], () => hosts(hostConditions(value), direction)),
  zones: (value, { direction, add }) => add([], () => hosts([{ zones: value }], direction)),
  uploads: (value, { direction, add }) => add([], () => hosts([{ upload: value }], direction)),
  databases: (value, { add }) => add([], () => atom.databases(value)),
  resource: (value, { direction, add }) => {
    const { type, path } = value;
    if (type) add(["type"], () => context.contextText("resourceType", type, direction));
    if (path) add(["path"], () => context.contextText("resourcePath", path, direction));
  },
  classification: (value, { direction, add }) => add([], () => context.contextText("classification", value, direction)),
  secrets: (value, { add }) => add([], () => call.secrets(value)),
  class: (value, { add }) => add([], () => atom.commandClass(value)),
  runsCode: (value, { add }) => add([], () => atom.runsCode(value)),
  opaque: (value, { add }) => add([], () => atom.opaque(value)),
  dynamic: (value, { add }) => add([], () => atom.dynamic(value)),
  variables: (value, { add }) => add([], () => atom.variables(value)),
  oddCharacters: (value, { add }) => add([], () => call.oddCharacters(value)),
  redirects: (value, { add }) => add([], () => atom.redirects(value)),
  covered: () => {},
  risk: (value, { add }) => add([], () => ({ cost: 1, test: (view) => within(view.risk, value) })),
  riskSignals: (value, { direction, add }) => add([], () => context.riskSignals(value, direction)),
  tenant: (value, { add }) => add([], () => context.tenant(value)),
  principal: (value, { direction, add }) => {
    for (const [name, patterns] of Object.entries(value)) {
      if (patterns)
        add([name], () =>
          name === "roles"
            ? context.contextList("roles", patterns, direction)
            : context.contextText(name, patterns, direction),
        );
    }
  },
  permissions: (value, { direction, add }) => add([], () => context.contextList("permissions", value, direction)),
  environment: (value, { direction, reading, add }) => {
    const { name, variables } = Array.isArray(value) ? { name: value, variables: undefined } : value;
    if (name) add(["name"], () => context.contextText("environment", name, direction));
    if (variables)
      add(["variables"], () => context.contextList("variables", variables, direction, reading.allVariables));
  },
  branch: (value, { direction, add }) => add([], () => context.contextText("branch", value, direction)),
  trust: (value, { add }) => add([], () => context.trust(value)),
  mode: (value, { add }) => add([], () => ({ cost: 0, bars: others(MODES, value) })),
  approval: (value, { direction, add }) => add([], () => context.approvalState(value, direction)),
  session: (value, { direction, add }) => add([], () => count("session", value, direction)),
  limits: (value, { direction, add }) => {
    for (const scope of ["run", "agent", "tenant"] as const) {
      const counts = value[scope];
      if (counts) add([scope], () => count(scope, counts, direction));
    }
  },
};
