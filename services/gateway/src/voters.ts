// voters.ts — who a vote comes from, which roles it counts for, and whether it still does when the action is claimed

import type { ActionRow } from "@holdpoint/store/types.ts";
import type { Credential } from "@holdpoint/wire/access.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import type { Approval, Vote } from "@holdpoint/wire/approval.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { Gateway } from "./parts.ts";

/** Everyone with an approver key holds this one: it is what a bare `require_approval` asks for (rulings §B9). */
const APPROVER = "approver";
/** Of a person in a one-person `up`: every role that a policy may ask for. */
const ANY = "*";

export interface Voter {
  /** person id; a key without a person is one voter, itself (rulings §D3) */
  id: string;
  roles: string[];
}

/** Throws `not_an_approver`. Roles as they are now; the store leaves out what is newer than the action (rulings §D3). */
export async function voterOf(gateway: Gateway, credential: Credential, approval: Approval): Promise<Voter> {
  const asked = approval.requirements.map(({ role }) => role);
  const id = credential.person ?? credential.id;
  const person =
    credential.person === undefined ? undefined : await gateway.store.people.get(credential.tenant, credential.person);
  if (person) {
    const roles = gateway.onePerson && person.roles.includes(ANY) ? asked : person.roles;
    return { id, roles: [...new Set([APPROVER, ...roles])] };
  }
  // The owner of a one-person `up` needs no entry among the people: there is nobody else to answer.
  if (gateway.onePerson) return { id, roles: [...new Set([APPROVER, ...asked])] };
  if (credential.person !== undefined) throw refuse("nobody of this name is known");
  if (approval.requirements.some(({ quorum }) => quorum > 1))
    throw refuse("this takes several people, and the key is nobody's");
  return { id, roles: [APPROVER] };
}

const refuse = (why: string): Fault => new Fault("not_an_approver", why);

/** The requester's own side: the key, the agent, whom it acts for (also as it merely claims), whoever edited (§D2). */
export const barredFrom = (gateway: Gateway, { credential, principal, editedBy }: Action): string[] =>
  gateway.onePerson
    ? []
    : [credential, principal.agent, principal.onBehalfOf, editedBy].filter((each) => each !== undefined);

/** A vote as it counts today: the roles it was given with that its voter still holds. */
async function asOfNow(gateway: Gateway, tenant: string, vote: Vote): Promise<Vote> {
  const person = await gateway.store.people.get(tenant, vote.voter);
  if (person) {
    const holds = (role: string) =>
      role === APPROVER || person.roles.includes(role) || (gateway.onePerson && person.roles.includes(ANY));
    return { ...vote, roles: vote.roles.filter(holds) };
  }
  const keys = await gateway.store.keys.list(tenant);
  const hasKey = keys.some(
    ({ id, role, person: owner }) =>
      role === "approver" && (gateway.onePerson ? (owner ?? id) : owner === undefined ? id : undefined) === vote.voter,
  );
  return hasKey ? vote : { ...vote, roles: [] };
}

/** The votes of an approved action, as they were given and as they count now. */
export async function votesOn(gateway: Gateway, row: ActionRow): Promise<{ given: Vote[]; counting: Vote[] }> {
  const { tenant } = row.action;
  const approval = row.approvalId === undefined ? undefined : await gateway.store.approvals.get(tenant, row.approvalId);
  const given = approval?.votes ?? [];
  return { given, counting: await Promise.all(given.map((vote) => asOfNow(gateway, tenant, vote))) };
}
