#!/usr/bin/env node
// main.ts — the `holdpoint` command: what it can do and with which options; each command's code is loaded when it is called

import { Command, Option } from "commander";
import { fail } from "./failure.ts";
import { leaveWithReader } from "./output.ts";

const repeat = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];
const policyFile = () =>
  new Option("--policy-file <path>", "policy file or folder instead of the default (repeatable)").argParser(repeat);
const addPolicy = () =>
  new Option("--add-policy <path>", "policy file or folder beside the others (repeatable)").argParser(repeat);

/** The exit code of a command is its result; an error is exit 2 with a sentence on stderr. */
const ending =
  <A extends unknown[]>(work: (...args: A) => Promise<number>) =>
  (...args: A): Promise<void> =>
    work(...args).then((code) => {
      process.exitCode = code;
    }, fail);

const program = new Command("holdpoint")
  .description("Decides what AI agents may do: typed, explainable, human-approvable decisions on tool calls.")
  .version("0.1.0")
  .helpCommand(false)
  .showHelpAfterError("(`holdpoint --help` lists the commands)")
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "holdpoint: ")) })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

program
  .command("check")
  .summary("decide one call, or a file of calls, without a server")
  .description(
    "Decides a call with the rules alone. Exits 0 allow, 10 ask, 20 deny, 2 error.\n" +
      "With --batch: one JSON row a line in, one JSON answer a line out. A row may have any field of a proposal; `command` is short for a shell call. Rows without `cwd` and `home` take place in /workspace, with the home /home/user.",
  )
  .argument("[tool]", "name of the tool, such as Bash")
  .argument("[args]", "its arguments as JSON; `-` reads them from stdin")
  .option("--cwd <dir>", "where it would run (default: here)")
  .option("--home <dir>", "the home it would have (default: yours)")
  .option("--json", "answer as JSON")
  .option("--trace", "also every rule that spoke")
  .option("--batch <file>", "rows from a file, or `-` for stdin")
  .addOption(policyFile())
  .addOption(addPolicy())
  .addOption(
    new Option("--without <checker>", "accept that this remote checker is not run (repeatable)").argParser(repeat),
  )
  .action(ending(async (tool, args, options) => (await import("./check/command.ts")).check(tool, args, options)));

program
  .command("hook")
  .summary("answer a hook of an agent client on stdin")
  .description(
    "Called by agent clients before and after a tool call. Allows by the client's own JSON; everything that is not an answer exits 2.",
  )
  .argument("<client>", "claude-code, codex, gemini or copilot")
  .option("--config <file>", "where the gateway is; the environment is then not believed")
  .option("--on-hold <what>", "deny, wait or defer when a person must answer", "deny")
  .option("--deadline <ms>", "give up after this long (default: HOLDPOINT_HOOK_DEADLINE_MS, else 20000)")
  .option("--embedded", "decide here, without a gateway: no approvals, no evidence")
  .addOption(policyFile())
  .action(async (client, options) => {
    process.exitCode = 2;
    await (await import("./hook/command.ts")).hook(client, options);
  });

leaveWithReader();
await program.parseAsync();
