// compose.test.ts — the compose file keeps what the README promises of it; run for real only where Docker answers

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

interface Service {
  image?: string;
  build?: unknown;
  ports?: string[];
  command?: string[];
  environment?: Record<string, string>;
  healthcheck?: { disable?: boolean; test?: string[] };
  profiles?: string[];
  networks?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  cap_drop?: string[];
  read_only?: boolean;
}

const root = join(import.meta.dirname, "..", "..");
const text = readFileSync(join(root, "docker-compose.yml"), "utf8");
const compose = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
};
const { services } = compose;
const ours = ["gateway", "rules", "safety", "sandbox", "escalation"];

test("the image brings what the services load compiled, as the user that they run as", () => {
  const image = readFileSync(join(root, "deploy", "Dockerfile"), "utf8");
  const lines = ["ENV NODE_COMPILE_CACHE=/app/compiled", "USER 10001", "RUN node deploy/warm.mjs", "ENTRYPOINT"];
  const places = lines.map((line) => image.indexOf(line));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places).not.toContain(-1);
  const cache = mkdtempSync(join(tmpdir(), "holdpoint-compiled-"));
  try {
    execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", join(root, "deploy", "warm.mjs")], {
      env: { ...process.env, NODE_COMPILE_CACHE: cache },
    });
    expect(readdirSync(cache, { recursive: true }).length).toBeGreaterThan(100);
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
});

describe("docker-compose.yml", () => {
  test("runs each worker as a service of its own", () => {
    for (const name of ours) expect(services[name]?.environment?.["SERVICE"], name).toBe(name);
  });

  test("publishes nothing but on loopback", () => {
    const published = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(published.length).toBeGreaterThan(0);
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(compose.networks["inside"]?.internal).toBe(true);
  });

  test("holds no secret and has no default for one", () => {
    const secrets = ["POSTGRES_PASSWORD", "REDIS_PASSWORD", "HOLDPOINT_MASTER_KEY", "HOLDPOINT_JOB_KEYS"];
    for (const name of secrets) {
      const uses = [...text.matchAll(new RegExp(`\\$\\{${name}([^}]*)\\}`, "g"))];
      expect(uses.length, name).toBeGreaterThan(0);
      for (const use of uses) expect(use[1], name).toMatch(/^:\?/);
    }
    for (const line of readFileSync(join(root, "deploy/env.example"), "utf8").split("\n"))
      if (!line.startsWith("#")) expect(line).toMatch(/^(\w+=)?$/);
  });

  test("keeps every job: Redis evicts nothing and writes what it holds", () => {
    const conf = readFileSync(join(root, "deploy/redis.conf"), "utf8");
    expect(conf).toMatch(/^maxmemory-policy noeviction$/m);
    expect(conf).toMatch(/^appendonly yes$/m);
    expect(services["redis"]?.volumes?.join()).toContain("deploy/redis.conf");
  });

  test("starts nothing before the schema is there, and says who is well", () => {
    for (const name of ours)
      expect(services[name]?.depends_on?.["migrate"]?.condition, name).toBe("service_completed_successfully");
    for (const name of ["postgres", "redis"])
      expect(services[name]?.healthcheck?.test?.length, name).toBeGreaterThan(0);
  });

  test("gives our containers no privilege", () => {
    for (const name of ours) expect(services[name], name).toMatchObject({ cap_drop: ["ALL"], read_only: true });
  });

  test("keeps the collector and the viewer behind a profile", () => {
    for (const name of ["otel-collector", "jaeger"]) expect(services[name]?.profiles).toEqual(["observability"]);
  });

  test("mounts only files that are there", () => {
    const mounted = Object.values(services)
      .flatMap((service) => service.volumes ?? [])
      .filter((volume) => volume.startsWith("./"));
    for (const volume of mounted) expect(existsSync(join(root, volume.split(":")[0] ?? "")), volume).toBe(true);
  });
});

describe("Dockerfile", () => {
  const dockerfile = readFileSync(join(root, "deploy/Dockerfile"), "utf8");
  test("runs as nobody special, checks health, and pins pnpm as the workspace does", () => {
    expect(dockerfile).toMatch(/^USER 10001$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
    const pinned = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager.split("@")[1];
    expect(dockerfile).toContain(`ARG PNPM=${pinned}`);
  });
  test("starts every service that it names", () => {
    const entry = readFileSync(join(root, "deploy/entrypoint.mjs"), "utf8");
    for (const name of [...ours, "cli"]) {
      expect(entry).toContain(`"${name}"`);
      expect(existsSync(join(root, "services", name, "src", "main.ts")), name).toBe(true);
    }
  });
});

const dockerAnswers = (() => {
  try {
    execFileSync("docker", ["compose", "version"], { stdio: "ignore", timeout: 10_000 });
    return true;
  } catch {
    console.log("docker compose does not answer here: the compose file is checked by parsing only");
    return false;
  }
})();

test.runIf(dockerAnswers)("docker compose itself accepts the file", () => {
  const env = {
    ...process.env,
    POSTGRES_PASSWORD: "x",
    REDIS_PASSWORD: "x",
    HOLDPOINT_MASTER_KEY: "x",
    HOLDPOINT_JOB_KEYS: "x",
  };
  const out = execFileSync("docker", ["compose", "-f", join(root, "docker-compose.yml"), "config", "--services"], {
    env,
    encoding: "utf8",
  });
  for (const name of ours) expect(out).toContain(name);
});
