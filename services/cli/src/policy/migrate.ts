// migrate.ts — `holdpoint policy migrate`: older forms in the present one, shown or in place, with a copy of what was

import { copyFileSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { migrateText } from "@holdpoint/core/rules/migrate.ts";
import { loadPolicySources } from "@holdpoint/engine/policy-files.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { writeOut } from "../output.ts";
import { harmless } from "../terminal.ts";

/**
 * Without `--in-place` the one file's new text is printed. Throws, before anything is written, what makes a file unsound
 * as it is or as it would be.
 */
export async function policyMigrate(files: readonly string[], options: { inPlace?: boolean }): Promise<number> {
  const sources = files.length > 0 ? loadPolicySources(files) : loadPolicySources(["policy.d"]);
  if (!options.inPlace && sources.length > 1)
    throw new Fault("invalid", `expected one file to print, found ${sources.length}: name one, or use --in-place`);
  const done = sources.map((source) => {
    // The file itself and not what the loader made of it: an enforcer's `policy_file` stays where it is.
    const text = readFileSync(source.name, "utf8");
    const migrated = migrateText(source.dialect, text);
    // A configuration whose policy is only a comment looks like a document of ours, and is none.
    const agents = source.dialect === "native-toml" && migrated.text.includes("[tools.policy]");
    return { source: agents ? { ...source, dialect: "toml-enforcer" } : source, text, migrated };
  });
  compileSet(done.map(({ source }) => source));
  compileSet(
    done.map(({ source, text, migrated }) => ({
      ...source,
      text: source.text.replace(text.trimEnd(), () => migrated.text.trimEnd()),
    })),
  );
  for (const { source, migrated } of done) {
    if (!options.inPlace) {
      await writeOut(migrated.text);
      for (const change of migrated.changes) process.stderr.write(`${harmless(change)}\n`);
    } else if (migrated.changes.length === 0) await writeOut(`${harmless(source.name)}: as it should be\n`);
    else await replace(source.name, migrated.text, migrated.changes);
  }
  return 0;
}

async function replace(path: string, text: string, changes: readonly string[]): Promise<void> {
  const copy = backupName(path);
  copyFileSync(path, copy);
  const made = `${path}.${process.pid}.new`;
  writeFileSync(made, text, { mode: statSync(path).mode & 0o777 });
  renameSync(made, path);
  await writeOut(`${harmless(path)}: ${changes.join("; ")} (before: ${harmless(copy)})\n`);
}

/** A copy that is there already is somebody's only one: it is never written over. */
function backupName(path: string): string {
  for (let number = 0; ; number += 1) {
    const name = `${path}.bak${number === 0 ? "" : number}`;
    if (!existsSync(name)) return name;
  }
}
