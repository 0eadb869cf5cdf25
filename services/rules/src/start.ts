// start.ts — the rules stage on an engine: alone in its process, or beside the others in `holdpoint up`

import type { Engine } from "@holdpoint/engine/deps.ts";
import { type RunningStage, startStage } from "@holdpoint/engine/start.ts";
import { rulesStage } from "./stage.ts";

export const startRules = (engine: Engine): RunningStage => startStage("rules", rulesStage(engine.policies), engine);
