// denial.test.ts — denials that no rule made keep what was known, and look at nothing that was not

import { sampleAction, sampleAsk, sampleFacts, sampleVerdict } from "@holdpoint/core/sample.ts";
import { message } from "@holdpoint/testkit/builders.ts";
import { describe, expect, test } from "vitest";
import { refused, unjudged } from "./denial.ts";

const cause = { code: "poison", note: "it ends whoever looks at it" };

describe("a denial that no rule made", () => {
  test("tightens whatever was judged so far and leaves nobody to ask", () => {
    const asked = sampleVerdict({
      effect: "ask",
      outcome: "require_approval",
      ask: sampleAsk(),
      escalatable: { role: "approver", quorum: 1 },
    });
    const verdict = refused(asked, cause);
    expect(verdict).toMatchObject({ effect: "deny", outcome: "deny", reason: cause.note });
    expect(verdict.ask).toBeUndefined();
    expect(verdict.escalatable).toBeUndefined();
    expect(verdict.findings).toContainEqual(
      expect.objectContaining({ checker: "holdpoint", severity: "block", code: "poison" }),
    );
  });

  test("keeps a terminate a terminate", () => {
    expect(refused(sampleVerdict({ effect: "deny", outcome: "terminate", terminate: true }), cause).outcome).toBe(
      "terminate",
    );
  });

  test("needs neither facts nor verdict, and derives none: looking may be what killed a worker", () => {
    const action = sampleAction();
    Object.defineProperty(action.args, "command", {
      get(): string {
        throw new Error("looked at");
      },
    });
    const poison = message({ action });
    const draft = unjudged(poison, "sha256:1", cause);
    expect(draft.verdict).toMatchObject({
      effect: "deny",
      policyDigest: "sha256:1",
      rules: [{ id: "holdpoint/quarantine", document: "holdpoint", effect: "deny" }],
    });
    expect(draft.facts).toMatchObject({ atoms: [], class: "blocked-by-default" });
  });

  test("cites the set that is active now, and keeps what earlier stages found", () => {
    const action = sampleAction();
    const found = { checker: "size", severity: "warn", code: "large", note: "large" } as const;
    const draft = unjudged(
      message({
        action,
        facts: sampleFacts(action),
        verdict: sampleVerdict({ policyDigest: "old" }),
        findings: [found],
      }),
      "new",
      cause,
    );
    expect(draft.verdict.policyDigest).toBe("new");
    expect(draft.findings.map(({ code }) => code)).toEqual(["large", "poison"]);
    expect(draft.facts.atoms).toHaveLength(1);
  });

  test("cuts a note that is too long for a finding", () => {
    const { findings } = refused(sampleVerdict(), { code: "x", note: "y".repeat(10_000) });
    expect(findings[0]?.note.length).toBeLessThanOrEqual(500);
  });
});
