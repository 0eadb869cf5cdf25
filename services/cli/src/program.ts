// program.ts — what the `holdpoint` command can do and with which options; each command's code is loaded when it is called

import { Command, Option } from "commander";
import { fail } from "./failure.ts";
import { leaveWithReader } from "./output.ts";
import { addPeopleCommands } from "./people/program.ts";
import { addPolicyCommands } from "./policy/program.ts";
import { VERSION } from "./version.ts";

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

export const program = new Command("holdpoint")
  .description("Decides what AI agents may do: typed, explainable, human-approvable decisions on tool calls.")
  .version(VERSION)
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
  .option("--print-settings", "print what to put into the client's settings, and answer nothing")
  .addOption(policyFile())
  .action(async (client, options) => {
    process.exitCode = 2;
    await (await import("./hook/command.ts")).hook(client, options);
  });

program
  .command("up")
  .summary("run everything on this machine, until a signal")
  .description(
    "Postgres, gateway and all workers in one process, started again should it die. Your own keys are shown at the first start only.",
  )
  .option("--json", "say that it is ready in one line of JSON on stdout")
  .option("--port <port>", "of the gateway; 0 for any free one (default: HOLDPOINT_PORT, else 8787)")
  .option("--data <dir>", "where everything is kept (default: HOLDPOINT_DATA, else ~/.holdpoint)")
  .addOption(policyFile())
  .addOption(addPolicy())
  .option("--new-keys", "mint and show new keys for the approver, admin and auditor")
  .action(async (options) => {
    const { supervise, workOf } = await import("./up/supervise.ts");
    const work = workOf();
    if (work === undefined) process.exit(await supervise(process.argv));
    await import("./up/command.ts").then(({ up }) => up(options, work)).catch(fail);
  });

program
  .command("demo")
  .summary("see it at work: an agent's dozen actions, some of which do not happen")
  .option("--yes", "answer the held action by itself, as CI does")
  .action(ending(async (options) => (await import("./demo/command.ts")).demo(options)));

addPeopleCommands(program, { ending });

program
  .command("doctor")
  .summary("what is here, what works, and whether the hook bites")
  .option("--config <file>", "the configuration that the hook uses")
  .option("--json", "findings as JSON")
  .action(ending(async (options) => (await import("./doctor/command.ts")).doctor(options)));

addPolicyCommands(program, { policyFile, addPolicy, ending });

const keys = program.command("keys").summary("a fleet's first key").helpCommand(false);
keys
  .command("bootstrap")
  .summary("mint the first admin key, once, on an empty store")
  .option("--person <id>", "whose key it is")
  .option("--json", "with its id, as JSON")
  .action(ending(async (options) => (await import("./fleet.ts")).bootstrapKeys(options)));

const deliveries = program.command("deliveries").summary("messages that could not be delivered").helpCommand(false);
deliveries
  .command("list")
  .summary("dead letters, as JSON, one a line")
  .option("--tenant <tenant>", "of another tenant than `default`")
  .action(
    ending(async ({ tenant }) => (await import("./fleet.ts")).deadLetters(["list", ...(tenant ? [tenant] : [])])),
  );
deliveries
  .command("resend")
  .summary("try a dead letter again")
  .argument("<id>", "as `list` shows it")
  .option("--tenant <tenant>", "of another tenant than `default`")
  .action(
    ending(async (id, { tenant }) =>
      (await import("./fleet.ts")).deadLetters(["resend", id, ...(tenant ? [tenant] : [])]),
    ),
  );

program
  .command("migrate")
  .summary("bring the database to this version")
  .action(ending(async () => (await import("./fleet.ts")).migrate()));

/** Resolves when the command has ended, or when it is up and running. */
export async function run(argv: readonly string[]): Promise<void> {
  leaveWithReader();
  await program.parseAsync(argv);
}
