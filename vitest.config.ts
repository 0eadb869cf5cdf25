// vitest.config.ts — one project a package, so that `pnpm --filter <package> test` runs just its own
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const packages = ["shared", "services"].flatMap((folder) =>
  readdirSync(join(import.meta.dirname, folder))
    .map((name) => `${folder}/${name}`)
    .filter((path) => existsSync(join(import.meta.dirname, path, "package.json"))),
);

export default defineConfig({
  test: {
    globalSetup: ["shared/testkit/src/global-setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // A test that asserts nothing fails.
    expect: { requireAssertions: true },
    projects: [...packages, "test"].map((path) => ({
      extends: true as const,
      test: {
        name: path,
        include: [
          `${path}/src/**/*.test.ts`,
          `${path}/test/**/*.test.ts`,
          `${path}/*.test.ts`,
          ...(path === "test" ? ["test/**/*.test.ts"] : []),
        ],
      },
    })),
  },
});
