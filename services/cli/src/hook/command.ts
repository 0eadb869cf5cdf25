// command.ts — `holdpoint hook <client>`: one process a call, which ends with the client's own words or with exit 2

import { resolve } from "node:path";
import { readCall } from "@holdpoint/core/hooks/call.ts";
import { CLIENTS, type Client, type HookCall } from "@holdpoint/core/hooks/clients.ts";
import { answerTo, type OnHold } from "@holdpoint/core/hooks/exchange.ts";
import { dataFolder, settingsPath } from "../folder.ts";
import { report } from "./after.ts";
import { askBefore } from "./before.ts";
import { dropGrant, findGrant, keepGrant } from "./grants.ts";
import { deadlineMs, findSettings, type HookSettings } from "./settings.ts";
import { spoolRefusal, tellSpooled } from "./spool.ts";
import { request } from "./wire.ts";
import { block, oneLine, writeAll } from "./words.ts";

export interface HookOptions {
  config?: string;
  onHold?: string;
  deadline?: string;
  embedded?: boolean;
  policyFile?: string[];
  printSettings?: boolean;
}

const stdinBytesMax = 64 * 1_048_576;
const ON_HOLD: readonly string[] = ["deny", "wait", "defer"];

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > stdinBytesMax) throw new Error(`stdin is longer than ${stdinBytesMax} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
}

/** What is known so far, for the last words of a hook that has to give up. */
interface Progress {
  call?: HookCall;
  settings?: HookSettings;
}

function giveUp(client: string, progress: Progress, reason: string): never {
  const { call, settings } = progress;
  if (settings !== undefined && call?.when !== "after")
    try {
      spoolRefusal(settings.stateFolder, client, call, reason, Date.now());
    } catch (error) {
      // The refusal itself must come through even where nothing can be written.
      reason += ` (and this refusal could not be noted: ${error instanceof Error ? error.message : error})`;
    }
  return block(reason);
}

async function before(call: HookCall, client: Client, settings: HookSettings, options: HookOptions, clock: HookClock) {
  const onHold = options.onHold as OnHold;
  const meaning = await askBefore(call, { settings, client, onHold, ...clock });
  const answer = answerTo(client, meaning, onHold);
  if (answer === undefined || meaning.kind === "unusable")
    throw new Error(meaning.kind === "unusable" ? meaning.reason : "there is no answer");
  if (meaning.kind === "allow")
    try {
      keepGrant(settings.stateFolder, client.agent, call, meaning, Date.now());
    } catch (error) {
      // It may run: only its outcome stays unknown, which the evidence will say.
      writeAll(2, `holdpoint: the outcome cannot be reported (${oneLine(String(error))})\n`);
    }
  writeAll(1, `${JSON.stringify(answer)}\n`);
  await tell(settings, clock);
}

/** The gateway has just answered: what was refused while it was away is told now. The answer itself stands already. */
async function tell(settings: HookSettings, { signal }: HookClock): Promise<void> {
  try {
    await tellSpooled(settings.stateFolder, async (refusals) => {
      const body = { refusals: refusals.map((each) => ({ ...each })) };
      const { status } = await request(settings, { method: "POST", path: "/v1/refusals", body }, signal);
      if (status !== 200) throw new Error(`the gateway answered ${status}`);
    });
  } catch (error) {
    writeAll(2, `holdpoint: earlier refusals could not be told yet (${oneLine(String(error))})\n`);
  }
}

async function after(call: HookCall, client: Client, settings: HookSettings, clock: HookClock): Promise<void> {
  const kept = findGrant(settings.stateFolder, client.agent, call);
  if (kept === undefined) return; // not let through by us, or reported before
  await report(call, kept, settings, clock.signal);
  dropGrant(settings.stateFolder, client.agent, call);
}

interface HookClock {
  signal: AbortSignal;
  leftMs(): number;
}

/** Ends the process, always. `process.exitCode` is 2 until an answer stands on stdout. */
export async function hook(name: string, options: HookOptions): Promise<never> {
  process.exitCode = 2;
  const progress: Progress = {};
  const limitMs = deadlineMs(options.deadline, process.env["HOLDPOINT_HOOK_DEADLINE_MS"], options.config !== undefined);
  const leftMs = () => limitMs - performance.now(); // counted from the start of the process
  setTimeout(() => giveUp(name, progress, `no decision within ${limitMs} ms`), Math.max(0, leftMs()));
  process.on("uncaughtException", (error) => giveUp(name, progress, `the hook itself failed: ${error.message}`));
  process.on("unhandledRejection", (error) => giveUp(name, progress, `the hook itself failed: ${error}`));
  process.on("SIGTERM", () => giveUp(name, progress, "the hook was told to end"));
  try {
    const client = Object.hasOwn(CLIENTS, name) ? CLIENTS[name] : undefined;
    if (client === undefined) throw new Error(`\`${name}\`: expected one of ${Object.keys(CLIENTS).join(", ")}`);
    if (options.printSettings) {
      const { settingsText } = await import("./settings-text.ts");
      writeAll(1, settingsText(name, resolve(options.config ?? settingsPath(dataFolder()))));
      process.exit(0);
    }
    options.onHold ??= "deny";
    if (!ON_HOLD.includes(options.onHold)) throw new Error(`--on-hold: expected ${ON_HOLD.join(", ")}`);
    progress.call = readCall(await readStdin(), client);
    if (options.embedded) {
      const { embedded } = await import("./embedded.ts");
      const answer = embedded(progress.call, client, options.policyFile);
      if (answer !== undefined) writeAll(1, `${JSON.stringify(answer)}\n`);
    } else {
      progress.settings = findSettings(options.config, progress.call.cwd);
      const clock: HookClock = { signal: AbortSignal.timeout(Math.max(1, Math.floor(leftMs()))), leftMs };
      if (progress.call.when === "before") await before(progress.call, client, progress.settings, options, clock);
      else await after(progress.call, client, progress.settings, clock);
    }
    process.exit(0);
  } catch (error) {
    return giveUp(name, progress, error instanceof Error ? error.message : String(error));
  }
}
