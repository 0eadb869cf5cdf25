// tally.ts — counts votes: distinct voters, every role's quorum, and one deny is a veto

import type { ChainStep } from "@holdpoint/wire/approval.ts";
import type { ApprovalRequirement } from "@holdpoint/wire/decision.ts";

export interface Ballot {
  /** person id; a bot or webhook is one voter, itself (rulings §D3) */
  voter: string;
  vote: "approve" | "deny";
  /** the roles that the voter held when voting, as the store recorded them */
  roles: readonly string[];
  /** the role of a chain by which the voter stands in for these */
  as?: string;
}

/** Steps of the chain as they matter to counting. */
export type Steps = readonly Pick<ChainStep, "role" | "quorum" | "vetoOnly">[];

export interface Tally {
  state: "pending" | "approved" | "rejected";
  requirements: ApprovalRequirement[];
  /** the first requirement that is still unmet; the first of all once every one is met */
  role: string;
  quorum: number;
}

/** Called without a number of their own: each is one of those who were asked. */
const isOneOf = ({ quorum, vetoOnly }: Steps[number]): boolean => quorum === undefined && vetoOnly !== true;

/** Roles of a chain that answer in the place of those who were asked, each with the highest number that is wanted of it. */
function ofTheirOwn(chain: Steps): { role: string; quorum: number }[] {
  const able = chain.flatMap(({ role, quorum, vetoOnly }) =>
    quorum === undefined || vetoOnly === true ? [] : [{ role, quorum }],
  );
  return able.map(({ role }) => ({
    role,
    quorum: Math.max(...able.filter((each) => each.role === role).map(({ quorum }) => quorum)),
  }));
}
const voters = (said: readonly Ballot[], role: string): number =>
  new Set(said.filter(({ as }) => as === role).map(({ voter }) => voter)).size;

/**
 * A voter counts once per role, however often the name appears, and counts for each required role that he or she
 * holds: two requirements ask for two competences, not for two people; who wants two people asks for a quorum of two.
 * Where one role is asked, a step of its chain that says how many may answer in its place, by so many different people.
 * An ask without requirements is not met by nobody: it needs one approver.
 */
export function tally(
  requirements: readonly { role: string; quorum: number }[],
  votes: readonly Ballot[],
  chain: Steps = [],
): Tally {
  const asked = requirements.length > 0 ? requirements : [{ role: "approver", quorum: 1 }];
  const said = votes.filter(({ vote }) => vote === "approve");
  const approvals = said.filter(
    ({ as }) => as === undefined || chain.some((step) => step.role === as && isOneOf(step)),
  );
  const counted = asked.map(({ role, quorum }) => ({
    role,
    quorum,
    votes: new Set(approvals.filter(({ roles }) => roles.includes(role)).map(({ voter }) => voter)).size,
  }));
  const unmet = counted.find(({ votes: given, quorum }) => given < Math.max(1, quorum));
  const instead = asked.length === 1 && ofTheirOwn(chain).some(({ role, quorum }) => voters(said, role) >= quorum);
  const named = unmet ?? (counted[0] as ApprovalRequirement);
  const vetoed = votes.some(({ vote }) => vote !== "approve");
  return {
    state: vetoed ? "rejected" : unmet === undefined || instead ? "approved" : "pending",
    requirements: counted,
    role: named.role,
    quorum: named.quorum,
  };
}
