// health.mjs — the container's health check: asks the service in it whether its process is well
const port = process.env.HOLDPOINT_PORT ?? "8787";
const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2_500) }).catch(
  () => undefined,
);
process.exit(answer?.ok ? 0 : 1);
