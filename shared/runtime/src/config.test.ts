// config.test.ts — variables become typed values; a bad one is named, and no secret is quoted

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Fault } from "@holdpoint/wire/fault.ts";
import { afterAll, expect, test } from "vitest";
import { readConfig, required } from "./config.ts";

const key = Buffer.alloc(32, 7);
const folder = mkdtempSync(join(tmpdir(), "holdpoint-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

function refusal(read: () => unknown): Fault {
  try {
    read();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("expected a refusal");
}

test("nothing set is a valid configuration", () => {
  expect(Object.values(readConfig({})).every((value) => value === undefined)).toBe(true);
  expect(readConfig({ HOLDPOINT_PORT: "", HOLDPOINT_DATABASE_URL: "" }).port).toBeUndefined();
});

test("every variable is read into its type", () => {
  expect(
    readConfig({
      HOLDPOINT_DATABASE_URL: "postgres://u@h/db",
      HOLDPOINT_QUEUE_URL: "redis://h:6379/1",
      HOLDPOINT_MASTER_KEY: key.toString("base64"),
      HOLDPOINT_JOB_KEYS: `a:${key.toString("hex")}, b:${Buffer.alloc(32, 8).toString("base64")}`,
      HOLDPOINT_POLICY: ["a.yaml", "policy.d"].join(delimiter),
      HOLDPOINT_PORT: "0",
      HOLDPOINT_ONE_PERSON: "true",
    }),
  ).toMatchObject({
    databaseUrl: "postgres://u@h/db",
    queueUrl: "redis://h:6379/1",
    masterKey: key,
    jobKeys: [
      { id: "a", key },
      { id: "b", key: Buffer.alloc(32, 8) },
    ],
    policyPaths: ["a.yaml", "policy.d"],
    port: 0,
    onePerson: true,
  });
});

test.each([
  ["HOLDPOINT_DATABASE_URL", "mysql://h/db"],
  ["HOLDPOINT_DATABASE_URL", "not a url"],
  ["HOLDPOINT_QUEUE_URL", "http://h"],
  ["HOLDPOINT_MASTER_KEY", "tooshort"],
  ["HOLDPOINT_MASTER_KEY", "ab".repeat(31)],
  ["HOLDPOINT_JOB_KEYS", "nokey"],
  ["HOLDPOINT_JOB_KEYS", `:${key.toString("hex")}`],
  ["HOLDPOINT_JOB_KEYS", `a:${key.toString("hex")},a:${key.toString("hex")}`],
  ["HOLDPOINT_JOB_KEYS", `a:${key.toString("hex")},`],
  ["HOLDPOINT_PORT", "65536"],
  ["HOLDPOINT_PORT", "80x"],
  ["HOLDPOINT_METRICS_PORT", "-1"],
  ["HOLDPOINT_ONE_PERSON", "yes"],
  ["HOLDPOINT_LOG_LEVEL", "loud"],
  ["HOLDPOINT_DENIAL_MEMORY_MS", "-5"],
  ["HOLDPOINT_DENIAL_MEMORY_MS", "86400001"],
  ["HOLDPOINT_DENIAL_MEMORY_MS", "2m"],
  ["HOLDPOINT_APPROVALS_PER_HOUR", "0x9"],
  ["HOLDPOINT_APPROVALS_PER_HOUR", "100001"],
  ["HOLDPOINT_PENDING_PER_AGENT", "1e3"],
  ["HOLDPOINT_PENDING_PER_AGENT", "Infinity"],
])("%s=%s is refused by name", (name, value) => {
  const fault = refusal(() => readConfig({ [name]: value }));
  expect(fault.code).toBe("config_invalid");
  expect(fault.message).toContain(`\`${name}\``);
  expect(fault.place).toMatchObject({ variable: name });
  expect(fault.message).not.toContain(value);
});

test("secrets may come from files, and then not from both places", () => {
  const path = join(folder, "key");
  writeFileSync(path, `${key.toString("hex")}\n`);
  expect(readConfig({ HOLDPOINT_MASTER_KEY_FILE: path }).masterKey).toEqual(key);
  expect(refusal(() => readConfig({ HOLDPOINT_MASTER_KEY_FILE: path, HOLDPOINT_MASTER_KEY: "x" })).message).toContain(
    "not both",
  );
  expect(refusal(() => readConfig({ HOLDPOINT_MASTER_KEY_FILE: join(folder, "none") })).message).toContain(
    "HOLDPOINT_MASTER_KEY_FILE",
  );
});

test.each([
  ["HOLDPOINT_SIGN_IN_ROLE", "HOLDPOINT_SIGN_IN_ROLES"],
  ["HOLDPOINT_MASTER_KEY_FIEL", "HOLDPOINT_MASTER_KEY_FILE"],
  ["HOLDPOINT_POLCY", "HOLDPOINT_POLICY"],
])("%s is a slip of the pen, and no start goes on without what it meant", (name, meant) => {
  expect(refusal(() => readConfig({ [name]: "x" })).message).toContain(
    `\`${name}\`: there is no such setting; did you mean \`${meant}\`?`,
  );
});

test("names of somebody's own, and those of commands, are let be", () => {
  expect(() =>
    readConfig({ HOLDPOINT_WEBHOOK_SECRET: "x", HOLDPOINT_KEY: "k", HOLDPOINT_DATA: "/d", HOST: "h" }),
  ).not.toThrow();
});

test("a value that is needed and missing is named", () => {
  expect(refusal(() => required(readConfig({}), "masterKey", "HOLDPOINT_MASTER_KEY")).message).toContain(
    "HOLDPOINT_MASTER_KEY",
  );
  expect(required({ port: 0 }, "port", "HOLDPOINT_PORT")).toBe(0);
});
