// so-far.ts — who has answered and who is still missing, in words: a card is hashed and holds nothing of the time, so this stands beside it

import type { Approval, Vote } from "@holdpoint/wire/approval.ts";

type Asked = Pick<Approval, "requirements" | "votes" | "chain">;

/** Whose yes it is, and by what right where that is not their own role. */
function voiceOf({ voter, lent, called }: Vote, role: string): string {
  const lender = lent?.find((each) => each.role === role)?.by;
  const as = called?.find((each) => each.role === role)?.as;
  return `${voter}${lender === undefined ? "" : ` for ${lender}`}${as === undefined ? "" : ` as ${as}`}`;
}

/**
 * One entry a role that is asked, one a role that answers in its place, one for votes that count no more: names of people
 * and roles only, no word of the agent's. The caller makes them harmless where they are drawn.
 */
export function soFar({ requirements, votes, chain = [] }: Asked): string[] {
  const yes = votes.filter((vote) => vote.vote === "approve" && vote.void === undefined);
  const ownQuorum = (as: string | undefined) => chain.some(({ role, quorum }) => role === as && quorum !== undefined);
  const isInstead = (vote: Vote, role: string) => ownQuorum(vote.called?.find((each) => each.role === role)?.as);
  const by = (names: readonly string[]) => (names.length === 0 ? "" : `, by ${names.join(", ")}`);
  const asked = requirements.map(({ role, quorum, votes: given }) => {
    const names = yes.filter((vote) => vote.roles.includes(role) && !isInstead(vote, role));
    const missing = quorum > given ? `, ${quorum - given} more needed` : "";
    return `${role} ${given} of ${quorum}${by(names.map((vote) => voiceOf(vote, role)))}${missing}`;
  });
  const steps = chain.filter(({ quorum, vetoOnly }) => quorum !== undefined && vetoOnly !== true);
  const instead = [...new Set(steps.map(({ role }) => role))].flatMap((role) => {
    const names = yes.filter(({ called }) => called?.some((each) => each.as === role)).map(({ voter }) => voter);
    const wanted = Math.max(...steps.filter((step) => step.role === role).map(({ quorum = 1 }) => quorum));
    return names.length === 0 ? [] : [`or ${role} ${names.length} of ${wanted}${by(names)}`];
  });
  const gone = votes.filter((vote) => vote.void !== undefined).map(({ voter }) => voter);
  return [...asked, ...instead, ...(gone.length === 0 ? [] : [`counts no more: ${[...new Set(gone)].join(", ")}`])];
}
