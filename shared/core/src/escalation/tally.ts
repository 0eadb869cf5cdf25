// tally.ts — counts votes: distinct voters, every role's quorum, and one deny is a veto

import type { ApprovalRequirement } from "@holdpoint/wire/decision.ts";

export interface Ballot {
  /** person id; a bot or webhook is one voter, itself (rulings §D3) */
  voter: string;
  vote: "approve" | "deny";
  /** the roles that the voter held when voting, as the store recorded them */
  roles: readonly string[];
}

export interface Tally {
  state: "pending" | "approved" | "rejected";
  requirements: ApprovalRequirement[];
  /** the first requirement that is still unmet; the first of all once every one is met */
  role: string;
  quorum: number;
}

/**
 * A voter counts once per role, however often the name appears, and counts for each required role that he or she
 * holds: two requirements ask for two competences, not for two people; who wants two people asks for a quorum of two.
 * An ask without requirements is not met by nobody: it needs one approver.
 */
export function tally(requirements: readonly { role: string; quorum: number }[], votes: readonly Ballot[]): Tally {
  const asked = requirements.length > 0 ? requirements : [{ role: "approver", quorum: 1 }];
  const approvals = votes.filter(({ vote }) => vote === "approve");
  const counted = asked.map(({ role, quorum }) => ({
    role,
    quorum,
    votes: new Set(approvals.filter(({ roles }) => roles.includes(role)).map(({ voter }) => voter)).size,
  }));
  const unmet = counted.find(({ votes: given, quorum }) => given < Math.max(1, quorum));
  const named = unmet ?? (counted[0] as ApprovalRequirement);
  const vetoed = votes.some(({ vote }) => vote !== "approve");
  return {
    state: vetoed ? "rejected" : unmet === undefined ? "approved" : "pending",
    requirements: counted,
    role: named.role,
    quorum: named.quorum,
  };
}
