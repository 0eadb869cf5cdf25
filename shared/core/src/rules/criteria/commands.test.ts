// commands.test.ts — `commands`, `program` and `startsWith`: meanings made by hand against patterns

import type { Atom } from "@holdpoint/wire/facts.ts";
import { expect, test } from "vitest";
import { allows, denies, type Handmade } from "../handmade.ts";
import { errorsOf, yamlSource } from "../judged.ts";

type Meaning = NonNullable<Atom["meaning"]>;
const meant = (
  program: string,
  subcommands: string[],
  operands: (string | null)[],
  options: Meaning["options"] = {},
  more: Partial<Atom> = {},
): Handmade => ({
  atom: {
    program,
    words: [...subcommands, ...operands],
    meaning: { program, subcommands, options, operands },
    ...more,
  },
});
const push = (...operands: (string | null)[]) => meant("git", ["push"], operands);
const on = (branch: string, given: Handmade): Handmade => ({ ...given, action: { context: { branch } } });
/** A program that no table knows has words and no meaning. */
const unknown = (program: string, ...words: (string | null)[]): Handmade => ({ atom: { program, words } });

test.each<[why: string, when: string, given: Handmade, denies: boolean, allows: boolean]>([
  ["a program alone", "{ commands: [rm] }", meant("rm", [], ["x"]), true, true],
  ["another program", "{ commands: [rm] }", meant("rmdir", [], ["x"]), false, false],
  ["a pattern of programs", "{ commands: ['mkfs*'] }", meant("mkfs.ext4", [], []), true, true],
  ["an option", "{ commands: [rm -f] }", meant("rm", [], ["x"], { force: true, recursive: true }), true, true],
  ["a missing option", "{ commands: [rm -rf] }", meant("rm", [], ["x"], { force: true }), false, false],
  ["an option of the prototype", "{ commands: [rm -f] }", meant("rm", [], ["x"], { recursive: true }), false, false],
  [
    "an option's value",
    "{ commands: [kubectl get --namespace prod] }",
    meant("kubectl", ["get"], [], { namespace: "prod" }),
    true,
    true,
  ],
  [
    "another value of it",
    "{ commands: [kubectl get --namespace prod] }",
    meant("kubectl", ["get"], [], { namespace: "dev" }),
    false,
    false,
  ],
  [
    "a value of it that was not given",
    "{ commands: [kubectl get --namespace prod] }",
    meant("kubectl", ["get"], [], { namespace: true }),
    true,
    false,
  ],
  ["a program in capitals", "{ commands: [RM] }", meant("rm", [], []), true, true],
  ["a program in quotes", "{ commands: ['\"rm\"'] }", meant("rm", [], []), true, true],
  [
    "an operand of a pattern that only its run knows",
    "{ commands: ['rm $X b'] }",
    meant("rm", [], ["a", "b"]),
    true,
    true,
  ],
  ["and another behind it", "{ commands: ['rm $X b'] }", meant("rm", [], ["a", "c"]), false, false],
  ["a program that no table knows", "{ commands: [frob a] }", meant("frob", [], ["a", "b"]), true, true],
  ["a subcommand", "{ commands: [git push] }", push(), true, true],
  ["another subcommand", "{ commands: [git push] }", meant("git", ["pull"], []), false, false],
  ["an operand", "{ commands: [git push origin] }", push("origin", "x"), true, true],
  ["another operand", "{ commands: [git push origin] }", push("other"), false, false],
  ["a missing operand", "{ commands: [rm a b] }", meant("rm", [], ["a"]), false, false],
  ["operands in another order", "{ commands: [rm a b] }", meant("rm", [], ["b", "a"]), false, false],
  ["a pattern of an operand", "{ commands: ['rm *.log'] }", meant("rm", [], ["a.log"]), true, true],
  ["an operand that only the run knows", "{ commands: [rm a] }", meant("rm", [], [null]), true, false],
  ["where a push goes", "{ commands: [git push origin main] }", push("origin", "HEAD:main"), true, true],
  ["by force", "{ commands: [git push origin main] }", push("origin", "+main"), true, true],
  ["by its full name", "{ commands: [git push origin main] }", push("origin", "refs/heads/main"), true, true],
  ["by both", "{ commands: [git push origin main] }", push("origin", "+x:refs/heads/main"), true, true],
  ["where it comes from", "{ commands: [git push origin main] }", push("origin", "main:other"), false, false],
  ["a URL is no refspec", "{ commands: ['git push https://x/y'] }", push("https://x/y"), true, true],
  ["its end is no branch", "{ commands: [git push main] }", push("https://x:main"), false, false],
  ["nor is an address's", "{ commands: [git push main] }", push("git@x:main"), false, false],
  ["programs in capitals, by a star", "{ commands: ['MK*'] }", meant("mkfs", [], []), true, true],
  ["nor is an address", "{ commands: ['git push git@x:y'] }", push("git@x:y"), true, true],
  ["a colon elsewhere is a colon", "{ commands: ['rm y'] }", meant("rm", [], ["x:y"]), false, false],
  [
    "another command's plus is a plus",
    "{ commands: [git fetch main] }",
    meant("git", ["fetch"], ["+main"]),
    false,
    false,
  ],
  ["the branch that is checked out", "{ commands: [git push origin main] }", on("main", push()), true, true],
  ["its remote named", "{ commands: [git push origin main] }", on("main", push("origin")), true, true],
  ["another branch that is checked out", "{ commands: [git push origin main] }", on("x", push()), false, false],
  ["another remote by itself", "{ commands: [git push fork main] }", on("main", push()), false, false],
  ["more than a push implies", "{ commands: [git push origin main x] }", on("main", push()), false, false],
  [
    "more than a push implies, though alike",
    "{ commands: [git push origin main main] }",
    on("main", push()),
    false,
    false,
  ],
  ["a branch that nobody said, whatever it is", "{ commands: ['git push origin *'] }", push(), false, false],
  ["a branch that nobody said", "{ commands: [git push origin main] }", push(), false, false],
  ["a fetch implies nothing", "{ commands: [git fetch origin] }", meant("git", ["fetch"], []), false, false],
  ["a wrapper by its name", "{ commands: [sudo] }", meant("rm", [], [], {}, { wrappers: ["sudo"] }), true, false],
  [
    "a wrapper that must be there",
    "{ commands: [sudo rm] }",
    meant("rm", [], [], {}, { wrappers: ["sudo"] }),
    true,
    true,
  ],
  ["and is not", "{ commands: [sudo rm] }", meant("rm", [], []), false, false],
  ["a harmless wrapper", "{ commands: [rm] }", meant("rm", [], [], {}, { wrappers: ["timeout"] }), true, true],
  [
    "a wrapper with more rights",
    "{ commands: [rm] }",
    meant("rm", [], [], {}, { wrappers: ["timeout", "sudo"] }),
    true,
    false,
  ],
  [
    "a meaning that nobody knows",
    "{ commands: [git push] }",
    { atom: { program: "git", words: ["push"] } },
    false,
    false,
  ],
  ["no program at all", "{ commands: [rm, 'x*'] }", { atom: { program: undefined } as never }, false, false],
  ["a program by its name", "{ program: [GIT, 'r*'] }", meant("rm", [], []), true, true],
  ["a program in any case", "{ program: [git] }", meant("GIT", [], []), true, true],
  ["a wrapping program", "{ program: [sudo] }", meant("rm", [], [], {}, { wrappers: ["sudo"] }), true, false],
  ["all but a program", "{ program: ['!rm'] }", meant("rm", [], [], {}, { wrappers: ["env"] }), false, false],
  ["all but a program, another", "{ program: ['!rm'] }", meant("ls", [], []), true, true],
  [
    "an allowed program with more rights",
    "{ program: [rm] }",
    meant("rm", [], [], {}, { wrappers: ["sudo"] }),
    true,
    false,
  ],
  [
    "with rights that are named",
    "{ program: [rm, sudo] }",
    meant("rm", [], [], {}, { wrappers: ["sudo"] }),
    true,
    true,
  ],
  ["as written", "{ startsWith: [git push] }", unknown("git", "push", "x"), true, true],
  ["as written in quotes", "{ startsWith: ['git \"push\"'] }", unknown("git", "push"), true, true],
  ["written otherwise", "{ startsWith: [git push] }", unknown("git", "-C", "push"), false, false],
  ["another program as written", "{ startsWith: [git push] }", unknown("hg", "push"), false, false],
  [
    "as written with more rights",
    "{ startsWith: [git] }",
    meant("git", [], [], {}, { wrappers: ["sudo"] }),
    true,
    false,
  ],
  ["as written after what only the run knows", "{ startsWith: [git push] }", unknown("git", null), true, false],
])("%s", (_why, when, given, deny, allow) => {
  // What only the run knows is covered only where an allow says so; here it is about the words alone.
  expect([denies(when, given), allows(when, given)]).toEqual([deny, allow]);
});

test.each([
  ["a; b", "must be one simple command"],
  ["a | b", "must be one simple command"],
  ["$(a)", "must be one simple command"],
  ["$X y", "cannot be understood: program is not known before the run"],
  ['rm ""', "is empty"],
  ["eval $x", "cannot be understood: code is not known before the run"],
])("a pattern that is no command is refused: %s", (pattern, message) => {
  const [problem, ...more] = errorsOf([
    yamlSource(`rules:\n  - effect: deny\n    when:\n      commands:\n        - ls\n        - '${pattern}'\n`),
  ]);
  expect(more).toEqual([]);
  expect(problem).toMatchObject({ line: 6, message: expect.stringContaining(message) });
});

test("as written, without what stands around it", () => {
  expect(denies("{ written: ['ls -l'] }", { atom: { text: "  ls -l " } })).toBe(true);
  expect(denies("{ written: ['ls -l'] }", { atom: { text: "ls -la" } })).toBe(false);
});
