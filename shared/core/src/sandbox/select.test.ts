// select.test.ts — which rung is recommended, what a requirement means, and which rung an executor picks

import { RUNGS, type Rung, type SandboxRequirement } from "@holdpoint/wire/decision.ts";
import type { Atom } from "@holdpoint/wire/facts.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sampleAction, sampleAtom, sampleFacts, sampleVerdict } from "../sample.ts";
import { joinRequirements, lightestFor, pickRung, satisfies } from "./profiles.ts";
import { selectSandbox } from "./select.ts";

test.each<[string, SandboxRequirement, Rung[]]>([
  ["nothing", {}, [...RUNGS]],
  [
    "a scrubbed environment",
    { filesystem: "scrubbed" },
    ["scrubbed", "read-only", "workspace", "workspace+egress-list", "container", "microvm"],
  ],
  [
    "writes only in the workspace",
    { filesystem: "workspace" },
    ["read-only", "workspace", "workspace+egress-list", "container", "microvm"],
  ],
  ["no writes", { filesystem: "read-only" }, ["read-only"]],
  ["listed hosts", { network: "list" }, ["workspace", "workspace+egress-list", "container", "microvm"]],
  ["no network", { network: "none" }, ["workspace", "container", "microvm"]],
  [
    "a process of its own",
    { isolation: "process" },
    ["scrubbed", "read-only", "workspace", "workspace+egress-list", "container", "microvm"],
  ],
  ["a container", { isolation: "container" }, ["container", "microvm"]],
  ["a VM", { isolation: "vm" }, ["microvm"]],
  ["two dimensions that no rung has", { filesystem: "read-only", network: "none" }, []],
])("%s is met by", (_why, requirement, rungs) => {
  expect(RUNGS.filter((rung) => satisfies(rung, requirement))).toEqual(rungs);
});

test.each<[string, SandboxRequirement, boolean, Rung | undefined]>([
  ["listed hosts", { network: "list" }, false, "workspace+egress-list"],
  ["no network", { network: "none" }, false, "workspace"],
  ["a workspace", { filesystem: "workspace" }, false, "workspace"],
  ["a workspace for something that talks", { filesystem: "workspace" }, true, "workspace+egress-list"],
  ["no writes", { filesystem: "read-only" }, true, "read-only"],
  ["a container", { isolation: "container" }, false, "container"],
  ["a VM", { isolation: "vm" }, true, "microvm"],
  ["a clean environment", { filesystem: "scrubbed" }, false, "scrubbed"],
  ["nothing", {}, false, "none"],
  ["listed hosts in a container", { network: "list", isolation: "container" }, true, "container"],
  [
    "no writes, which is more than a process of its own",
    { filesystem: "workspace", isolation: "process" },
    true,
    "workspace+egress-list",
  ],
  ["what no rung has", { filesystem: "read-only", network: "none" }, false, undefined],
])("the rung that fits `%s` best", (_why, requirement, online, rung) =>
  expect(lightestFor(requirement, online)).toBe(rung),
);

test("the rung that fits no requirement best is the one that forbids nothing", () => {
  expect([lightestFor(undefined), lightestFor(undefined, true)]).toEqual(["none", "none"]);
});

/** From least to most forbidding: of two places the later one meets both. */
const SCALES = {
  filesystem: ["scrubbed", "workspace", "read-only"],
  network: ["list", "none"],
  isolation: ["process", "container", "vm"],
} as const;
test.each(Object.entries(SCALES))("of two requirements about the %s the stricter one is left", (dimension, scale) => {
  for (const [at, less] of scale.entries()) {
    expect(joinRequirements({ [dimension]: less }, {})).toEqual({ [dimension]: less });
    expect(joinRequirements({}, { [dimension]: less })).toEqual({ [dimension]: less });
    expect(joinRequirements(undefined, { [dimension]: less })).toEqual({ [dimension]: less });
    expect(joinRequirements({ [dimension]: less }, undefined)).toEqual({ [dimension]: less });
    for (const more of scale.slice(at)) {
      expect(joinRequirements({ [dimension]: less }, { [dimension]: more })).toEqual({ [dimension]: more });
      expect(joinRequirements({ [dimension]: more }, { [dimension]: less })).toEqual({ [dimension]: more });
    }
  }
});

const requirement = fc.record(
  {
    filesystem: fc.constantFrom("scrubbed" as const, "read-only" as const, "workspace" as const),
    network: fc.constantFrom("list" as const, "none" as const),
    isolation: fc.constantFrom("process" as const, "container" as const, "vm" as const),
  },
  { requiredKeys: [] },
);

test("a joined requirement is met exactly by the rungs that meet both", () => {
  fc.assert(
    fc.property(requirement, requirement, fc.constantFrom(...RUNGS), (a, b, rung) => {
      expect(satisfies(rung, joinRequirements(a, b))).toBe(satisfies(rung, a) && satisfies(rung, b));
    }),
  );
});

