// poisoned-safety.ts — the safety worker as it is, but for actions that harm whoever looks at them: a stand-in for a bug
// of ours, or of a library, that one input in a million meets

import { serveStage } from "@holdpoint/engine/serve.ts";
import { startStage } from "@holdpoint/engine/start.ts";
import { safetyStage } from "@holdpoint/safety/stage.ts";
import type { Message } from "@holdpoint/wire/job.ts";

const harms: Readonly<Record<string, () => void>> = {
  kills: () => process.kill(process.pid, "SIGKILL"),
  allocates: () => {
    const kept: number[][] = [];
    for (;;) kept.push(new Array(1_000_000).fill(Math.random()));
  },
  loops: () => {
    for (;;);
  },
  throws: () => {
    throw new Error("a poisoned action");
  },
};

/** Actions of the agent `poison` say in their arguments which harm they do. */
const harmOf = ({ action }: Message): (() => void) | undefined => {
  const { command } = action.args as { command?: string };
  return action.principal.agent === "poison" ? harms[String(command).split(" ")[1] ?? ""] : undefined;
};

await serveStage("safety", (engine) => {
  const healthy = safetyStage(engine.checkers);
  return startStage(
    "safety",
    (message) => {
      harmOf(message)?.();
      return healthy(message);
    },
    engine,
  );
});
