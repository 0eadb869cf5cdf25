// attest.ts — a proposal becomes an action: what its key vouches for is attested, everything else is only claimed (rulings §A)

import { argsHash } from "@holdpoint/core/args-hash.ts";
import type { Credential } from "@holdpoint/wire/access.ts";
import type { Action, Attestable, ProposedAction } from "@holdpoint/wire/action.ts";
import { Proposal } from "@holdpoint/wire/action.ts";
import { compareTrust, type Id, type Json, type Trust } from "@holdpoint/wire/scalars.ts";
import type { z } from "zod";

/** A key without a level of its own is `verified` (rulings §A2). */
const TRUST_DEFAULT: Trust = "verified";

/**
 * Seed 002's `{ command, writes, paths }` is a call of a shell. What it says about writes and paths stays beside the
 * command: people see it on the card, and the core reads it as what the call touches.
 */
export function asProposal(proposed: Proposal | z.output<typeof ProposedAction>): Proposal {
  if ("tool" in proposed) return proposed;
  const { command, writes, paths, ...rest } = proposed;
  const args: Proposal["args"] = { command };
  if (paths && paths.length > 0) {
    args["paths"] = paths;
    if (writes !== undefined) args["writes"] = writes;
  } else if (writes === true) args["writes"] = true;
  return Proposal.parse({ ...rest, tool: "Bash", args });
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.every((each) => b.includes(each)) && b.every((each) => a.includes(each));

/**
 * A pinned value stands whatever was said. Where the agent says something *else* about its context, its word may be a
 * warning (it says production, its key says development), so the value counts as unknown: that only ever tightens.
 */
function pinned<T>(pin: T | undefined, said: T | undefined, same: (a: T, b: T) => boolean = Object.is) {
  if (pin === undefined) return { value: said, attested: false };
  if (said === undefined || same(pin, said)) return { value: pin, attested: true };
  return { value: said, attested: false };
}

const lowest = (a: Trust, b: Trust): Trust => (compareTrust(a, b) <= 0 ? a : b);

interface Vouched {
  fields: Pick<Action, "principal" | "trust"> &
    Pick<Partial<Action>, "home" | "environment" | "permissions" | "audience">;
  attested: Attestable[];
}

function vouch({ principal, environment, ...said }: Proposal, { attests, role }: Credential): Vouched {
  const attested: Attestable[] = ["agent", "trust"];
  const take = <T>(what: Attestable, pin: T | undefined, value: T | undefined, same?: (a: T, b: T) => boolean) => {
    const taken = pinned(pin, value, same);
    if (taken.attested) attested.push(what);
    return taken.value;
  };
  // Whom it acts for decides who may not vote, and home decides what `~` is: there a pin leaves no room for another word.
  const onBehalfOf = take("onBehalfOf", attests.onBehalfOf, attests.onBehalfOf ?? principal.onBehalfOf);
  const home = take("home", attests.home, attests.home ?? said.home);
  const team = take("team", attests.team, principal.team);
  const roles = take("roles", attests.roles, principal.roles, sameSet);
  const app = take("app", attests.app, principal.app);
  const workflow = take("workflow", attests.workflow, principal.workflow);
  const name = take("environment.name", attests.environment?.name, environment?.name);
  const permissions = take("permissions", attests.permissions, said.permissions, sameSet);
  const audience = take("audience", attests.audience, said.audience);
  // An enforcer sees the place where the call will run; an agent only tells of it.
  if (role === "executor") {
    if (environment?.variables) attested.push("environment.variables");
    if (said.context?.branch !== undefined) attested.push("branch");
    if (said.resource) attested.push("resource", "classification");
    if (said.bindings) attested.push("bindings");
    if (said.toolVersion !== undefined) attested.push("toolVersion");
    if (said.audience !== undefined && attests.audience === undefined) attested.push("audience");
    if (said.usage) attested.push("usage");
  }
  const place = {
    ...(name !== undefined && { name }),
    ...(environment?.variables && { variables: environment.variables }),
  };
  return {
    attested,
    fields: {
      principal: {
        agent: principal.agent,
        ...(onBehalfOf !== undefined && { onBehalfOf }),
        ...(team !== undefined && { team }),
        ...(roles !== undefined && { roles }),
        ...(app !== undefined && { app }),
        ...(workflow !== undefined && { workflow }),
      },
      trust: lowest(attests.trust ?? TRUST_DEFAULT, said.trust ?? attests.trust ?? TRUST_DEFAULT),
      ...(home !== undefined && { home }),
      ...((environment !== undefined || name !== undefined) && { environment: place }),
      ...(permissions !== undefined && { permissions }),
      ...(audience !== undefined && { audience }),
    },
  };
}

/** The action that a credential proposes. Its `args` are the very ones that were sent. */
export function accept(proposal: Proposal, credential: Credential, at: { id: Id<"act">; proposedAt: string }): Action {
  const {
    tool,
    toolVersion,
    args,
    cwd,
    toolCallId,
    session,
    context,
    resource,
    mode,
    risk,
    plan,
    usage,
    client,
    kind,
  } = proposal;
  const { bindings } = proposal;
  const { fields, attested } = vouch(proposal, credential);
  return {
    id: at.id,
    tenant: credential.tenant,
    kind: kind ?? "tool",
    tool,
    args,
    argsHash: argsHash(args as Json),
    ...(cwd !== undefined && { cwd }),
    session,
    ...(context && { context }),
    ...(resource && { resource }),
    mode: mode ?? "auto",
    ...(risk && { risk }),
    ...(plan && { plan }),
    ...(usage && { usage }),
    ...(client !== undefined && { client }),
    ...(toolCallId !== undefined && { toolCallId }),
    ...(bindings && { bindings }),
    ...(toolVersion !== undefined && { toolVersion }),
    ...fields,
    attested,
    credential: credential.id,
    proposedAt: at.proposedAt,
  };
}
