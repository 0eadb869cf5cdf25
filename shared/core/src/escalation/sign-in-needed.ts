// sign-in-needed.ts — what is answered by people who signed in only (rulings §D3)

import type { Approval } from "@holdpoint/wire/approval.ts";

/** More than one person, also of those who are called next, or the highest tier: `signInRoles` says which roles that is. */
export const needsSignIn = (
  { requirements, chain = [] }: Pick<Approval, "requirements" | "chain">,
  signInRoles: readonly string[],
): boolean =>
  requirements.some(({ role, quorum }) => quorum > 1 || signInRoles.includes(role)) ||
  chain.some(({ quorum = 1 }) => quorum > 1);
