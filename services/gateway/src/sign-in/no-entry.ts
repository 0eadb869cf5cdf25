// no-entry.ts — a sign-in that came to nothing, as evidence

import type { Gateway } from "../parts.ts";
import type { SignInDesk } from "./desk.ts";

/** Anybody may cause one, so their like are counted; an identity that the provider vouched for is one real account. */
export const noteNoEntry = (
  { refusals }: Gateway,
  { tenant }: Pick<SignInDesk, "tenant">,
  refused: { code: string; reason: string; identity?: string },
) =>
  refusals.note(
    { tenant, type: "sign_in.refused", actor: { channel: "oidc" }, detail: refused },
    `${refused.code} ${refused.reason} ${refused.identity ?? ""}`,
  );
