// pins.ts — what a proposal pinned must be the same when it is claimed: place, tool and bindings (rulings §C5)

import type { Attests } from "@holdpoint/wire/access.ts";
import type { Action, Bindings, Proposal } from "@holdpoint/wire/action.ts";
import type { ClaimRefusal, ClaimRequest } from "@holdpoint/wire/grant.ts";

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

/** A key that is pinned to a place is for that one, and has no word of its own about it. */
export const isForAnother = ({ audience: pin }: Attests, said: string | undefined): boolean =>
  pin !== undefined && said !== undefined && pin !== said;

/** The place that a claim is made for. */
export const audienceOf = ({ audience: pin }: Attests, { audience: said }: ClaimRequest): string | undefined =>
  pin ?? said;

/** What a proposal that is claimed by its own proposer presents: the very pins that it names. */
export const pinsOf = ({ bindings, audience, toolVersion }: Proposal): ClaimRequest => ({
  ...(bindings && { bindings }),
  ...(audience !== undefined && { audience }),
  ...(toolVersion !== undefined && { toolVersion }),
});

export interface Changed {
  reasonCode: ClaimRefusal;
  /** JSON pointer into the claim */
  at: string;
}

/** The first pin of the action that the claim does not meet; all pins stand where it is `undefined`. */
export function changedPin(action: Action, attests: Attests, request: ClaimRequest): Changed | undefined {
  const { audience, toolVersion, bindings } = action;
  const elsewhere = audience !== undefined && audience !== audienceOf(attests, request);
  if (elsewhere || isForAnother(attests, request.audience)) return { reasonCode: "wrong_audience", at: "/audience" };
  if (toolVersion !== undefined && toolVersion !== request.toolVersion)
    return { reasonCode: "tool_changed", at: "/toolVersion" };
  const changed = changedBinding(bindings, request.bindings);
  return changed && { reasonCode: "bindings_changed", at: `/bindings/${changed}` };
}
