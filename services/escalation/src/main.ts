// main.ts — the escalation worker as a process; it also keeps house

import { serveStage } from "@holdpoint/engine/serve.ts";
import { startEscalation } from "./start.ts";

await serveStage("escalation", startEscalation);
