#!/usr/bin/env node
// up.mjs — makes a bare machine able to run Holdpoint, then runs what was asked.
// Plain JavaScript for any Node >= 18: it may be the first thing that ever runs here.
// It installs the pinned Node and pnpm from npm when the lockfile changed, puts them first on PATH, and hands over.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");
const stampFile = join(root, "node_modules", ".up-stamp");
const lock = readFileSync(join(root, "pnpm-lock.yaml"));
const NODE = "node@24.21.0";
const PNPM = "pnpm@12.21.0";
const stamp = createHash("sha256")
  .update(lock)
  .update(NODE)
  .update(PNPM)
  .update(process.platform + process.arch)
  .digest("hex");

const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
// npm hands its own configuration to children as variables; pnpm would read them as its own.
for (const name of Object.keys(env)) if (/^npm_(config|package|lifecycle)_/i.test(name)) delete env[name];

function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: "inherit", ...options });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(signal ? 128 + (signal === "SIGINT" ? 2 : 15) : (code ?? 1)));
  });
}

async function install() {
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  process.stderr.write("setting up: Node 24 and the pinned packages (once, about half a minute) …\n");
  // stdout belongs to the command that was asked for, so everything the installer says goes to stderr.
  const code = await run(
    "npx",
    ["-y", "-p", NODE, "-p", PNPM, "--", "pnpm", "install", "--frozen-lockfile", "--config.confirmModulesPurge=false"],
    { stdio: ["ignore", 2, 2], shell: process.platform === "win32" },
  );
  if (code !== 0) {
    process.stderr.write(`setting up failed: \`pnpm install\` ended with ${code}; is the npm registry reachable?\n`);
    process.exit(code);
  }
  writeFileSync(stampFile, stamp);
}

const programs = {
  holdpoint: ["services/cli/src/main.ts"],
  test: ["scripts/test.mjs"],
  bench: ["test/bench/main.ts"],
  accuracy: ["test/accuracy/main.ts"],
  proof: ["test/proof/main.ts"],
  plants: ["test/proof/plant-run.ts"],
  approvals: ["test/proof/approvals/main.ts"],
  mutation: ["test/mutation/main.ts"],
};

const [what = "holdpoint", ...rest] = process.argv.slice(2);
await install();
env.PATH = bin + delimiter + (env.PATH ?? "");
env.HOLDPOINT_CHECKOUT = root;
const node = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
// The caller's folder matters to `check --cwd`-less calls and to policy.d; npm changes it, INIT_CWD remembers it.
const cwd = what === "holdpoint" ? (process.env.INIT_CWD ?? process.cwd()) : root;
if (what === "run") process.exit(await run(rest[0], rest.slice(1)));
const program = programs[what];
if (!program) {
  process.stderr.write(`unknown program \`${what}\`: expected ${Object.keys(programs).join(", ")} or run\n`);
  process.exit(2);
}
process.exit(
  await run(node, ["--disable-warning=ExperimentalWarning", ...program.map((file) => join(root, file)), ...rest], {
    cwd,
  }),
);
