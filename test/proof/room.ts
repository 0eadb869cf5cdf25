// room.ts — the folder of a run, marked with whose it is, so that the next run clears what a dead one left

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endWith } from "./ending.ts";

const OWNER = "owner";

/** When a process was born, in whatever unit the system has: a pid that was given anew has another. Empty: it does not live. */
function bornAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return ""; // no such process, or a system without /proc: then nothing is ever cleared here
  }
}

const mountsBelow = (folder: string): string[] => {
  try {
    return readFileSync("/proc/self/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" ")[1] ?? "")
      .filter((place) => place.startsWith(`${folder}/`));
  } catch {
    return []; // a system without /proc mounts nothing for us
  }
};

/** Lets go of what is mounted below a folder, also while a server still holds it, and removes the folder. */
export function clearRoom(folder: string): void {
  for (const place of mountsBelow(folder)) spawnSync("umount", ["-l", place]);
  // What is still being written comes back; then the next run clears it.
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** @returns the folders of runs that died, cleared by now */
export function clearLeft(prefix: string, below = tmpdir()): string[] {
  const left = readdirSync(below)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(below, name))
    .filter((folder) => {
      try {
        const [pid = "", born = ""] = readFileSync(join(folder, OWNER), "utf8").split(" ");
        return bornAt(process.pid) !== "" && bornAt(Number(pid)) !== born;
      } catch {
        return false; // not marked: not ours to judge
      }
    });
  for (const folder of left) clearRoom(folder);
  return left;
}

/** A new folder that is cleared when this process ends, or by the next run where it cannot. */
export function makeRoom(prefix: string, below = tmpdir()): string {
  clearLeft(prefix, below);
  const folder = mkdtempSync(join(below, prefix));
  writeFileSync(join(folder, OWNER), `${process.pid} ${bornAt(process.pid)}`);
  endWith(() => {
    try {
      clearRoom(folder);
    } catch (error) {
      process.stderr.write(`${folder} is left to the next run: ${String(error)}\n`);
    }
  });
  return folder;
}
