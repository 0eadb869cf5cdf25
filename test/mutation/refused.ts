// refused.ts — which mutants the type checker refuses: no developer would ever see them run

import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Mutant } from "./mutate.ts";
import { root } from "./targets.ts";

const PACKAGES = ["shared/core", "shared/wire"];

/** The numbers of those that do not compile. All are checked in one run, each as a file beside a copy of the one it is of. */
export async function refusedByTypes(mutants: readonly Mutant[]): Promise<ReadonlySet<number>> {
  if (mutants.length === 0) return new Set();
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-mutants-"));
  try {
    for (const path of PACKAGES) {
      mkdirSync(join(folder, path), { recursive: true });
      for (const part of ["src", "package.json"])
        cpSync(join(root, path, part), join(folder, path, part), { recursive: true });
      symlinkSync(join(root, path, "node_modules"), join(folder, path, "node_modules"));
    }
    const files = mutants.map(({ id, file, start, end, typed }) => {
      const text = readFileSync(join(root, file), "utf8");
      const name = join(dirname(file), `mutant-${id}.ts`);
      writeFileSync(join(folder, name), text.slice(0, start) + typed + text.slice(end));
      return name;
    });
    const compilerOptions = { noUnusedLocals: false, typeRoots: [join(root, "node_modules", "@types")] };
    const config = { extends: join(root, "tsconfig.json"), compilerOptions, files, include: [] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const said = await typeCheck(folder);
    return new Set([...said.matchAll(/mutant-(\d+)\.ts[(:]/g)].map(([, id]) => Number(id)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the checker says; that it finds something is no failure here. */
const typeCheck = (folder: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const tsc = join(root, "node_modules", ".bin", "tsc");
    execFile(tsc, ["-p", folder, "--pretty", "false"], { maxBuffer: 64 << 20 }, (error, stdout) => {
      // Anything but errors of mutants means that nothing was checked.
      const other = stdout.split("\n").find((line) => /error TS/.test(line) && !/mutant-\d+\.ts/.test(line));
      if (other !== undefined || (error && stdout === "")) reject(new Error(other ?? error?.message));
      else resolve(stdout);
    });
  });
