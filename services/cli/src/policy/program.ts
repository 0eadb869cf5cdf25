// program.ts — the subcommands of `holdpoint policy` and their options; each one's code is loaded when it is called

import type { Command, Option } from "commander";

interface Shared {
  policyFile(): Option;
  addPolicy(): Option;
  ending<A extends unknown[]>(work: (...args: A) => Promise<number>): (...args: A) => Promise<void>;
}

export function addPolicyCommands(program: Command, { policyFile, addPolicy, ending }: Shared): void {
  const policy = program
    .command("policy")
    .summary("write, check, compare and publish policies")
    .description(
      "Files are known by what is in them; `dialect=path` says how to read one that could be several things.",
    )
    .helpCommand(false);

  policy
    .command("status")
    .summary("is it enabled, how many rules, the default, from which file (exits 0, or 2 with every error)")
    .addOption(policyFile())
    .addOption(addPolicy())
    .option("--json", "as JSON")
    .action(ending(async (options) => (await import("./status.ts")).policyStatus(options)));

  policy
    .command("check")
    .summary("are the documents sound? With a tool: what they say of one call")
    .description(
      "Without arguments, or with files: reads every document and prints every error with its line and column. Exits 0 sound, 2 not.\n" +
        "With a tool and its arguments: decides that call and prints the rules that spoke. Exits 0 allow, 10 ask, 20 deny, 2 error.",
    )
    .argument("[words...]", "policy files or folders; or a tool, and its arguments as JSON")
    .addOption(policyFile())
    .addOption(addPolicy())
    .option("--json", "as JSON")
    .action(ending(async (words, options) => (await import("./check.ts")).policyCheck(words, options)));

  policy
    .command("lint")
    .summary("rules that never count, allow too much, or say too little (exits 0, 1 with errors, 2 error)")
    .argument("[files...]", "policy files, folders or packs (default: the policy of this place)")
    .addOption(policyFile())
    .addOption(addPolicy())
    .option("--json", "one JSON object a finding")
    .option("--quiet", "errors and warnings only")
    .action(ending(async (files, options) => (await import("./lint.ts")).policyLint(files, options)));

  policy
    .command("test")
    .summary("run golden cases (exits 0 all as wanted, 1 some not, 2 error)")
    .description("Cases are files that name calls and what must become of them; see docs/policies.md.")
    .argument("[files...]", "case files or folders of them (default: policy.d/tests)")
    .addOption(policyFile())
    .addOption(addPolicy())
    .option("--watch", "again whenever a case or a policy changes")
    .option("--junit <file>", "also write the results for a build server")
    .option("--json", "one JSON object a case")
    .action(ending(async (files, options) => (await import("./test.ts")).policyTest(files, options)));

  policy
    .command("diff")
    .summary("which decisions change from one policy to another (exits 0 none, 1 some, 2 error)")
    .argument("<before>", "policy file, folder or pack")
    .argument("<after>", "policy file, folder or pack")
    .requiredOption("--over <file>", "calls to judge, one JSON object a line as in `check --batch`; `-` is stdin")
    .option("--json", "one JSON object a change")
    .action(ending(async (before, after, options) => (await import("./diff.ts")).policyDiff(before, after, options)));

  policy
    .command("import")
    .summary("another client's rules as a document of ours (exits 0, 2 error); what is left out goes to stderr")
    .description(
      "Reads Claude Code permissions, Gemini CLI policies, Codex rules and the other dialects, and prints a native document.\n" +
        "Nothing is widened: what cannot be said is left out of an allow and said more strictly in a deny.",
    )
    .argument("<file>", "a file, a folder of overlays, or dialect=file")
    .option("--out <file>", "write it there")
    .action(ending(async (file, options) => (await import("./exchange.ts")).policyImport(file, options)));

  policy
    .command("export")
    .summary("our policies as another client's rules (exits 0, 2 error); what is lost goes to stderr")
    .requiredOption("--to <client>", "claude-code, gemini or codex")
    .addOption(policyFile())
    .addOption(addPolicy())
    .option("--out <file>", "write it there")
    .action(ending(async (options) => (await import("./exchange.ts")).policyExport(options)));

  policy
    .command("migrate")
    .summary("older forms in the present one (exits 0, 2 error)")
    .description(
      "Prints the new text of one file; with --in-place each file is changed, and kept as it was in <file>.bak.",
    )
    .argument("[files...]", "policy files, or an agent's configuration (default: policy.d)")
    .option("--in-place", "change the files")
    .action(ending(async (files, options) => (await import("./migrate.ts")).policyMigrate(files, options)));

  policy
    .command("publish")
    .summary("send documents to a running gateway, until every worker runs them (exits 0, 2 error)")
    .argument("[files...]", "policy files; each is called as its file, without the ending")
    .option("--name <name>", "what it is called there")
    .option("--draft", "write it, and leave the publishing to somebody else")
    .option("--id <id>", "publish what is written already")
    .option("--shadow", "only watch it beside what runs")
    .option("--url <url>", "of the gateway (default: HOLDPOINT_URL, else the last `up` here)")
    .option("--key-file <file>", "holds your key (default: HOLDPOINT_KEY, else you are asked)")
    .option("--data <dir>", "data folder of the `up` to talk to")
    .action(ending(async (files, options) => (await import("./publish.ts")).policyPublish(files, options)));

  policy
    .command("schema")
    .summary("the JSON Schema of policy documents, for editors")
    .option("--out <file>", "write it there")
    .action(ending(async (options) => (await import("./schema.ts")).policySchema(options)));
}
