// evaluate-context.test.ts — who says what: unknown and claimed never allow, scopes concern only whom they name

import type { Attestable } from "@holdpoint/wire/action.ts";
import { ATTESTABLE } from "@holdpoint/wire/action.ts";
import { describe, expect, test } from "vitest";
import { effect, type Given } from "./judged.ts";

describe("what is not vouched for (rulings §A)", () => {
  const team = (effect: string, extra = "") =>
    `default: ${effect === "allow" ? "deny" : "allow"}\nrules: [{ effect: ${effect}, when: { tool: shell, principal: { team: payments } }${extra} }]`;
  const payments: Given = { command: "ls", principal: { team: "payments" } };
  const web: Given = { command: "ls", principal: { team: "web" } };
  test.each<[string, string, Given, readonly Attestable[], string]>([
    ["an attested value allows", team("allow"), payments, ["team"], "allow"],
    ["a claimed value does not allow", team("allow"), payments, [], "deny"],
    ["a missing value does not allow", team("allow"), "ls", [], "deny"],
    ["an attested other value does not allow", team("allow"), web, ["team"], "deny"],
    ["an attested value denies", team("deny"), payments, ["team"], "deny"],
    ["a claimed value denies, whatever is claimed", team("deny"), web, [], "deny"],
    ["a missing value denies", team("deny"), "ls", [], "deny"],
    ["an attested other value does not deny", team("deny"), web, ["team"], "allow"],
    ["attested and absent is surely absent", team("deny"), "ls", ["team"], "allow"],
    [
      "a claimed value does not exempt",
      "default: allow\nrules: [{ effect: deny, unless: { principal: { team: payments } } }]",
      payments,
      [],
      "deny",
    ],
    [
      "an attested value exempts",
      "default: allow\nrules: [{ effect: deny, unless: { principal: { team: payments } } }]",
      payments,
      ["team"],
      "allow",
    ],
    [
      "an unknown value takes an allow away",
      "rules: [{ effect: allow, when: { tool: shell }, unless: { principal: { team: payments } } }]",
      "ls",
      [],
      "deny",
    ],
    [
      "a known other value leaves the allow",
      "rules: [{ effect: allow, when: { tool: shell }, unless: { principal: { team: payments } } }]",
      web,
      ["team"],
      "allow",
    ],
    [
      "environment",
      "default: allow\nrules: [{ effect: deny, when: { environment: production } }]",
      { command: "ls", environment: { name: "development" } },
      [],
      "deny",
    ],
    [
      "environment, attested",
      "default: allow\nrules: [{ effect: deny, when: { environment: production } }]",
      { command: "ls", environment: { name: "development" } },
      ["environment.name"],
      "allow",
    ],
    [
      "branch",
      "default: allow\nrules: [{ effect: deny, when: { branch: main } }]",
      { command: "ls", context: { branch: "topic" } },
      ["branch"],
      "allow",
    ],
    [
      "roles",
      "rules: [{ effect: allow, when: { tool: shell, principal: { roles: [dev] } } }]",
      { command: "ls", principal: { roles: ["dev"] } },
      ["roles"],
      "allow",
    ],
    [
      "session history without a history denies",
      "default: allow\nrules: [{ effect: deny, when: { session: { denials: { gte: 3, within: 10m } } } }]",
      "ls",
      [...ATTESTABLE],
      "deny",
    ],
    [
      "and allows nothing",
      "rules: [{ effect: allow, when: { tool: shell, session: { denials: { lt: 3 } } } }]",
      "ls",
      [...ATTESTABLE],
      "deny",
    ],
    [
      "trust is always known",
      "default: allow\nrules: [{ effect: deny, when: { trust: { max: quarantined } } }]",
      "ls",
      [],
      "allow",
    ],
    [
      "and at most that",
      "default: allow\nrules: [{ effect: deny, when: { trust: { max: quarantined } } }]",
      { command: "ls", trust: "blocked" },
      [],
      "deny",
    ],
    [
      "signals raise",
      "default: allow\nrules: [{ effect: deny, when: { riskSignals: [prompt-injection] } }]",
      { command: "ls", risk: [{ signal: "prompt-injection", score: 10 }] },
      [],
      "deny",
    ],
    [
      "signals never lower",
      "rules: [{ effect: allow, when: { tool: shell, riskSignals: [all-clear] } }]",
      { command: "ls", risk: [{ signal: "all-clear", score: 10 }] },
      "all" as never,
      "deny",
    ],
  ])("%s", (_why, policy, given, attested, expected) => expect(effect(policy, given, attested)).toBe(expected));
});

describe("scopes", () => {
  const scoped = (effect: string, scope: string, selector: string, more = "") =>
    `scope: ${scope}\nselector: ${selector}\n${more}rules: [{ effect: ${effect}, when: { tool: shell } }]`;
  const app = (name: string): Given => ({ command: "ls", principal: { app: name } });
  test.each<[string, string | string[], Given, readonly Attestable[] | "all", string]>([
    ["an allow of its app", scoped("allow", "app", "shop"), app("shop"), "all", "allow"],
    ["not of another", scoped("allow", "app", "shop"), app("blog"), "all", "deny"],
    ["not of one that is only claimed", scoped("allow", "app", "shop"), app("shop"), [], "deny"],
    ["a deny of its app", ["default: allow", scoped("deny", "app", "shop")], app("shop"), "all", "deny"],
    ["not of another", ["default: allow", scoped("deny", "app", "shop")], app("blog"), "all", "allow"],
    ["of an unknown one", ["default: allow", scoped("deny", "app", "shop")], app("blog"), [], "deny"],
    [
      "its default counts where it applies",
      ["default: allow", scoped("alert", "app", "shop", "default: ask\n")],
      app("shop"),
      "all",
      "ask",
    ],
    [
      "and nowhere else",
      ["default: allow", scoped("alert", "app", "shop", "default: ask\n")],
      app("blog"),
      "all",
      "allow",
    ],
    ["tools", scoped("allow", "tool", "shell"), "ls", [], "allow"],
    ["tenants", scoped("allow", "tenant", "acme"), { command: "ls", tenant: "acme" }, [], "allow"],
    ["agents", scoped("allow", "agent", "example"), "ls", ["agent"], "allow"],
    [
      "workflows",
      scoped("allow", "workflow", "fix-*"),
      { command: "ls", principal: { workflow: "fix-login" } },
      ["workflow"],
      "allow",
    ],
  ])("%s", (_why, policy, given, attested, expected) => expect(effect(policy, given, attested)).toBe(expected));
});
