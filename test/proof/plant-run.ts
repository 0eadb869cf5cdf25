// plant-run.ts — plants each bug in a copy of the tree and runs the tests that must catch it
// usage: npm run proof:plants [-- <part of a name, or of a test's path> …]

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { endGroup, endStrays, endWith } from "./ending.ts";
import { plants } from "./plants.ts";

const root = join(import.meta.dirname, "..", "..");
const filters = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "holdpoint-plants-"));
const copy = join(folder, "tree");
// Hard links: a copy of everything in a second. A planted file is replaced by a new one, never written through its link.
const copied = spawnSync("cp", ["-al", root, copy]);
if (copied.status !== 0) throw new Error(`could not copy the tree: ${copied.stderr}`);

const env = {
  ...process.env,
  NO_COLOR: "1",
  FORCE_COLOR: "0",
  PATH: [join(copy, "node_modules", "node", "bin"), join(copy, "node_modules", ".bin"), process.env["PATH"]].join(
    delimiter,
  ),
};
const RUN_MS_MAX = 400_000;
/** @returns whether the tests passed, and what they said */
const run = (tests: readonly string[]): Promise<{ passed: boolean; said: string }> =>
  new Promise((resolve, reject) => {
    // A group of its own, so that whatever a planted bug left running ends with it.
    const child = spawn(join(copy, "node_modules", ".bin", "vitest"), ["run", "--bail", "1", ...tests], {
      cwd: copy,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        said += chunk;
      });
    const timer = setTimeout(() => endGroup(child, "SIGKILL"), RUN_MS_MAX);
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      endGroup(child, "SIGKILL");
      endStrays(copy);
      resolve({ passed: code === 0, said });
    });
    running = child;
  });
let running: ChildProcess | undefined;
endWith(() => {
  if (running) endGroup(running, "SIGKILL");
  endStrays(copy);
  rmSync(folder, { recursive: true, force: true });
});

let missed = 0;
const chosen = plants.filter(
  ({ name, tests }) =>
    filters.length === 0 || [name, ...tests].some((text) => filters.some((filter) => text.includes(filter))),
);
for (const plant of chosen) {
  const path = join(copy, plant.file);
  const whole = readFileSync(path, "utf8");
  const times = whole.split(plant.find).length - 1;
  if (times !== 1) {
    missed++;
    console.log(`NOT PLANTED (${times} places): ${plant.name} in ${plant.file}`);
    continue;
  }
  const place = (text: string) => {
    writeFileSync(`${path}.planted`, text);
    renameSync(`${path}.planted`, path);
  };
  place(whole.replace(plant.find, () => plant.replace));
  const { passed, said } = await run(plant.tests);
  place(whole);
  // A run that found no test proves nothing: it must have failed in a test.
  const caught = !passed && /\b[1-9]\d* failed/.test(said);
  if (!caught) missed++;
  console.log(`${caught ? "caught" : "MISSED"}: ${plant.name}`);
}
console.log(`${chosen.length - missed} of ${chosen.length} planted bugs caught`);
process.exit(missed === 0 ? 0 : 1);
