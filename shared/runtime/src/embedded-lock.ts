// embedded-lock.ts — one process a data folder: says who has it, and outlives no crash

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "@holdpoint/wire/fault.ts";

interface Owner {
  pid: number;
  /** when that process started, in whatever form the system tells it: a reused pid has another */
  born: string;
}

/** Empty for a process that does not live. */
function bornAt(pid: number): string {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the name before may hold anything
      return fields[0] === "Z" ? "" : (fields[19] ?? "");
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return ""; // no such process
  }
}

const parse = (text: string): Owner | undefined => {
  try {
    const { pid, born } = JSON.parse(text) as Owner;
    return Number.isInteger(pid) ? { pid, born } : undefined;
  } catch {
    return undefined; // cut off by a crash while it was written: nobody holds it
  }
};

const alive = (pid: number) => bornAt(pid) !== "";

/** The postmaster of an owner that was killed needs a moment to shut down. */
async function untilPostmasterIsGone(folder: string): Promise<void> {
  const until = Date.now() + 15_000;
  for (;;) {
    const text = await readFile(join(folder, "postgres", "postmaster.pid"), "utf8").catch(() => "");
    const pid = Number(text.split("\n")[0]);
    if (!pid || !alive(pid)) return;
    if (Date.now() > until)
      throw new Fault("config_invalid", `data folder \`${folder}\` is still in use by postgres (process ${pid})`);
    await new Promise((next) => setTimeout(next, 50));
  }
}

/**
 * Takes the folder for this process, or throws `config_invalid` naming the one that has it. A holder that is dead
 * counts for nothing. Should two starters race here, Postgres' own lock on its data lets just one through.
 * @param holder another process on whose behalf it is taken, such as the one that keeps this one running: as long as that
 * lives the folder is its own, also while one of its processes takes the place of another
 */
export async function takeFolder(folder: string, holder = process.pid): Promise<{ release(): Promise<void> }> {
  const path = join(folder, "postgres.owner");
  const mine: Owner = { pid: holder, born: bornAt(holder) };
  for (;;) {
    try {
      await writeFile(path, JSON.stringify(mine), { flag: "wx", mode: 0o600 });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = parse(await readFile(path, "utf8").catch(() => ""));
    if (holder !== process.pid && owner?.pid === mine.pid && owner.born === mine.born) break;
    if (owner && owner.born !== "" && bornAt(owner.pid) === owner.born)
      throw new Fault(
        "config_invalid",
        `data folder \`${folder}\` is in use by process ${owner.pid}: stop it, or choose another folder with \`--data\``,
      );
    await rm(path, { force: true });
  }
  await untilPostmasterIsGone(folder);
  return { release: () => rm(path, { force: true }) };
}