const choose = (atoms: Partial<Atom>[], verdict = {}, action = {}) => {
  const one = sampleAction(action);
  return selectSandbox(sampleVerdict(verdict), one, sampleFacts(one, { atoms: atoms.map(sampleAtom) })).sandbox;
};
const path = (access: "read" | "write") => ({ raw: "x", path: "/x", access, at: "/command" });
const host = { raw: "h", host: "h.example", zone: "public" as const, at: "/command" };

describe("recommended without a rule", () => {
  test.each<[string, Partial<Atom>[], Rung]>([
    ["a call of a tool runs inside the client", [{ kind: "call" }], "none"],
    ["a command that only reads", [{ paths: [path("read")] }], "read-only"],
    ["a command that writes", [{ paths: [path("write")] }], "workspace"],
    ["code that nobody read", [{ runsCode: ["script"] }], "workspace"],
    ["what was not understood", [{ opaque: ["eval"] }], "workspace"],
    ["a fetch", [{ hosts: [host] }], "scrubbed"],
    ["a fetch that writes", [{ hosts: [host], paths: [path("write")] }], "workspace+egress-list"],
    ["a loopback request", [{ hosts: [{ ...host, zone: "loopback" }] }], "read-only"],
    ["a privileged command", [{ class: "blocked-by-default" }], "container"],
    ["the most careful of several", [{}, { paths: [path("write")] }, { kind: "call" }], "workspace"],
  ])("%s", (_why, atoms, rung) => expect(choose(atoms)?.recommended).toBe(rung));

  test("high risk and little trust ask for a container", () => {
    expect(choose([{}], { risk: { score: 70, contributions: [] } })?.recommended).toBe("container");
    expect(choose([{}], {}, { trust: "quarantined" })?.recommended).toBe("container");
    expect(choose([{ kind: "call" }], {}, { trust: "quarantined" })?.recommended).toBe("none");
  });
});

describe("what rules say", () => {
  test("their recommendation replaces the guess, the heaviest of several", () => {
    expect(
      choose([{ class: "blocked-by-default" }], {
        sandboxWishes: [{ recommended: "scrubbed" }, { recommended: "workspace" }],
      }),
    ).toEqual({ recommended: "workspace" });
  });
  test("requirements join, and the recommendation meets them where a rung does", () => {
    expect(
      choose([{}], {
        sandboxWishes: [
          { recommended: "scrubbed", required: { network: "list" } },
          { required: { isolation: "container" } },
        ],
      }),
    ).toEqual({
      recommended: "container",
      required: { network: "list", isolation: "container" },
    });
  });
  test("one requirement is said, and none is not", () => {
    const required = { network: "none" as const };
    expect(choose([{}], { sandboxWishes: [{ required }] })).toEqual({ recommended: "workspace", required });
    expect(choose([{}], { sandboxWishes: [{ required: {} }] })).toEqual({ recommended: "read-only" });
  });
  test("what one of several commands needs of the network counts", () => {
    const talks = [{ hosts: [host] }, {}];
    const sandboxWishes = [{ recommended: "none" as const, required: { filesystem: "workspace" as const } }];
    expect(choose(talks, { sandboxWishes })?.recommended).toBe("workspace+egress-list");
    expect(choose([{}, {}], { sandboxWishes })?.recommended).toBe("workspace");
  });
  test("an impossible requirement stays required", () => {
    expect(
      choose([{}], { sandboxWishes: [{ required: { filesystem: "read-only", isolation: "vm" } }] })?.required,
    ).toEqual({ filesystem: "read-only", isolation: "vm" });
  });
  test("nothing else of the verdict changes", () => {
    const action = sampleAction();
    const verdict = sampleVerdict({ effect: "deny", outcome: "deny" });
    const { sandbox: _sandbox, ...rest } = selectSandbox(verdict, action, sampleFacts(action));
    expect(rest).toEqual(verdict);
  });
});

test.each<[string, Rung[], Rung, SandboxRequirement | undefined, Rung | undefined]>([
  ["the recommended one", ["scrubbed", "workspace"], "workspace", undefined, "workspace"],
  ["the recommended one before a heavier one", ["workspace", "container"], "workspace", undefined, "workspace"],
  ["the next heavier", ["scrubbed", "container"], "workspace", undefined, "container"],
  ["the heaviest it has, when nothing is required", ["none", "scrubbed"], "workspace", undefined, "scrubbed"],
  ["a lighter one that still meets the requirement", ["workspace"], "container", { network: "none" }, "workspace"],
  ["none, when the requirement is missed", ["none", "scrubbed"], "workspace", { network: "list" }, undefined],
  ["none, when it has none", [], "none", undefined, undefined],
])("an executor picks %s", (_why, has, recommended, required, want) => {
  expect(pickRung(has, { recommended, required })).toBe(want);
});
