// start.ts — the escalation stage and its housekeeping on an engine

import type { Engine } from "@holdpoint/engine/deps.ts";
import { type RunningStage, startStage } from "@holdpoint/engine/start.ts";
import { startHousekeeping } from "./housekeeping.ts";
import { escalationStage } from "./stage.ts";

export function startEscalation(engine: Engine): RunningStage {
  const stage = startStage("escalation", escalationStage(engine), engine);
  const housekeeping = startHousekeeping(engine);
  return {
    trouble: stage.trouble,
    async stop() {
      await Promise.all([housekeeping.stop(), stage.stop()]);
    },
  };
}
