// start.ts — the sandbox stage on an engine: alone in its process, or beside the others in `holdpoint up`

import type { Engine } from "@holdpoint/engine/deps.ts";
import { type RunningStage, startStage } from "@holdpoint/engine/start.ts";
import { sandboxStage } from "./stage.ts";

export const startSandbox = (engine: Engine): RunningStage => startStage("sandbox", sandboxStage, engine);
