#!/usr/bin/env node
// main.ts — the `holdpoint` command. A hook runs it for every tool call, so what was compiled once is kept

import { enableCompileCache } from "node:module";
import { join } from "node:path";

// Beside the code and not in the shared temporary folder, where another user could leave code for us to run.
enableCompileCache(join(import.meta.dirname, "..", "..", "..", "node_modules", ".cache", "holdpoint"));
const { run } = await import("./program.ts");
await run(process.argv);
