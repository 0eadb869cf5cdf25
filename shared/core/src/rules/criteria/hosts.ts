// hosts.ts — the criterion about hosts: name, zone, scheme, port, direction, all of the same host

import type { Atom, HostFact } from "@holdpoint/wire/facts.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { HostCondition, When } from "../schema.ts";
import { compileFolded, type WordList } from "../words.ts";
import type { Anchor, Criterion } from "./anchors.ts";
import { ATOM } from "./features.ts";
import type { Direction } from "./view.ts";

export const hostConditions = (condition: NonNullable<When["hosts"]>): HostCondition[] =>
  condition.every((one) => typeof one === "string") ? [{ any: condition as string[] }] : (condition as HostCondition[]);

export function hosts(conditions: readonly HostCondition[], direction: Direction): Criterion {
  const tests = conditions.map((one) => compile(one, direction));
  const one = (fact: HostFact): boolean => tests.some((test) => test(fact));
  const every = direction === "loosen";
  const test = (_view: unknown, atom: Atom): boolean => (every ? atom.hosts.every(one) : atom.hosts.some(one));
  const needs = conditions.every(({ upload }) => upload === true) ? ATOM.hosts | ATOM.uploads : ATOM.hosts;
  return { cost: 5, needs, test, anchor: anchorOf(conditions) };
}

function compile(condition: HostCondition, direction: Direction): (fact: HostFact) => boolean {
  const { zones, ports, upload, userinfo } = condition;
  for (const [index, name] of (condition.any ?? []).entries()) refuseOdd(name, index);
  const names = condition.any ? compileFolded(condition.any) : undefined;
  const schemes = condition.schemes ? compileFolded(condition.schemes) : undefined;
  const loosen = direction === "loosen";
  return (fact) => {
    if (names && !named(names, fact, loosen)) return false;
    if (zones && !zones.includes(fact.zone)) return false;
    if (zones && loosen && fact.dynamic) return false;
    if (schemes && !(fact.scheme === undefined ? schemes.onlyNegative : schemes.test(fact.scheme))) return false;
    if (ports && (fact.port === undefined || !ports.includes(fact.port))) return false;
    if (upload !== undefined && (fact.upload ?? false) !== upload) return false;
    return userinfo === undefined || (fact.userinfo ?? false) === userinfo;
  };
}

/** An address never is a host's name: a rule about one would never count. */
function refuseOdd(name: string, index: number): void {
  if (!/[\s/@]/.test(name)) return;
  const message = `\`${name}\` is no host: expected a name like \`*.corp.example\`; \`schemes\` and \`ports\` are words of their own`;
  throw new Fault("policy_invalid", message, { index });
}

/** A name that only the run knows is outside every list, and inside none. */
const named = (names: WordList, fact: HostFact, loosen: boolean): boolean =>
  fact.dynamic || fact.host === "" ? !loosen && names.onlyNegative : names.test(fact.host);

function anchorOf(conditions: readonly HostCondition[]): Anchor {
  const keys: string[] = [];
  for (const { any } of conditions) {
    const words = any ? compileFolded(any) : undefined;
    if (!words?.literals) return { kind: "fact", fact: "hosts" };
    keys.push(...words.literals);
  }
  return { kind: "host", keys };
}
