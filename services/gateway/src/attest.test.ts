// attest.test.ts — what a key vouches for, and what stays the agent's own word (rulings §A)

import { newId } from "@holdpoint/runtime/id.ts";
import type { Attests, Credential } from "@holdpoint/wire/access.ts";
import type { Action, Proposal } from "@holdpoint/wire/action.ts";
import { Action as ActionSchema } from "@holdpoint/wire/action.ts";
import { describe, expect, test } from "vitest";
import { accept, asProposal } from "./attest.ts";

const credential = (attests: Attests = {}, over: Partial<Credential> = {}): Credential => ({
  id: newId("key"),
  tenant: "default",
  role: "agent",
  agents: ["*"],
  attests,
  ...over,
});
const proposal = (over: Partial<Proposal> = {}): Proposal => ({
  tool: "Bash",
  args: { command: "ls" },
  principal: { agent: "a" },
  session: { id: "s" },
  ...over,
});
const take = (over: Partial<Proposal>, attests: Attests = {}, by: Partial<Credential> = {}): Action =>
  accept(proposal(over), credential(attests, by), { id: newId("act"), proposedAt: "2026-01-01T00:00:00.000Z" });

test("an accepted action is one that the stages understand", () =>
  expect(() => ActionSchema.parse(take({ cwd: "/w", home: "/h", plan: { why: "x" } }))).not.toThrow());

test("kind, mode and trust have their defaults; agent and trust are always attested", () =>
  expect(take({})).toMatchObject({ kind: "tool", mode: "auto", trust: "verified", attested: ["agent", "trust"] }));

describe("context", () => {
  const team = (action: Action) => [action.principal.team, action.attested.includes("team")];
  test.each<[string, Attests, Proposal["principal"]["team"], [string | undefined, boolean]]>([
    ["claimed only: kept, not attested", {}, "payments", ["payments", false]],
    ["pinned, nothing said", { team: "payments" }, undefined, ["payments", true]],
    ["pinned, the same said", { team: "payments" }, "payments", ["payments", true]],
    ["pinned, something else said: unknown, which only tightens", { team: "payments" }, "admins", ["admins", false]],
  ])("%s", (_why, attests, said, want) =>
    expect(team(take({ principal: { agent: "a", ...(said && { team: said }) } }, attests))).toEqual(want),
  );

  test("whom it acts for and its home are what the key says, whatever is claimed", () => {
    const action = take(
      { principal: { agent: "a", onBehalfOf: "eve" }, home: "/tmp" },
      { onBehalfOf: "alice", home: "/home/alice" },
    );
    expect(action).toMatchObject({ principal: { onBehalfOf: "alice" }, home: "/home/alice" });
    expect(action.attested).toEqual(expect.arrayContaining(["onBehalfOf", "home"]));
  });

  test("an agent cannot give itself roles, and cannot drop the ones it has", () => {
    const attests = { roles: ["developer"] };
    expect(take({ principal: { agent: "a", roles: ["release-manager"] } }, attests).attested).not.toContain("roles");
    expect(take({ principal: { agent: "a", roles: [] } }, attests).attested).not.toContain("roles");
    expect(take({}, attests)).toMatchObject({ principal: { roles: ["developer"] } });
  });

  test("a development key that says production is not believed to be in development", () => {
    const action = take({ environment: { name: "production" } }, { environment: { name: "development" } });
    expect(action.attested).not.toContain("environment.name");
  });
});

describe("trust only goes down by a claim", () => {
  test.each<[Attests["trust"], Proposal["trust"], Action["trust"]]>([
    [undefined, undefined, "verified"],
    [undefined, "trusted", "verified"],
    [undefined, "quarantined", "quarantined"],
    ["trusted", undefined, "trusted"],
    ["trusted", "blocked", "blocked"],
    ["quarantined", "trusted", "quarantined"],
  ])("key %s, said %s: %s", (key, said, want) =>
    expect(take(said ? { trust: said } : {}, key ? { trust: key } : {}).trust).toBe(want),
  );
});

test("an enforcer attests the place it sees; an agent does not", () => {
  const over: Partial<Proposal> = {
    context: { branch: "main" },
    resource: { type: "repository" },
    environment: { variables: ["PATH"] },
    bindings: { cwd: "/w" },
    audience: "eu",
    toolVersion: "sha256:7d0c",
  };
  const place = [
    "environment.variables",
    "branch",
    "resource",
    "classification",
    "bindings",
    "audience",
    "toolVersion",
  ];
  expect(take(over, {}, { role: "executor" }).attested).toEqual(expect.arrayContaining(place));
  for (const each of place) expect(take(over).attested).not.toContain(each);
});

test("a key that is pinned to a place proposes for that one, said or not, and vouches for it once", () => {
  for (const over of [{}, { audience: "eu" }])
    for (const role of ["agent", "executor"] as const) {
      const action = take(over, { audience: "eu" }, { role });
      expect(action.audience).toBe("eu");
      expect(action.attested.filter((each) => each === "audience")).toEqual(["audience"]);
    }
  expect(take({ audience: "us" }, {}).audience).toBe("us");
});

describe("the form { command, writes, paths }", () => {
  const rest = { principal: { agent: "a" }, session: { id: "s" } };
  test.each<[string, object, object]>([
    ["alone is a shell call", { command: "ls" }, { command: "ls" }],
    [
      "paths that are written",
      { command: "x", writes: true, paths: ["/etc/a"] },
      { command: "x", writes: true, paths: ["/etc/a"] },
    ],
    [
      "paths that are read",
      { command: "x", writes: false, paths: ["/a"] },
      { command: "x", writes: false, paths: ["/a"] },
    ],
    ["an empty list says nothing", { command: "x", writes: false, paths: [] }, { command: "x" }],
  ])("%s", (_why, form, args) =>
    expect(asProposal({ ...rest, ...form } as never)).toMatchObject({ tool: "Bash", args }),
  );
});
