// suites.ts — proofs that live as tests beside their code, run here with the full count; the test's own assertions judge

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SuiteReport {
  passed: number;
  failed: number;
  seconds: number;
}

const ROOT = join(import.meta.dirname, "..", "..", "..");

/** One test file of one project with variables that set how much it does. */
export async function runSuite(project: string, file: string, variables: Record<string, string>): Promise<SuiteReport> {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-proof-"));
  const report = join(folder, "report.json");
  const startedAt = performance.now();
  const child = spawn(
    join(ROOT, "node_modules", ".bin", "vitest"),
    ["run", "--project", project, "--reporter=json", `--outputFile=${report}`, file],
    { cwd: ROOT, env: { ...process.env, ...variables }, stdio: ["ignore", "ignore", "inherit"] },
  );
  await new Promise((done) => child.on("exit", done));
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8")) as {
      numPassedTests: number;
      numFailedTests: number;
    };
    return {
      passed: numPassedTests,
      failed: numFailedTests,
      seconds: Math.round((performance.now() - startedAt) / 1_000),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
