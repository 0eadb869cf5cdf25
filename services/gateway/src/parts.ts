// parts.ts — what the gateway is made of: the engine's ports, and what it keeps of its own

import type { Engine } from "@holdpoint/engine/deps.ts";
import type { Door } from "./auth.ts";
import type { Bells } from "./bells.ts";
import type { Grants } from "./grants.ts";
import type { Intake } from "./propose.ts";
import type { Refusals } from "./refusals.ts";
import type { SignInDesk } from "./sign-in/desk.ts";
import type { SignInOptions } from "./sign-in/options.ts";
import type { Waiters } from "./waiters.ts";

/** The part of the engine that the gateway uses. */
export type Parts = Pick<Engine, "store" | "queue" | "policies" | "checkers" | "audit" | "clock" | "log" | "ready">;

export interface GatewayOptions {
  /** signs report handles: the same 32 bytes in every gateway of a fleet, so that any of them knows a handle again */
  masterKey: Buffer;
  /** `holdpoint up`: the owner may answer their own agents, and the admin writes and publishes policy (rulings §D2) */
  onePerson?: boolean;
  /** where people sign in; without it only keys answer */
  signIn?: SignInOptions | undefined;
  /** roles that are the highest tier (rulings §D3) */
  signInRoles?: readonly string[] | undefined;
  /** where the courier listens: `/inbound/{channel}` is handed on to it */
  courierUrl?: string | undefined;
}

/** Everything a route may use. */
export interface Gateway extends Parts {
  onePerson: boolean;
  door: Door;
  signIn?: SignInDesk;
  signInRoles: readonly string[];
  courierUrl?: string;
  grants: Grants;
  refusals: Refusals;
  intake: Intake;
  waiters: Waiters;
  bells: Bells;
  /** aborted when the server drains: waiting calls answer with what they have, streams end */
  closing: AbortSignal;
}
