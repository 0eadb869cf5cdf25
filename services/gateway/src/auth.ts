// auth.ts — who calls: a bearer key becomes a credential, remembered for less than a second so that revocation bites

import { createHash } from "node:crypto";
import { compileWords, type WordList } from "@holdpoint/core/rules/words.ts";
import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { Store } from "@holdpoint/store/store.ts";
import { AGENT_ROLES, type Credential, type Role } from "@holdpoint/wire/access.ts";
import { Fault } from "@holdpoint/wire/fault.ts";

/** A revoked key stops working within this time in every gateway; in the one that revoked it, at once. */
export const REMEMBERED_MS = 900;
const REMEMBERED_MAX = 10_000;
/** A key, or the session of a person who signed in at a terminal. */
const TOKEN = /^[Bb]earer +(hps?_[A-Za-z0-9_-]{1,200})$/;

export interface Door {
  /** Throws `unauthenticated`; the same words for a missing, unknown, expired or wrong key. */
  caller(authorization: string | undefined): Promise<Credential>;
  /** Forgets what it remembers: a key was changed here. */
  forget(): void;
}

const stranger = () => new Fault("unauthenticated", "expected `authorization: Bearer hp_…` with a key that is valid");

export interface DoorStore {
  keys: Pick<Store["keys"], "authenticate">;
  signIns: Pick<Store["signIns"], "authenticate">;
}

export function createDoor({ keys, signIns }: DoorStore, clock: Clock): Door {
  // By hash, so that a memory dump holds no more keys than it must. Promises, so that a burst asks the store once.
  const known = new Map<string, { until: number; credential: Promise<Credential | undefined> }>();

  function lookUp(token: string): Promise<Credential | undefined> {
    const hash = createHash("sha256").update(token).digest("base64");
    const now = clock.now();
    const hit = known.get(hash);
    if (hit && hit.until > now) return hit.credential;
    const credential = (token.startsWith("hps_") ? signIns : keys).authenticate(token);
    if (known.size >= REMEMBERED_MAX) known.clear();
    known.set(hash, { until: now + REMEMBERED_MS, credential });
    // Neither a stranger nor a store that was away is worth remembering.
    const drop = () => known.get(hash)?.credential === credential && known.delete(hash);
    credential.then((found) => found ?? drop(), drop);
    return credential;
  }

  return {
    async caller(authorization) {
      const token = TOKEN.exec(authorization ?? "")?.[1];
      const credential = token === undefined ? undefined : await lookUp(token);
      if (!credential) throw stranger();
      return credential;
    },
    forget: () => known.clear(),
  };
}

/** The caller in the role in which it may do this; undefined where it has none of them. */
export function actingAs(credential: Credential, who: readonly Role[]): Credential | undefined {
  const role = (credential.roles ?? [credential.role]).find((each) => who.includes(each));
  return role === undefined || role === credential.role ? role && credential : { ...credential, role };
}
export const isAgentSide = (credential: Credential): boolean => AGENT_ROLES.includes(credential.role);

/** Throws `policy_invalid` whose `index` names the pattern that is none. */
export const agentPatterns = (agents: readonly string[]): WordList => compileWords(agents);

const patterns = new WeakMap<Credential, WordList>();

/** True when the key's `agents` (globs, `!` takes out) hold the name. */
export function speaksFor(credential: Credential, agent: string): boolean {
  const known = patterns.get(credential) ?? agentPatterns(credential.agents);
  patterns.set(credential, known);
  return known.test(agent);
}

/** Its own actions; an executor also those of the agents it is made for (rulings §C6: it brings the sandbox). */
export const isItsOwn = (
  credential: Credential,
  action: { credential: string; principal: { agent: string } },
): boolean =>
  action.credential === credential.id ||
  (credential.role === "executor" && speaksFor(credential, action.principal.agent));
