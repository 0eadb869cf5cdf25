// main.ts — the safety worker as a process

import { serveStage } from "@holdpoint/engine/serve.ts";
import { startSafety } from "./start.ts";

await serveStage("safety", startSafety);
