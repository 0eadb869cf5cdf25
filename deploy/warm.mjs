// warm.mjs — loads what the services load, while the image is built: NODE_COMPILE_CACHE keeps it compiled, and each start reads it
const PARTS = [
  "shared/engine/src/serve.ts",
  "services/gateway/src/server.ts",
  "services/gateway/src/sign-in/options.ts",
  "services/rules/src/start.ts",
  "services/safety/src/start.ts",
  "services/sandbox/src/start.ts",
  "services/escalation/src/start.ts",
  "services/courier/src/start.ts",
];
for (const part of PARTS) await import(new URL(`../${part}`, import.meta.url));
