// program.ts — the commands of people: what waits, answers, questions, lending, grants; each one's code is loaded when it is called

import type { Command } from "commander";
import type { AccessOptions } from "../gateway-url.ts";

type Listing = AccessOptions & { json?: boolean };
interface Shared {
  ending<A extends unknown[]>(work: (...args: A) => Promise<number>): (...args: A) => Promise<void>;
}

export function addPeopleCommands(program: Command, { ending }: Shared): void {
  const person = (command: Command) =>
    command
      .option("--url <url>", "of the gateway (default: HOLDPOINT_URL, else the last `up` here)")
      .option("--key-file <file>", "holds your key (default: HOLDPOINT_KEY, else you are asked)")
      .option("--data <dir>", "data folder of the `up` to talk to");

  /** A list, and a word that ends one of it. */
  const listed = (
    name: string,
    summary: string,
    word: string,
    does: {
      list(options: Listing): Promise<number>;
      end(id: string, options: AccessOptions): Promise<number>;
    },
  ) =>
    person(program.command(name))
      .summary(summary)
      .argument("[what]", `\`${word}\`; without it the list`)
      .argument("[id]", "of which one")
      .option("--json", "the list as JSON, one a line")
      .action(
        ending(async (what: string | undefined, id: string | undefined, options: Listing) => {
          if (what === undefined) return does.list(options);
          if (what !== word || id === undefined) throw new Error(`expected \`${name}\`, or \`${name} ${word} <id>\``);
          return does.end(id, options);
        }),
      );

  person(program.command("inbox"))
    .summary("what waits for a person; with an id, its card")
    .argument("[id]", "of an approval")
    .option("--role <role>", "only what this role may answer")
    .option("--all", "also what is settled")
    .option("--list", "the list once, also in a terminal")
    .option("--json", "as JSON, one approval a line")
    .action(ending(async (id, options) => (await import("./inbox.ts")).inbox(id, options)));

  person(program.command("approve"))
    .summary("let a held action run, after its card was shown")
    .argument("<id>", "of an approval")
    .option("--reason <text>", "why")
    .option("--card <sha256>", "vote only on this very card")
    .option("--yes", "do not ask again")
    .option(
      "--next <what>",
      "the next ones of the same call too: `session`, a number of times, or until (`2h`, or a time)",
    )
    .option("--edit <args>", "with these arguments (JSON) instead: a new action, judged from the start")
    .action(ending(async (id, options) => (await import("./vote.ts")).approve(id, options)));

  person(program.command("deny"))
    .summary("stop a held action")
    .argument("<id>", "of an approval")
    .requiredOption("--reason <text>", "why; the agent may be told")
    .action(ending(async (id, options) => (await import("./vote.ts")).deny(id, options)));

  person(program.command("withdraw"))
    .summary("take your own yes back; what was approved by it and has not begun is revoked")
    .argument("<id>", "of an approval")
    .action(ending(async (id, options) => (await import("./talk.ts")).withdraw(id, options)));

  person(program.command("ask"))
    .summary("ask the agent's side something first; the request goes on waiting")
    .argument("<id>", "of an approval")
    .argument("<question>", "it stands on the card from then on")
    .action(ending(async (id, question, options) => (await import("./talk.ts")).askAbout(id, question, options)));

  person(program.command("answer"))
    .summary("answer what an approver asked about an action that is done on your behalf; approves nothing")
    .argument("<action>", "its id")
    .argument("<text>", "it stands on the card from then on")
    .action(ending(async (id, text, options) => (await import("./talk.ts")).answerFor(id, text, options)));

  person(program.command("delegate"))
    .summary("let somebody else answer for you for a time")
    .argument("<person>", "as they are known here")
    .requiredOption("--until <time>", "a length such as `2h`, or a time")
    .option("--approval <id>", "only this request")
    .action(ending(async (to, options) => (await import("./lending.ts")).delegate(to, options)));

  listed("delegations", "who may answer for whom at the moment; `end <id>` ends one", "end", {
    list: async (options) => (await import("./lending.ts")).delegations(options),
    end: async (id, options) => (await import("./lending.ts")).endDelegation(id, options),
  });
  listed("grants", "standing grants: what a yes also covers; `revoke <id>` ends one", "revoke", {
    list: async (options) => (await import("./standing.ts")).grants(options),
    end: async (id, options) => (await import("./standing.ts")).revokeGrant(id, options),
  });
  listed("denials", "what a no answers for a while yet; `forget <approval>` shows the next ask to people", "forget", {
    list: async (options) => (await import("./standing.ts")).denials(options),
    end: async (id, options) => (await import("./standing.ts")).forgetDenial(id, options),
  });

  program
    .command("login")
    .summary('sign in in any browser; use as  eval "$(holdpoint login)"')
    .option("--url <url>", "of the gateway (default: HOLDPOINT_URL, else the last `up` here)")
    .action(ending(async (options) => (await import("./login.ts")).login(options)));

  program
    .command("logout")
    .summary("end the session that HOLDPOINT_KEY holds")
    .option("--url <url>", "of the gateway (default: HOLDPOINT_URL, else the last `up` here)")
    .action(ending(async (options) => (await import("./login.ts")).logout(options)));

  person(program.command("explain"))
    .summary("why a decision came out as it did")
    .argument("<decision>", "its id")
    .option("--trace", "every rule that was tried")
    .option("--json", "the decision itself")
    .action(ending(async (id, options) => (await import("./explain.ts")).explain(id, options)));

  person(program.command("erase"))
    .summary("take an ended action's arguments out of the store (operator, admin)")
    .argument("<action>", "its id")
    .option("--reason <text>", "why; kept as evidence")
    .option("--yes", "do not ask")
    .action(ending(async (id, options) => (await import("./erase.ts")).erase(id, options)));

  person(program.command("tail"))
    .summary("events as they happen")
    .option("--since <cursor>", "go on after this event")
    .option("--json", "as JSON, one event a line")
    .action(ending(async (options) => (await import("./tail.ts")).tail(options)));
}
