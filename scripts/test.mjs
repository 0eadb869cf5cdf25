// test.mjs — every check of the product in one command; the last line says how many passed and how many failed
// usage: npm test [-- <vitest filter>…]
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");
const env = {
  ...process.env,
  PATH: [join(root, "node_modules", "node", "bin"), bin, process.env.PATH].join(delimiter),
};
const filters = process.argv.slice(2);

const run = (command, args) =>
  new Promise((resolve) => {
    const child = spawn(join(bin, command), args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(1);
    });
    child.on("exit", (code) => resolve(code ?? 1));
  });

let passed = 0;
let failed = 0;
const count = (what, code) => {
  if (code === 0) passed++;
  else failed++;
  console.log(`${code === 0 ? "passed" : "FAILED"}: ${what}`);
};

if (filters.length === 0) {
  count("types (tsc)", await run("tsc", ["--noEmit"]));
  count("lint and format (biome)", await run("biome", ["check", "--error-on-warnings", "."]));
}

const folder = mkdtempSync(join(tmpdir(), "holdpoint-test-"));
const report = join(folder, "report.json");
const code = await run("vitest", [
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
  ...filters,
]);
try {
  const result = JSON.parse(readFileSync(report, "utf8"));
  passed += result.numPassedTests;
  failed += result.numFailedTests;
  // A file that does not load has no tests to fail, and a skipped test has not passed: both are said, the first is a failure.
  const broken = result.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.every((one) => one.status !== "failed"),
  );
  for (const file of broken) console.log(`FAILED to load: ${file.name}`);
  failed += broken.length;
  if (result.numPendingTests > 0) console.log(`skipped: ${result.numPendingTests} (each says why above)`);
  if (code !== 0 && result.numFailedTests + broken.length === 0) failed++;
} catch (error) {
  console.log(`FAILED: no test report (${error.message})`);
  failed++;
}
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
