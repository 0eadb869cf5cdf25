// probe.mjs — loads what a service loads, starts its telemetry, and says which files that took; run by loaded.test.ts
// Words: the parts to load; `without:NAME` makes a package that cannot be loaded.

import { registerHooks } from "node:module";

const files = [];
const missing = process.argv.filter((word) => word.startsWith("without:")).map((word) => word.slice("without:".length));
registerHooks({
  resolve(specifier, context, next) {
    if (missing.includes(specifier)) throw new Error(`no \`${specifier}\` here`);
    return next(specifier, context);
  },
  load(url, context, next) {
    if (url.startsWith("file:")) files.push(url);
    return next(url, context);
  },
});
const from = (path) => new URL(`../../${path}`, import.meta.url);
for (const part of process.argv.slice(2)) if (!part.startsWith("without:")) await import(from(part));
const { startTelemetry } = await import(from("shared/runtime/src/trace.ts"));
const { telemetry } = await import(from("shared/queue/src/bull.ts"));
startTelemetry("probe");
telemetry();
process.stdout.write(JSON.stringify(files), () => process.exit(0));
