// plants.ts — bugs planted on purpose, each of which some test must catch: what shows that the tests can fail
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are pieces of source code
// `find` must stand exactly once in its file; a plant whose text is gone fails the run, so that the list stays true.

export interface Plant {
  name: string;
  file: string;
  find: string;
  replace: string;
  /** vitest filters of the tests that must catch it */
  tests: readonly string[];
}

export const plants: readonly Plant[] = [
  {
    name: "skip fencing: a settle of an old epoch commits",
    file: "shared/store/migrations/006_settle.sql",
    find: "ELSIF a.epoch <> a.wanted_epoch THEN",
    replace: "ELSIF false THEN",
    tests: ["shared/store/src/settle.test.ts"],
  },
  {
    name: "settle under a policy that is not active any more",
    file: "shared/store/migrations/006_settle.sql",
    find: "ELSIF a.digest IS DISTINCT FROM r_digest THEN",
    replace: "ELSIF false THEN",
    tests: ["shared/store/src/settle.test.ts"],
  },
  {
    name: "a terminated session goes on",
    file: "shared/store/migrations/006_settle.sql",
    find: "IF FOUND THEN r_status := 'stopped'; END IF;",
    replace: "",
    tests: ["shared/store/src/settle.test.ts"],
  },
  {
    name: "a claim does not look at the policy it was judged by",
    file: "shared/store/migrations/007_move.sql",
    find: "ELSIF i.version <> a.version OR i.digest IS DISTINCT FROM r_digest THEN",
    replace: "ELSIF i.version <> a.version THEN",
    tests: ["shared/store/src/claim.test.ts"],
  },
  {
    name: "a claim after its time is over succeeds",
    file: "shared/store/migrations/007_move.sql",
    find: "WHEN a.state = 'expired' OR a.due_at <= v_now THEN 'expired'",
    replace: "WHEN a.state = 'expired' THEN 'expired'",
    tests: ["shared/store/src/claim.test.ts"],
  },
  {
    name: "the kill switch is not looked at in a claim",
    file: "shared/store/migrations/007_move.sql",
    find: "      IF FOUND THEN\n        r_status := 'kill_switch';",
    replace: "      IF false THEN\n        r_status := 'kill_switch';",
    tests: ["shared/store/src/claim.test.ts"],
  },
  {
    name: "a vote for another card counts",
    file: "shared/store/migrations/008_votes.sql",
    find: "WHEN p_vote ->> 'vote' = 'approve' AND p_vote ->> 'card' IS DISTINCT FROM v.card_sha256 THEN 'card_changed'",
    replace: "WHEN false THEN 'card_changed'",
    tests: ["shared/store/src/approvals.test.ts"],
  },
  {
    name: "who asked may approve",
    file: "shared/store/migrations/008_votes.sql",
    find: "WHEN p_vote -> 'barred' ? (p_vote ->> 'voter') OR p_vote -> 'barred' ? (p_vote ->> 'credential') THEN 'own_request'",
    replace: "WHEN false THEN 'own_request'",
    tests: ["shared/store/src/approvals.test.ts"],
  },
  {
    name: "votes are counted, not voters",
    file: "shared/core/src/escalation/tally.ts",
    find: "votes: new Set(approvals.filter(({ roles }) => roles.includes(role)).map(({ voter }) => voter)).size,",
    replace: "votes: approvals.filter(({ roles }) => roles.includes(role)).length,",
    tests: ["shared/core/src/escalation/tally.test.ts"],
  },
  {
    name: "one no is outvoted",
    file: "shared/core/src/escalation/tally.ts",
    find: 'state: vetoed ? "rejected" : unmet === undefined ? "approved" : "pending",',
    replace: 'state: unmet === undefined ? "approved" : vetoed ? "rejected" : "pending",',
    tests: ["shared/core/src/escalation/tally.test.ts"],
  },
  {
    name: "a checker that throws has found nothing",
    file: "shared/core/src/safety/run.ts",
    find: 'fault(checker, "checker_failed", "the checker failed, so nothing it looks for is excluded");',
    replace: "[];",
    tests: ["shared/core/src/safety/run.test.ts"],
  },
  {
    name: "a truncated card does not say so",
    file: "shared/core/src/escalation/card.ts",
    find: "return { text: `${kept}${notice(text.length - kept.length)}`, truncated: true };",
    replace: "return { text: `${kept}${notice(text.length - kept.length)}`, truncated: false };",
    tests: ["shared/core/src/escalation/card.test.ts"],
  },
  {
    name: "the card's hash forgets the arguments",
    file: "shared/core/src/escalation/card.ts",
    find: "    argsHash: input.action.argsHash,\n",
    replace: "",
    tests: ["shared/core/src/escalation/card.test.ts"],
  },
  {
    name: "a job opens in a queue that it was not sealed for",
    file: "shared/queue/src/seal.ts",
    find: 'if (addressee !== to || !mayEnter(from, to)) return { refused: "wrong_queue" };',
    replace: "",
    tests: ["shared/queue/src/seal.test.ts"],
  },
  {
    name: "a stage that failed for good hands the action on instead of denying it",
    file: "shared/queue/src/stage.ts",
    find: "await persist(message, () => deps.exhausted(message, error));\n        return;",
    replace: "return;",
    tests: ["shared/queue/src/backend-postgres.test.ts"],
  },
  {
    name: "a failing deny rule counts as not matched",
    file: "shared/core/src/rules/evaluate.ts",
    find: 'if (rule.effect !== "allow") hits.push({ rule, note });',
    replace: "",
    tests: ["shared/core/src/rules/evaluate.test.ts"],
  },
  {
    name: "an allow covers what could not be understood",
    file: "shared/core/src/rules/holds.ts",
    find: 'return !isOpaque(view, atom) && (rule.opaque === "dynamic" || !isDynamic(atom));',
    replace: "return true;",
    tests: ["test/reference/reference.test.ts"],
  },
  {
    name: "the laxest effect wins",
    file: "shared/core/src/rules/evaluate.ts",
    find: "a === undefined ? b : b === undefined ? a : strictest(a, b);",
    replace: "a === undefined ? b : b === undefined ? a : a;",
    tests: ["test/reference/reference.test.ts"],
  },
  {
    name: "the gateway claims what was denied on judging again",
    file: "services/gateway/src/rejudge.ts",
    find: 'if (effect === "deny") return "denied";',
    replace: "",
    tests: ["services/gateway/test/run.test.ts"],
  },
  {
    name: "a hook lets a call run on a replayed answer",
    file: "services/cli/src/hook/answer.ts",
    find: 'if (answer["replayed"] !== false && !(known.fresh && answer["replayed"] === undefined))',
    replace: "if (false)",
    tests: ["test/hook/broken.test.ts"],
  },
  {
    name: "simulated: no look at the epoch",
    file: "test/simulation/memory-store.ts",
    find: 'if (row.epoch !== item.epoch) return { status: "stale_epoch", actionId };',
    replace: "",
    tests: ["test/simulation"],
  },
  {
    name: "a job is done before its decision is committed",
    file: "shared/queue/src/stage.ts",
    find: "await persist(message, () => handOn(handOver, message, ms));",
    replace: "void persist(message, () => handOn(handOver, message, ms));",
    tests: ["test/simulation"],
  },
  {
    name: "reconcilers do not wait for each other",
    file: "shared/engine/src/reconciler.ts",
    find: 'return () => store.sweeper.alone("reconcile", look);',
    replace: "void store;\n  return look;",
    tests: ["test/simulation"],
  },
  {
    name: "one voter counts as often as the vote comes",
    file: "shared/core/src/escalation/tally.ts",
    find: "votes: new Set(approvals.filter(({ roles }) => roles.includes(role)).map(({ voter }) => voter)).size,",
    replace: "votes: approvals.filter(({ roles }) => roles.includes(role)).length,",
    tests: ["test/simulation"],
  },
  {
    name: "a judgement is passed off as one under the new policy",
    file: "shared/engine/src/settler.ts",
    find: "          if (fixed) {",
    replace: "          if (fixed || true) {",
    tests: ["test/simulation"],
  },
  {
    name: "votes whose job was lost are not found again",
    file: "shared/engine/src/reconciler.ts",
    find: "const votes = await resumeVotes(deps);",
    replace: "const votes = 0;\n    void resumeVotes;",
    tests: ["test/simulation"],
  },
  {
    name: "what is sent again keeps its old epoch in the job",
    file: "shared/engine/src/dispatch.ts",
    find: "  epoch: row.epoch,",
    replace: "  epoch: 1,",
    tests: ["test/simulation"],
  },
  {
    name: "a suspect is tried beside others, who are blamed for it",
    file: "shared/queue/src/stage.ts",
    find: "turns.alone(async () => {",
    replace: "turns.together(async () => {",
    tests: ["shared/queue/src/stage.test.ts"],
  },
  {
    name: "a later dispatch lifts what was found to be poison",
    file: "shared/engine/src/settler.ts",
    find: 'const row = why === "poison" ? await',
    replace: "const row = false ? await",
    tests: ["shared/engine/src/settler.test.ts"],
  },
];
