// start.ts — the safety stage on an engine: alone in its process, or beside the others in `holdpoint up`

import type { Engine } from "@holdpoint/engine/deps.ts";
import { type RunningStage, startStage } from "@holdpoint/engine/start.ts";
import { safetyStage } from "./stage.ts";

export const startSafety = (engine: Engine): RunningStage => startStage("safety", safetyStage(engine.checkers), engine);
