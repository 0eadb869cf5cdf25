// command.ts — `holdpoint up`: everything on this machine in one process, until a signal

import { mkdirSync } from "node:fs";
import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { readConfig } from "@holdpoint/runtime/config.ts";
import { runProcess } from "@holdpoint/runtime/process.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { type PolicyOptions, policySources } from "../check/policy.ts";
import { failureText } from "../failure.ts";
import { dataFolder } from "../folder.ts";
import { writeOut } from "../output.ts";
import { paintFor } from "../terminal.ts";
import { type Ready, startUp } from "./start.ts";
import { statePolicy } from "./state-policy.ts";
import type { Work } from "./supervise.ts";

export interface UpCommandOptions extends PolicyOptions {
  json?: boolean;
  port?: string;
  data?: string;
  newKeys?: boolean;
}

const PORT = 8787;

function portOf(text: string | undefined, fromEnvironment: number | undefined): number {
  if (text === undefined) return fromEnvironment ?? PORT;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new Fault("config_invalid", "--port: expected a port from 0 to 65535");
  return port;
}

/** For a person: what runs where, and the keys that are never shown again. */
function banner(ready: Ready, folder: string, rules: number): string {
  const paint = paintFor(process.stdout);
  const line = (label: string, value: string) => `  ${paint.dim(label.padEnd(13))}${value}`;
  const keys = (["approverKey", "adminKey", "auditorKey"] as const).flatMap((name) => {
    const value = ready[name];
    return value === undefined ? [] : [line(name.replace("Key", " key"), value)];
  });
  return `${[
    `${paint.green("●")} ${paint.bold("Holdpoint is up")} at ${paint.bold(ready.url)}`,
    line("metrics", ready.metricsUrl),
    line("data", folder),
    line("rules", `${rules} of the policy set, and the always-on ones`),
    line("agent key", `${ready.agentKey} ${paint.dim("(kept in the data folder)")}`),
    ...(keys.length > 0
      ? ["", paint.yellow("  Yours alone, shown this once and kept nowhere:"), ...keys]
      : [paint.dim("  Your own keys were shown at the first start; `--new-keys` mints new ones.")]),
    "",
    `  ${paint.dim("watch")}        HOLDPOINT_KEY=<approver key> holdpoint tail`,
    `  ${paint.dim("answer")}       HOLDPOINT_KEY=<approver key> holdpoint inbox`,
    `  ${paint.dim("stop")}         Ctrl-C`,
  ].join("\n")}\n`;
}

/** Stays until a signal; `runProcess` owns the exit. Throws, before anything runs, what is wrong with policy or options. */
export async function up(options: UpCommandOptions, work: Work): Promise<void> {
  const config = readConfig();
  const port = portOf(options.port, config.port);
  const sources = policySources(options, process.cwd());
  // Here and not only in the engine: a broken policy is told as lines with places, before a database is made.
  const { ruleCount } = compileSet(sources);
  const folder = dataFolder(options.data);
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const state = statePolicy(folder);
  // A person who started it wants to see the keys, not a line for each connection; what is wrong is still said.
  if (!options.json && process.stderr.isTTY) process.env["HOLDPOINT_LOG_LEVEL"] ??= "warn";
  await runProcess("up", async ({ log }) => {
    const running = await startUp({
      folder,
      config,
      policySources: state === undefined ? sources : [...sources, state],
      port: work.again?.port ?? port,
      ...(work.again && { again: work.again }),
      pid: work.pid,
      newKeys: options.newKeys === true && work.again === undefined,
      log,
    }).catch((error: unknown) => {
      // The log says it too, as one long line; a person at a terminal reads a sentence.
      if (!options.json) process.stderr.write(`${failureText(error)}\n`);
      throw error;
    });
    work.ready(running.places);
    // Said once: whoever reads it goes on with what it says, which holds for the next one too.
    if (work.again === undefined)
      await writeOut(options.json ? `${JSON.stringify(running.ready)}\n` : banner(running.ready, folder, ruleCount));
    return running;
  });
}
