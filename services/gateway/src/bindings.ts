// bindings.ts — what a proposal pinned must be the same when it is claimed (rulings §C5)

import type { Bindings } from "@holdpoint/wire/action.ts";

const sameSet = (a: readonly string[], b: readonly string[]): boolean => {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && left.isSubsetOf(right);
};
const files = (bindings: Bindings): string[] | undefined =>
  bindings.files?.map(({ path, sha256 }) => JSON.stringify([path, sha256]));

/**
 * Names the first pin that the claim does not repeat, or `undefined` when all stand. A pin that is left out is not
 * repeated: silence must not unpin. What was not pinned may be anything, and is only recorded.
 */
export function changedBinding(
  pinned: Bindings | undefined,
  claimed: Bindings | undefined,
): keyof Bindings | undefined {
  if (!pinned) return undefined;
  const now = claimed ?? {};
  for (const name of ["cwd", "executable", "environmentHash"] as const)
    if (pinned[name] !== undefined && pinned[name] !== now[name]) return name;
  const [pinnedFiles, nowFiles] = [files(pinned), files(now)];
  if (pinnedFiles && !(nowFiles && sameSet(pinnedFiles, nowFiles))) return "files";
  if (pinned.resolvedPaths && !(now.resolvedPaths && sameSet(pinned.resolvedPaths, now.resolvedPaths)))
    return "resolvedPaths";
  return undefined;
}
