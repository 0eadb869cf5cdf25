// processes.ts — bugs in what keeps processes at work and finds again what they left

import type { Plant } from "./plant.ts";

export const processes: readonly Plant[] = [
  {
    name: "reconcilers do not wait for each other",
    file: "shared/engine/src/reconciler.ts",
    find: 'return () => store.sweeper.alone("reconcile", look);',
    replace: "void store;\n  return look;",
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
    name: "a busy machine is taken for a loop that hangs",
    file: "shared/engine/src/hang-guard-thread.ts",
    find: "const burnt = used() - usedAtTurn;",
    replace: "const burnt = silent * tickMs;",
    tests: ["shared/engine/src/hang-guard.test.ts"],
  },
  {
    name: "what hangs a worker may do so for as long as any other work",
    file: "shared/engine/src/start.ts",
    find: "pulse.during(() => work(message, context))",
    replace: "work(message, context)",
    tests: ["shared/engine/src/start.test.ts"],
  },
  {
    name: "what hung until it was ended for it counts as no more than a death",
    file: "shared/engine/src/fate.ts",
    find: 'return firstBeat === sign.beatAt && sign.silentMs >= silentMs ? "hangs" : "died";',
    replace: 'return "died";',
    tests: ["shared/engine/src/fate.test.ts"],
  },
  {
    name: "a later dispatch lifts what was found to be poison",
    file: "shared/engine/src/settler.ts",
    find: 'const row = why === "poison" ? await',
    replace: "const row = false ? await",
    tests: ["shared/engine/src/settler.test.ts"],
  },
  {
    name: "a backlog without progress is no trouble",
    file: "shared/engine/src/watchdog.ts",
    find: "return look.waiting > 0 && look.inHand === 0 && look.stillMs >= STUCK_MS;",
    replace: "return look.waiting > 0 && look.inHand === 0 && look.stillMs < 0;",
    tests: ["shared/engine/src/watchdog.test.ts"],
  },
  {
    name: "the embedded Postgres outlives its parent",
    file: "shared/runtime/src/embedded-launch.ts",
    find: "  kill -INT $$; n=0",
    replace: "  exit 0; n=0",
    tests: ["shared/runtime/src/embedded.test.ts"],
  },
  {
    name: "the open loop forgives the time that it was late itself",
    file: "test/bench/drive.ts",
    find: "const dueAt = startedAt + (next / perSecond) * 1_000;",
    replace: "const dueAt = performance.now();",
    tests: ["test/bench/drive.test.ts"],
  },
  {
    name: "an `up` that hangs goes on hanging",
    file: "services/cli/src/up/start.ts",
    find: "    const guard = startHangGuard(engine.pulse);",
    replace: "    const guard = { stop: async () => undefined };\n    void startHangGuard;",
    tests: ["services/cli/src/up/up.test.ts", "-t", "hangs"],
  },
  {
    name: "an `up` that died stays dead",
    file: "services/cli/src/up/keep.ts",
    find: "if (toldAt !== undefined || code === 0 || state === undefined) return code;",
    replace: "if (code !== undefined) return code;",
    tests: ["services/cli/src/up/keep.test.ts"],
  },
  {
    name: "what does the work outlives the one that keeps it",
    file: "services/cli/src/up/supervise.ts",
    find: 'process.once("disconnect", () => process.exit(1));',
    replace: "",
    tests: ["services/cli/src/up/up.test.ts", "-t", "without a word"],
  },
];
