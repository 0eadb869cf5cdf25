// main.ts — the sandbox worker as a process

import { serveStage } from "@holdpoint/engine/serve.ts";
import { startSandbox } from "./start.ts";

await serveStage("sandbox", startSandbox);
