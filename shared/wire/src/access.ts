// access.ts — who may do what: credentials, what they attest, people

import { z } from "zod";
import { list, name, Trust, timestamp } from "./scalars.ts";

const OF_AGENTS = ["agent", "executor", "authzen"] as const;
const OF_PEOPLE = ["approver", "operator", "policy-author", "policy-publisher", "auditor", "admin"] as const;
/** Each role is of one kind: a new one has to say of which. */
export const ROLES = [...OF_AGENTS, ...OF_PEOPLE] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** Credentials that act for an agent: what they are told is what the agent is told. */
export const AGENT_ROLES: readonly Role[] = OF_AGENTS;
/** What only people do, and programs in their place. No credential has roles of both kinds. */
export const PEOPLE_ROLES: readonly Role[] = OF_PEOPLE;

/**
 * What a person who signed in may do here, from the roles they hold. Roles of a house's own (`dba`, `repo-owner`) answer
 * what policies ask of them, which is an approver's business; roles of agents are nobody's.
 */
export function rolesOfSession(held: readonly string[]): Role[] {
  const ours: readonly string[] = ROLES;
  const answers = held.some((role) => role === "approver" || !ours.includes(role));
  return PEOPLE_ROLES.filter((role) => (role === "approver" ? answers : held.includes(role)));
}

export const Attests = z.strictObject({
  onBehalfOf: name().optional(),
  team: name().optional(),
  roles: list(name()).optional(),
  app: name().optional(),
  workflow: name().optional(),
  environment: z.strictObject({ name: name() }).optional(),
  trust: Trust.optional(),
  home: name(4096).optional(),
  permissions: list(name()).optional(),
  /** what this key proposes is meant for this place, and what it claims was; it has no word of its own about it */
  audience: name().optional(),
});
export type Attests = z.infer<typeof Attests>;

export const KeyRequest = z.strictObject({
  role: Role,
  agents: list(name()).optional(),
  person: name().optional(),
  attests: Attests.optional(),
  expiresAt: timestamp.optional(),
});
export type KeyRequest = z.infer<typeof KeyRequest>;

/** An authenticated caller, as the gateway knows it after the door. */
export interface Credential {
  id: string;
  tenant: string;
  /** a key's only one; of a session the one in which it acts */
  role: Role;
  /** all of a session's: each route takes the one that it is for */
  roles?: readonly Role[];
  agents: string[];
  person?: string;
  attests: Attests;
  /** a person's session (OIDC) and not a key: the identity that it rests on, and since when that is known here */
  signedIn?: { identity: string; since: string };
}

export const Identity = z.strictObject({ channel: name(), id: name() });
export const PersonRequest = z.strictObject({
  id: name(),
  name: name(),
  roles: list(name()),
  identities: list(Identity).optional(),
  delegatesTo: name().optional(),
});
export type PersonRequest = z.infer<typeof PersonRequest>;

/** What takes two admins in a fleet (rulings §D3): one proposes it, another confirms it. */
export const ChangeRequest = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("person.put"), person: PersonRequest }),
  z.strictObject({ kind: z.literal("person.remove"), id: name() }),
  z.strictObject({ kind: z.literal("key.create"), key: KeyRequest }),
  z.strictObject({ kind: z.literal("key.remove"), id: name() }),
]);
export type ChangeRequest = z.infer<typeof ChangeRequest>;

export const SessionRequest = z.strictObject({ reason: name(4096) });
export const KillSwitchRequest = z.strictObject({ engaged: z.boolean(), agent: name().optional(), reason: name(4096) });
