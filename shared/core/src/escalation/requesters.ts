// requesters.ts — the requester's own side: nobody of it answers the question (rulings §D2)

import type { Action } from "@holdpoint/wire/action.ts";

/** The key, the agent, whom it acts for (also as it merely claims), whoever edited. */
export const requestersSide = ({
  credential,
  principal,
  editedBy,
}: Pick<Action, "credential" | "principal" | "editedBy">): string[] =>
  [credential, principal.agent, principal.onBehalfOf, editedBy].filter((each) => each !== undefined);
