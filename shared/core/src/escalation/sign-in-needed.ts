// sign-in-needed.ts — what is answered by people who signed in only (rulings §D3)

/** More than one person, or the highest tier: `signInRoles` says which roles that is. */
export const needsSignIn = (
  requirements: readonly { role: string; quorum: number }[],
  signInRoles: readonly string[],
): boolean => requirements.some(({ role, quorum }) => quorum > 1 || signInRoles.includes(role));
