// voters.ts — who a vote comes from, which roles it counts for, and whether it still does when the action is claimed

import type { Assurance } from "@holdpoint/core/escalation/request.ts";
import { requestersSide } from "@holdpoint/core/escalation/requesters.ts";
import { needsSignIn } from "@holdpoint/core/escalation/sign-in-needed.ts";
import type { Steps } from "@holdpoint/core/escalation/tally.ts";
import { uuidTime } from "@holdpoint/core/escalation/uuid-time.ts";
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
  assurance: Assurance;
}

/** Throws `not_an_approver`. Roles as they are now; the store leaves out what is newer than the action (rulings §D3). */
export async function voterOf(gateway: Gateway, credential: Credential, approval: Approval): Promise<Voter> {
  const asked = approval.requirements.map(({ role }) => role);
  const id = credential.person ?? credential.id;
  mustBeSignedIn(gateway, credential, approval);
  const person =
    credential.person === undefined ? undefined : await gateway.store.people.get(credential.tenant, credential.person);
  if (person) {
    const roles = gateway.onePerson && person.roles.includes(ANY) ? asked : person.roles;
    // A key with the role is an approver's; a session is only what its person is.
    const own = credential.signedIn ? roles : [APPROVER, ...roles];
    return { id, roles: [...new Set(own)], assurance: "signed-in" };
  }
  // The owner of a one-person `up` needs no entry among the people: there is nobody else to answer.
  if (gateway.onePerson) return { id, roles: [...new Set([APPROVER, ...asked])], assurance: "key" };
  if (credential.person !== undefined) throw refuse("nobody of this name is known");
  if (approval.requirements.some(({ quorum }) => quorum > 1))
    throw refuse("this takes several people, and the key is nobody's");
  return { id, roles: [APPROVER], assurance: "key" };
}

const refuse = (why: string): Fault => new Fault("not_an_approver", why);

/**
 * rulings §D3: what takes several people, or the highest tier, is answered by people who signed in, wherever people can;
 * and an identity that is newer than the action does not count.
 */
function mustBeSignedIn(gateway: Gateway, { signedIn }: Credential, approval: Approval): void {
  if (gateway.onePerson) return;
  if (signedIn !== undefined) {
    if (Date.parse(signedIn.since) > uuidTime(approval.actionId))
      throw refuse("your identity is newer than what is asked");
    return;
  }
  if (gateway.signIn !== undefined && needsSignIn(approval, gateway.signInRoles))
    throw refuse("this is answered after signing in: `holdpoint login`, or the full view in a browser");
}

/** The requester's own side (§D2); nobody in a one-person `up`. */
export const barredFrom = (gateway: Gateway, action: Action): string[] =>
  gateway.onePerson ? [] : requestersSide(action);

/** Whether somebody still holds a role; whoever is no person among the people, by still having an approver key. */
async function stillHolds(gateway: Gateway, tenant: string, voter: string, role: string): Promise<boolean> {
  const person = await gateway.store.people.get(tenant, voter);
  if (person?.roles.includes(role) || (gateway.onePerson && person?.roles.includes(ANY))) return true;
  // What a key alone gives: the role of its kind to its person, or everything to the key that is nobody's.
  if (person && role !== APPROVER) return false;
  const keys = await gateway.store.keys.list(tenant);
  return keys.some(
    ({ id, role: kind, person: owner }) =>
      kind === "approver" &&
      (person || gateway.onePerson ? (owner ?? id) : owner === undefined ? id : undefined) === voter,
  );
}

/** A vote as it counts today: the roles it was given with that their holder (the lender, where one was lent) still has. */
async function asOfNow(gateway: Gateway, tenant: string, vote: Vote): Promise<Vote> {
  const held = await Promise.all(
    vote.roles.map((role) => {
      const holder = vote.lent?.find((each) => each.role === role)?.by ?? vote.voter;
      return stillHolds(gateway, tenant, holder, vote.called?.find((each) => each.role === role)?.as ?? role);
    }),
  );
  return { ...vote, roles: vote.roles.filter((_role, n) => held[n]) };
}

/** The votes of an approved action, as they were given and as they count now. */
export async function votesOn(
  gateway: Gateway,
  row: ActionRow,
): Promise<{ given: Vote[]; counting: Vote[]; chain: Steps }> {
  const { tenant } = row.action;
  const approval = row.approvalId === undefined ? undefined : await gateway.store.approvals.get(tenant, row.approvalId);
  const given = (approval?.votes ?? []).filter((vote) => vote.void === undefined);
  return {
    given,
    chain: approval?.chain ?? [],
    counting: await Promise.all(given.map((vote) => asOfNow(gateway, tenant, vote))),
  };
}
