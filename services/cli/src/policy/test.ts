// test.ts — `holdpoint policy test`: golden cases once, or again whenever a case or a policy changes

import { existsSync, watch, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { PolicyOptions } from "../check/policy.ts";
import { EXIT, failureText } from "../failure.ts";
import { writeOut } from "../output.ts";
import { paintFor } from "../terminal.ts";
import { reportJunit, reportText } from "./case-report.ts";
import { findCaseFiles, type RanCase, readCaseFiles, runCaseFiles, watchedPaths } from "./case-run.ts";

export interface TestOptions extends PolicyOptions {
  watch?: boolean;
  junit?: string;
  json?: boolean;
}

/** Exits 0 when every case is as wanted, 1 when one is not, 2 when a file cannot be read. */
export async function policyTest(named: readonly string[], options: TestOptions): Promise<number> {
  if (options.watch) return watchCases(named, options);
  const ran = runCaseFiles(readCaseFiles(findCaseFiles(named)), options);
  await report(ran, options);
  return ran.every(({ differences }) => differences.length === 0) ? 0 : 1;
}

async function report(ran: readonly RanCase[], options: TestOptions): Promise<void> {
  if (options.junit !== undefined) writeFileSync(options.junit, reportJunit(ran));
  if (!options.json) return writeOut(reportText(ran, paintFor(process.stdout)));
  for (const { file, golden, differences, verdict } of ran) {
    const { line, column } = golden.place;
    const { effect, rules, reason } = verdict;
    const said = { file, line, column, say: golden.say, passed: differences.length === 0, differences };
    await writeOut(`${JSON.stringify({ ...said, effect, rules: rules.map(({ id }) => id), reason })}\n`);
  }
}

/** Editors write files in several steps: what changes within this time is one change. */
const SETTLE_MS = 60;

/** Runs until Ctrl-C. A file that is broken for the moment is told, and the watch goes on. */
async function watchCases(named: readonly string[], options: TestOptions): Promise<number> {
  const stopped = new Promise<number>((resolve) => {
    process.once("SIGINT", () => resolve(0));
    process.once("SIGTERM", () => resolve(0));
  });
  const watching = new Map<string, ReturnType<typeof watch>>();
  let timer: NodeJS.Timeout | undefined;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void round(), SETTLE_MS);
  };
  // A folder is watched and not the file in it: editors replace files, and a watch on the old one sees nothing more.
  const follow = (paths: readonly string[]) => {
    for (const path of paths) {
      const folder = existsSync(path) && !/\.\w+$/.test(path) ? path : dirname(path.replace(/^[a-z-]+=/, ""));
      if (existsSync(folder) && !watching.has(folder)) watching.set(folder, watch(folder, again));
    }
  };
  const round = async () => {
    try {
      const paths = findCaseFiles(named);
      follow(paths);
      const files = readCaseFiles(paths);
      follow(watchedPaths(files, options));
      await report(runCaseFiles(files, options), options);
    } catch (error) {
      process.stderr.write(`${failureText(error)}\n`);
    }
    process.stderr.write("watching; Ctrl-C ends\n");
  };
  follow(named.length > 0 ? named : ["policy.d/tests"]);
  if (watching.size === 0) findCaseFiles(named);
  await round();
  const code = await stopped;
  clearTimeout(timer);
  for (const each of watching.values()) each.close();
  return code === 0 ? 0 : EXIT.failed;
}
