// fact-items.ts — what the core understood of an action, as entries of its card

import type { Atom, Facts } from "@holdpoint/wire/facts.ts";
import { type CardItem, line, type Show } from "./card-item.ts";

/** Facts are a reading aid; the arguments above them are complete. Longer lists end in a count. */
const ITEMS_MAX = 60;

const capped = (items: CardItem[]): CardItem[] =>
  items.length <= ITEMS_MAX
    ? items
    : [...items.slice(0, ITEMS_MAX), line("and", `${items.length - ITEMS_MAX} more that the arguments show`)];

function remarks(atom: Atom, show: Show): CardItem[] {
  return [
    ...(atom.wrappers.length > 0 ? [line("  runs inside", show(atom.wrappers.join(" ")))] : []),
    ...atom.opaque.map((why) => line("  not understood", show(why))),
    ...atom.runsCode.map((what) => line("  runs unread code", show(what))),
  ];
}

/** One line a simple command; a call of another tool says it only when there is something to remark. */
export function atomItems(facts: Facts, show: Show): CardItem[] {
  const steps = facts.atoms.flatMap((atom, index) => {
    const said = remarks(atom, show);
    return atom.kind === "command" || said.length > 0
      ? [line(`step ${index + 1}`, show(atom.text), [atom.class]), ...said]
      : [];
  });
  return capped([...steps, ...facts.caps.map((cap) => line("limit reached", show(cap)))]);
}

export function touchItems(facts: Facts, show: Show): CardItem[] {
  const paths = facts.atoms
    .flatMap((atom) => atom.paths)
    .map((path) =>
      line(path.access, show(path.path), [
        ...(path.mayContain ? ["and what is below"] : []),
        ...(path.dynamic ? ["partly unknown until it runs"] : []),
        ...(path.resolved ? ["resolved"] : []),
      ]),
    );
  const hosts = facts.atoms
    .flatMap((atom) => atom.hosts)
    .map((host) =>
      line(host.upload ? "send to" : "reach", show(host.host), [
        host.zone,
        ...(host.port === undefined ? [] : [`port ${host.port}`]),
        ...(host.userinfo ? ["with a user name"] : []),
        ...(host.dynamic ? ["partly unknown until it runs"] : []),
      ]),
    );
  const databases = facts.atoms
    .flatMap((atom) => atom.databases)
    .map(({ verb, object, unbounded }) =>
      line("database", show(object === undefined ? verb : `${verb} ${object}`), unbounded ? ["every row"] : []),
    );
  const variables = [...new Set(facts.atoms.flatMap((atom) => atom.variables))].map((name) =>
    line("variable", show(name)),
  );
  const secrets = facts.secrets.map(({ kind, at }) => line("secret", show(`${kind} in ${at}`)));
  const unique = new Map(
    [...paths, ...hosts, ...databases, ...variables, ...secrets].map((item) => [JSON.stringify(item), item]),
  );
  return capped([...unique.values()]);
}
