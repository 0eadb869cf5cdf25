// settings.test.ts — the page of settings names what the code reads, and the compose file hands each service what it reads

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FILE_NAMES, VARIABLE_NAMES } from "@holdpoint/runtime/config.ts";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "..", "..");
const text = (path: string): string => readFileSync(join(root, path), "utf8");

interface Row {
  names: string[];
  orFile: boolean;
  readers: string;
}
const rows: Row[] = [...text("docs/settings.md").matchAll(/^\| (`HOLDPOINT_[^|]*)\| ([^|]*)\|/gm)].map(
  ([, first, readers]) => ({
    names: [...first!.matchAll(/`(HOLDPOINT_[A-Z_]+)`/g)].map(([, name]) => name!),
    orFile: first!.includes("*or file*"),
    readers: readers!,
  }),
);
const ofServices = rows.filter(({ names }) => names.some((name) => VARIABLE_NAMES.includes(name)));

describe("docs/settings.md", () => {
  test("names every variable that services read, once, and those that may be files", () => {
    expect(ofServices.flatMap(({ names }) => names).sort()).toEqual([...VARIABLE_NAMES].sort());
    const files = ofServices.filter(({ orFile }) => orFile).flatMap(({ names }) => names.map((name) => `${name}_FILE`));
    expect(files.sort()).toEqual([...FILE_NAMES].sort());
  });

  test("beside those it names what commands and hooks read", () => {
    const others = rows.filter((row) => !ofServices.includes(row)).flatMap(({ names }) => names);
    expect(others.sort()).toEqual(["HOLDPOINT_DATA", "HOLDPOINT_HOOK_DEADLINE_MS", "HOLDPOINT_KEY", "HOLDPOINT_URL"]);
  });
});

describe("docker-compose.yml", () => {
  const { services } = parse(text("docker-compose.yml"), { merge: true }) as {
    services: Record<string, { environment?: Record<string, string> }>;
  };
  const WORKERS = ["rules", "safety", "sandbox", "escalation"];
  /** A fleet is no one person, and containers listen on all their addresses already. */
  const NOT_FOR_A_FLEET = ["HOLDPOINT_ONE_PERSON", "HOLDPOINT_METRICS_HOST"];
  const readsIt = (readers: string, service: string): boolean =>
    /\ball\b/.test(readers) || readers.includes(service) || (WORKERS.includes(service) && readers.includes("workers"));

  test.each(["gateway", ...WORKERS, "courier"])("hands %s every variable that it reads", (service) => {
    const wanted = ofServices
      .filter(({ readers }) => readsIt(readers, service))
      .flatMap(({ names }) => names)
      .filter((name) => !NOT_FOR_A_FLEET.includes(name));
    expect(wanted.length).toBeGreaterThan(5);
    expect(Object.keys(services[service]?.environment ?? {})).toEqual(expect.arrayContaining(wanted));
  });

  test("and what a person may fill in stands in the example", () => {
    const asked = [...text("docker-compose.yml").matchAll(/\$\{(\w+):[-?]/g)].map(([, name]) => name!);
    const offered = [...text("deploy/env.example").matchAll(/^(\w+)=/gm)].map(([, name]) => name!);
    expect([...new Set(asked)].filter((name) => !offered.includes(name))).toEqual(["HOLDPOINT_LOG_LEVEL"]);
  });
});
