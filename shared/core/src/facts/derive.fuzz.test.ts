// derive.fuzz.test.ts — any bytes as arguments: facts come out, in bounded time, and no reader stumbles

import { limits } from "@holdpoint/wire/limits.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sampleAction } from "../sample.ts";
import { deriveFacts } from "./derive.ts";

/** Generous: the machine that runs this may be busy; what hangs takes longer by orders of magnitude. */
const TOOK_MS_MAX = 2_000;

function derive(tool: string, args: Parameters<typeof sampleAction>[0] & object): ReturnType<typeof deriveFacts> {
  const started = performance.now();
  const facts = deriveFacts(sampleAction({ tool, ...args, argsHash: "-" }));
  expect(performance.now() - started).toBeLessThan(TOOK_MS_MAX);
  expect(facts.caps).not.toContain("reader");
  expect(facts.atoms.length).toBeGreaterThan(0);
  expect(facts.atoms.length).toBeLessThanOrEqual(limits.commandAtomsMax);
  return facts;
}

const TOKENS = `
  rm -rf / $X "\${X}" $(x) \`x\` <(x) >(x) ( ) { } [[ ]] (( )) if then else elif fi for in do done while case esac function
  ; & && || | |& ! > >> < << <<- <<< >& &> 'a' "b" \\ # = A=1 A=( {a,b} {1..9} * ? [a-z] ~ ~/x ~root .. ../.. ./x //
  sudo env bash -c sh eval xargs find -exec {} ; + git push -f --force -C curl http://a b@c python3 -e perl awk sed s/a/b/e
  -- - -- -o --a=b EOF $'\\x72' $"x" \${X:-y} \${X#y} \${!X} \${X[@]} $@ $* $1 $? $$ cd /etc tee docker run ssh host kubectl exec
`
  .split(/\s+/)
  .filter(Boolean);

describe("nothing stops the reader", () => {
  test("a command of any characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (command) => {
        derive("Bash", { args: { command } });
      }),
      { numRuns: 400 },
    );
  });

  test("a command of the words and signs that shells give meaning to", () => {
    const token = fc.constantFrom(...TOKENS, "\n", "EOF\n", "{", "}", "$(", "`", '"', "'");
    const glue = fc.constantFrom(" ", " ", " ", "", "\n");
    fc.assert(
      fc.property(fc.array(fc.tuple(token, glue), { maxLength: 60 }), (pieces) => {
        derive("Bash", { args: { command: pieces.map(([word, space]) => word + space).join("") } });
      }),
      { numRuns: 1_500 },
    );
  });

  test("any JSON as arguments of any tool", () => {
    const tool = fc.constantFrom(
      "Bash",
      "Read",
      "Write",
      "apply_patch",
      "fetch",
      "unheard_of",
      "mcp__x__y",
      "sql",
      "shell",
    );
    const value = fc.jsonValue({ maxDepth: 4 });
    const key = fc.constantFrom("command", "path", "url", "sql", "content", "patch", "input", "code", "paths", "x");
    fc.assert(
      fc.property(tool, fc.dictionary(key, value), (name, args) => {
        derive(name, { args: args as { [key: string]: string } });
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["substitutions in each other", "$(".repeat(16_000)],
    ["process substitutions in each other", "<(".repeat(16_000)],
    ["backticks", "`".repeat(32_000)],
    ["quotes and substitutions in turn", '"$('.repeat(10_000)],
    ["braces that multiply", `rm ${"{a,b}".repeat(200)}`],
    ["sequences without end", "{1..999999999} ".repeat(2_000)],
    ["values that double", `a=xxxxxxxx;${"a=$a$a;".repeat(4_000)}rm $a`],
    ["loops in loops", `${"for i in 1 2 3 4 5 6 7 8;do ".repeat(8)}rm $i;${"done;".repeat(8)}`],
    ["functions that call each other", Array.from({ length: 1_500 }, (_, i) => `f${i}(){ f${i - 1};};`).join("")],
    ["wrappers without end", "sudo ".repeat(6_000)],
    ["eval in eval", "eval ".repeat(6_000)],
    ["here-documents without end", "cat <<A\n".repeat(4_000)],
    ["every argument again and again", `set -- ${"a ".repeat(8_000)};${"$@;".repeat(160)}`],
    ["aliases of themselves", "alias a='a a';\na\n".repeat(1_000)],
    ["a file in a file in a file", "cat > a.sh <<A\n".repeat(2_000)],
    ["options without end", `tar ${"-C a ".repeat(6_000)}`],
    ["patterns that backtrack elsewhere", `awk '${'"'.repeat(30_000)}'`],
    ["a long path", `rm /${"a/../".repeat(6_000)}`],
    ["a host of signs", `curl http://${"@".repeat(30_000)}`],
    ["secrets without end", "password=a1".repeat(3_000)],
    ["names as long as the code", `node -e "require ${"a".repeat(15_000)} = import"`],
    ["imports without end", `python3 -c "import ${"a as b, ".repeat(1_900)}"`],
    ["imports from imports", `python3 -c "${"from a import b ".repeat(1_000)}"`],
    ["constants of constants", `python3 -c "${"a = ['x'] + ".repeat(1_200)}; os.system(a)"`],
    ["texts added up", `python3 -c "open(${"'a' + ".repeat(2_500)}'b')"`],
    ["brackets that never close", `node -e "${"{".repeat(8_000)} = require('x')"`],
    ["marks in a mark", `find . -exec sh -c '${"{}".repeat(5_000)}' \\;`],
    ["arguments of parallel", `parallel ${"echo {} ".repeat(1_500)} ::: ${"a ".repeat(2_000)}`],
    ["dots and blanks at the end", `cat 'a${". ".repeat(1_900)}/b'`],
    ["a makefile of one line", `printf '${"\\t@$(A) ".repeat(2_000)}' > Makefile`],
    ["names to look for", `find / ${"-name *a*b*c* -o ".repeat(1_500)} -delete`],
    ["includes without end", `grep -r x . ${"--include=* ".repeat(2_000)}`],
    ["more than is read at all", "a".repeat(200_000)],
  ])("%s", (_what, command) => {
    derive("Bash", { args: { command } });
  });

  test("what is cut off is never silent: each cap makes an atom opaque", () => {
    for (const command of ["a;".repeat(10_000), "x".repeat(100_000), `rm ${"a ".repeat(10_000)}`, "$(".repeat(100)]) {
      const facts = derive("Bash", { args: { command } });
      expect(facts.caps).not.toEqual([]);
      expect(facts.atoms.some((atom) => atom.opaque.length > 0) || facts.caps.length > 0).toBe(true);
      expect(facts.class).not.toBe("safe");
    }
  });
});
