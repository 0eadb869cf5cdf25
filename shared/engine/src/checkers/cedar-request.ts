// cedar-request.ts — an action and its facts as Cedar's principal, action, resource and context

import type { Action, Attestable } from "@holdpoint/wire/action.ts";
import type { Access, Facts } from "@holdpoint/wire/facts.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";

interface Uid {
  type: string;
  id: string;
}
/** Values that Cedar knows: no null, no fraction, and no object that it would read as an entity or an extension. */
export type Value = string | number | boolean | Value[] | { [key: string]: Value };
export interface Entity {
  uid: Uid;
  attrs: Record<string, Value>;
  parents: Uid[];
}
export interface CedarRequest {
  principal: Uid;
  action: Uid;
  resource: Uid;
  context: Record<string, Value>;
  entities: Entity[];
}

const each = (texts: Iterable<string>): string[] => [...new Set(texts)].sort();

/** A top-level argument, where it is a text, a whole number or a truth; fractions are texts, all else is left out. */
function argument(value: Json): Value | undefined {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value !== "number") return undefined;
  return Number.isSafeInteger(value) ? value + 0 : String(value);
}

function argumentsOf({ args }: Action): Record<string, Value> {
  const kept: Record<string, Value> = {};
  for (const [name, each] of Object.entries(args)) {
    const value = argument(each);
    // `__entity` and `__extn` would make the record something else.
    if (value !== undefined && !name.startsWith("__")) kept[name] = value;
  }
  return kept;
}

function factsOf({ atoms, secrets, class: level, tool, caps }: Facts): Record<string, Value> {
  const paths = (access: Access) =>
    each(atoms.flatMap((atom) => atom.paths.filter((path) => path.access === access).map(({ path }) => path)));
  const hosts = atoms.flatMap((atom) => atom.hosts);
  return {
    class: level,
    ...(tool.meaning !== undefined && { meaning: tool.meaning }),
    commands: each(atoms.filter(({ kind }) => kind === "command").map(({ text }) => text)),
    programs: each(atoms.flatMap(({ program }) => program ?? [])),
    reads: paths("read"),
    writes: paths("write"),
    deletes: paths("delete"),
    executes: paths("execute"),
    hosts: each(hosts.map(({ host }) => host)),
    uploads: hosts.some(({ upload }) => upload === true),
    secrets: each(secrets.map(({ kind }) => kind)),
    runsCode: atoms.some(({ runsCode }) => runsCode.length > 0),
    opaque: caps.length > 0 || atoms.some(({ opaque }) => opaque.length > 0),
  };
}

/** What somebody says about the call, by whether its credential vouches for it. */
function surroundings(action: Action): { known: Record<string, Value>; claimed: Record<string, Value> } {
  const { principal, environment, context, resource, permissions, attested } = action;
  const said: [Attestable, string, Value | undefined][] = [
    ["onBehalfOf", "onBehalfOf", principal.onBehalfOf],
    ["team", "team", principal.team],
    ["app", "app", principal.app],
    ["workflow", "workflow", principal.workflow],
    ["roles", "roles", principal.roles],
    ["permissions", "permissions", permissions],
    ["environment.name", "environment", environment?.name],
    ["branch", "branch", context?.branch],
    ["classification", "classification", resource?.classification],
  ];
  const known: Record<string, Value> = {};
  const claimed: Record<string, Value> = {};
  for (const [what, name, value] of said)
    if (value !== undefined) (attested.includes(what) ? known : claimed)[name] = value;
  return { known, claimed };
}

export function cedarRequest(action: Action, facts: Facts, more: readonly Entity[]): CedarRequest {
  const { known, claimed } = surroundings(action);
  const groups = (type: string, names: Value | undefined): Uid[] =>
    (Array.isArray(names) ? names : names === undefined ? [] : [names]).map((id) => ({ type, id: String(id) }));
  const attestedResource = action.attested.includes("resource") ? action.resource : undefined;
  const principal = { type: "Agent", id: action.principal.agent };
  const does = { type: "Action", id: facts.tool.normalized };
  const resource = { type: attestedResource?.type ?? "Resource", id: attestedResource?.path ?? "" };
  const kinds = facts.tool.meaning === undefined || facts.tool.meaning === does.id ? [] : [facts.tool.meaning];
  const own: Entity[] = [
    {
      uid: principal,
      attrs: { trust: action.trust },
      parents: [...groups("Team", known["team"]), ...groups("Role", known["roles"])],
    },
    { uid: does, attrs: {}, parents: groups("Action", kinds) },
  ];
  const given = (uid: Uid) => more.some((entity) => entity.uid.type === uid.type && entity.uid.id === uid.id);
  return {
    principal,
    action: does,
    resource: isTypeName(resource.type) ? resource : { ...resource, type: "Resource" },
    entities: [...more, ...own.filter(({ uid }) => !given(uid))],
    context: {
      tool: action.tool,
      kind: action.kind,
      mode: action.mode,
      trust: action.trust,
      tenant: action.tenant,
      session: action.session.id,
      ...(action.cwd !== undefined && { cwd: action.cwd }),
      args: argumentsOf(action),
      ...factsOf(facts),
      ...known,
      claimed,
    },
  };
}

const isTypeName = (type: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*(::[A-Za-z_][A-Za-z0-9_]*)*$/.test(type);
