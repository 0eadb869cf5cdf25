// disk.ts — a small disk of our own that can be filled to the last block: a loop device, a tmpfs, or none, said aloud

import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface SmallDisk {
  kind: "loop device" | "tmpfs" | "none";
  /** where the servers keep their files */
  folder: string;
  /** leaves not one block free, or does nothing where there is no disk of our own */
  fill(): void;
  empty(): void;
  close(): void;
}

const BYTES = 10 * 1024 ** 3;
const did = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: "ignore" }).status === 0;

/** In a folder of room.ts, whose end unmounts it in any case. Mounting is root's: for anybody else the folder lies on the disk that is there, and it is never filled. */
export function smallDisk(folder: string): SmallDisk {
  const place = join(folder, "disk");
  const image = join(folder, "disk.img");
  mkdirSync(place, { recursive: true });
  const root = process.geteuid?.() === 0;
  const loop = (): boolean => {
    writeFileSync(image, "");
    truncateSync(image, BYTES);
    return did("mkfs.ext4", "-q", "-m", "0", image) && did("mount", "-o", "loop", image, place);
  };
  const kind =
    root && loop()
      ? "loop device"
      : root && did("mount", "-t", "tmpfs", "-o", "size=6g", "tmpfs", place)
        ? "tmpfs"
        : "none";
  chmodSync(place, 0o755);
  const ballast = join(place, "ballast");
  return {
    kind,
    folder: place,
    fill() {
      if (kind === "none") return;
      // Halved until nothing fits: an allocation is all or nothing.
      for (let index = 0, bytes = BYTES; bytes >= 4_096; index++) {
        if (!did("fallocate", "-l", String(bytes), `${ballast}-${index}`)) {
          rmSync(`${ballast}-${index}`, { force: true });
          bytes = Math.floor(bytes / 2);
        }
      }
    },
    empty: () => did("sh", "-c", `rm -f '${ballast}'-*`),
    close() {
      if (kind !== "none") did("umount", "-l", place);
      rmSync(image, { force: true });
    },
  };
}
