// loaded.test.ts — a service loads at its start what it works with: what sends telemetry only where telemetry is sent

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const WORKERS = ["rules", "safety", "sandbox", "escalation"].map((name) => `services/${name}/src/start.ts`);
const PARTS = ["shared/engine/src/serve.ts", ...WORKERS, "services/gateway/src/server.ts"];
const SENDING = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" };
/** Packages that only send: each takes long to load. */
const SENDERS = ["@opentelemetry/sdk-node", "@opentelemetry/sdk-metrics", "bullmq-otel"];

function probe(words: readonly string[], env: Record<string, string> = {}) {
  const program = join(import.meta.dirname, "probe.mjs");
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith("OTEL_"));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", program, ...words],
    { env: { ...Object.fromEntries(clean), ...env }, encoding: "utf8" },
  );
  return { status, stderr, files: status === 0 ? (JSON.parse(stdout) as string[]) : [] };
}
const of = (files: readonly string[], name: string) => files.filter((file) => file.includes(`/node_modules/${name}/`));

describe("where telemetry goes nowhere", () => {
  const { files, stderr } = probe(PARTS);
  test.each(SENDERS)("%s is not loaded", (name) => {
    expect(stderr).toBe("");
    expect(files.length).toBeGreaterThan(500);
    expect(of(files, name)).toEqual([]);
  });
  test("nothing is loaded as it comes for `import` and as it comes for `require` too", () => {
    const kinds = Map.groupBy(of(files, "@opentelemetry/api"), (file) => file.slice(file.lastIndexOf(".")));
    expect([...kinds.keys()]).toEqual([".mjs"]);
  });
});

describe("where telemetry is sent", () => {
  const { files } = probe([], SENDING);
  test.each(SENDERS)("%s is loaded at the start, and not under the first action", (name) => {
    expect(of(files, name).length).toBeGreaterThan(0);
  });
  test.each(SENDERS)("a start without %s fails, and says so", (name) => {
    const { status, stderr } = probe([`without:${name}`], SENDING);
    expect(status).toBe(1);
    expect(stderr).toContain(`no \`${name}\` here`);
  });
});
