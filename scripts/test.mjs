// test.mjs — every check of the product in one command; the last line says how many passed and how many failed
// usage: npm test [-- <vitest filter>…]
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bothRuns, filesToRunAgain, verdict } from "./verdict.mjs";

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
const vitest = async (name, only) => {
  const report = join(folder, name);
  const code = await run("vitest", [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...only,
  ]);
  return verdict(JSON.parse(readFileSync(report, "utf8")), code);
};
try {
  const first = await vitest("first.json", filters);
  for (const { file, tests } of first.failing) if (tests.length === 0) console.log(`FAILED to load: ${file}`);
  if (first.skipped > 0) console.log(`skipped: ${first.skipped} (each says why above)`);
  const again = filesToRunAgain(first);
  let whole = { ...first, late: [] };
  if (again.length > 0) {
    console.log(`run once more, alone: ${again.join(", ")}`);
    whole = bothRuns(first, await vitest("again.json", again));
  }
  for (const name of whole.late) console.log(`FAILED at first, passed alone: ${name}`);
  passed += whole.passed;
  failed += whole.failed;
} catch (error) {
  console.log(`FAILED: no test report (${error.message})`);
  failed++;
}
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
