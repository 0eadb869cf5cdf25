// main.ts — the rules worker as a process

import { serveStage } from "@holdpoint/engine/serve.ts";
import { startRules } from "./start.ts";

await serveStage("rules", startRules);
