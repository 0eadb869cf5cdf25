// entrypoint.mjs — starts the service that SERVICE names, as this same process, so that signals reach it
const SERVICES = ["gateway", "rules", "safety", "sandbox", "escalation", "courier", "cli"];
const service = process.env.SERVICE ?? "";
if (!SERVICES.includes(service)) {
  console.error(`SERVICE is \`${service}\`: expected one of ${SERVICES.join(", ")}`);
  process.exit(2);
}
await import(new URL(`../services/${service}/src/main.ts`, import.meta.url));
