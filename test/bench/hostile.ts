// hostile.ts — looks for the input that takes longest: texts that repeat small pieces, bred from the slowest found so far

import { decide } from "@holdpoint/core/decide.ts";
import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { exampleAction } from "@holdpoint/core/rules/examples.ts";
import { pack } from "@holdpoint/core/rules/packs.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import fc from "fast-check";

export interface HostileFigures {
  kind: string;
  /** of the slowest input found, the least of several tries */
  worstMs: number;
  goalMs: number;
  tried: number;
  /** what it repeats, and how often */
  input: string;
}

/** A text as the pieces that it repeats, so that it can be printed and bred. */
type Recipe = { piece: string; times: number }[];

const textOf = (recipe: Recipe, charsMax: number): string =>
  recipe
    .map(({ piece, times }) => piece.repeat(Math.min(times, Math.ceil(charsMax / Math.max(1, piece.length)))))
    .join("")
    .slice(0, charsMax)
    .toWellFormed();
const shown = (recipe: Recipe): string =>
  recipe
    .map(({ piece, times }) => `${JSON.stringify(piece)} × ${times}`)
    .join(" + ")
    .slice(0, 200);

const SHELL =
  `rm -rf / $X "\${X}" $(x) \`x\` <(x) ( ) { } [[ ]] (( )) if then else fi for in do done while case esac function ; & && || |
  ! > >> < <<A <<- <<< 'a' "b" \\ # = A=1 {a,b} {1..9} * ? [a-z] ~ ~/x .. ../.. // sudo env bash -c sh eval xargs find -exec {} + git push
  -f -C curl http://a b@c python3 -e awk sed s/a/b/e -- --a=b EOF $'\\x72' \${X:-y} cd /etc tee docker run ssh alias a='a' set -- $@ cat a.sh export`
    .split(/\s+/)
    .filter(Boolean);
const SECRETS =
  `AKIA ghp_ xoxb- sk_live_ eyJ . -----BEGIN -----END PRIVATE KEY password= token: api_key=" :// postgres:// @ : = " ' / % _ - a A 0 secret {"password":" Bearer`.split(
    " ",
  );
const OTHERS = [
  "\n",
  "\t",
  "\0",
  "\u202e",
  "\u200b",
  "é",
  "😀",
  "\ud800",
  "\\",
  "\\u0041",
  "%2e%2e%2f",
  "0x7f.1",
  "[::1]",
  "xn--",
  "a.",
  "1.",
  "file://",
  "?",
  "&",
  ";",
];
const SQL = "drop table select * from ( ) -- /* */ ; ' \" where delete update $$ union E'\\'' begin".split(" ");
const REGEX =
  "a . .* .+ (a|b) (a*)* (a?){9} [a-z]+ [^a] (?:x{1,9}) \\w+ \\s* (a|aa)+ ^ $ \\b x? | (.*)(.*) a.{300} [ab]{99} (b.{30}){9} [\\w-]{3,30} é \\pL+".split(
    " ",
  );
const GLOB = "* ** ? {a,b} / a . [x] ! ~ ./ ** a* *a a?".split(" ");

const piece = (words: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.constantFrom(...words, ...OTHERS), fc.constantFrom("", "", " ", "/", "\n")), {
      minLength: 1,
      maxLength: 5,
    })
    .map((parts) => parts.map(([word, glue]) => word + glue).join(""));
const recipes = (words: readonly string[]): fc.Arbitrary<Recipe> =>
  fc.array(fc.record({ piece: piece(words), times: fc.constantFrom(1, 1, 3, 30, 300, 3_000, 30_000, 100_000) }), {
    minLength: 1,
    maxLength: 4,
  });

/** One way in: what is bred, and what is done with it. */
interface Way {
  kind: string;
  goalMs: number;
  charsMax: number;
  words: readonly string[];
  feed(text: string): unknown;
}

const ways = (): Way[] => {
  const set = compileSet([pack("coding-agent"), pack("workstation")]);
  const call = (tool: string, args: { [key: string]: Json }) => decide(set, exampleAction({ tool, args }));
  const rule = (when: object) => ({
    name: "hostile.json",
    dialect: "native-json" as const,
    text: JSON.stringify({ rules: [{ id: "r", effect: "deny", when }] }),
  });
  const long = "ab a/b-c.é aaabb bbaab ".repeat(5_000).slice(0, 100_000);
  return [
    {
      kind: "command",
      goalMs: 50,
      charsMax: limits.argsBytesMax,
      words: SHELL,
      feed: (text) => call("Bash", { command: text }),
    },
    {
      kind: "content with secrets",
      goalMs: 25,
      charsMax: 100_000,
      words: SECRETS,
      feed: (text) => call("Write", { file_path: "a.txt", content: text }),
    },
    {
      kind: "written script",
      goalMs: 50,
      charsMax: limits.argsBytesMax,
      words: SHELL,
      feed: (text) => call("Write", { file_path: "a.sh", content: text }),
    },
    {
      kind: "path",
      goalMs: 50,
      charsMax: limits.argsBytesMax,
      words: GLOB,
      feed: (text) => call("Read", { file_path: text }),
    },
    {
      kind: "many paths",
      goalMs: 50,
      charsMax: 100_000,
      words: GLOB,
      feed: (text) => call("Read", { paths: text.split("\n").slice(0, limits.jsonNodesMax - 2) }),
    },
    {
      kind: "URL",
      goalMs: 50,
      charsMax: limits.argsBytesMax,
      words: SECRETS,
      feed: (text) => call("WebFetch", { url: text }),
    },
    {
      kind: "SQL",
      goalMs: 50,
      charsMax: limits.argsBytesMax,
      words: SQL,
      feed: (text) => call("execute_sql", { sql: text }),
    },
    {
      kind: "patch",
      goalMs: 50,
      charsMax: limits.argsBytesMax,
      words: ["*** Begin Patch\n", "*** Update File: ", "@@", "+", "-", ...SHELL],
      feed: (text) => call("apply_patch", { input: text }),
    },
    {
      kind: "unknown tool",
      goalMs: 50,
      charsMax: limits.argsBytesMax,
      words: [...SHELL, ...SECRETS],
      feed: (text) => call("unheard_of", { input: text }),
    },
    {
      kind: "regex of a policy on 100 kB",
      goalMs: 25,
      charsMax: limits.patternBytesMax,
      words: REGEX,
      feed: (text) =>
        decide(compileSet([rule({ argsMatch: [text] })]), exampleAction({ tool: "Note", args: { text: long } }), []),
    },
    {
      kind: "glob of a policy on a long path",
      goalMs: 50,
      charsMax: limits.patternBytesMax,
      words: GLOB,
      feed: (text) =>
        decide(
          compileSet([rule({ paths: [text], args: { a: { glob: text } } })]),
          exampleAction({ tool: "Read", args: { file_path: `/${"a/b.c/".repeat(680)}`, a: long } }),
          [],
        ),
    },
    {
      kind: "policy in YAML",
      goalMs: 50,
      charsMax: limits.policyTextReadHereCharsMax,
      words: [
        "rules:",
        "- ",
        "{",
        "}",
        "[",
        "]",
        ":",
        "&a",
        "*a",
        "|",
        "id: x",
        "effect: deny",
        "when:",
        "<<",
        "'",
        '"',
        "#",
        "!",
      ],
      feed: (text) => compileSet([{ name: "h.yaml", dialect: "native-yaml", text }]),
    },
    {
      kind: "policy in TOML",
      goalMs: 50,
      charsMax: limits.policyTextReadHereCharsMax,
      words: ["[a]", "[[rules]]", "a = 1", "=", "'''", '"""', "{", "}", ".", "a.b.c", "#"],
      feed: (text) => compileSet([{ name: "h.toml", dialect: "native-toml", text }]),
    },
  ];
};

/**
 * Milliseconds of processor time of one try: what else the machine does is not counted. What is refused has been answered;
 * anything else that is thrown is a find of its own.
 */
function tookMs(way: Way, text: string): number {
  const before = process.cpuUsage();
  try {
    way.feed(text);
  } catch (error) {
    if (!isFault(error))
      throw new Error(`${way.kind} threw on ${JSON.stringify(text.slice(0, 200))}`, { cause: error });
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const SLOWEST_KEPT = 12;

/** Breeds for `seconds` a way; a busy machine slows some tries, so the slowest are tried again and the least counts. */
export function benchHostile(seconds: number, seed: number, only = ""): HostileFigures[] {
  return ways()
    .filter(({ kind }) => kind.includes(only))
    .map((way) => search(way, seconds, seed));
}

function search(way: Way, seconds: number, seed: number): HostileFigures {
  const stream = fc.sample(recipes(way.words), { numRuns: 4_000, seed });
  let slowest: { recipe: Recipe; ms: number }[] = [];
  let tried = 0;
  const endAt = performance.now() + seconds * 1_000;
  while (performance.now() < endAt) {
    const fresh = stream[tried % stream.length] as Recipe;
    const parent = slowest[tried % SLOWEST_KEPT]?.recipe;
    const recipe = parent && tried % 3 !== 0 ? bred(parent, fresh, tried) : fresh;
    const ms = tookMs(way, textOf(recipe, way.charsMax));
    tried += 1;
    slowest.push({ recipe, ms });
    slowest = slowest.sort((a, b) => b.ms - a.ms).slice(0, SLOWEST_KEPT);
  }
  const again = slowest.map(({ recipe, ms }) => {
    const text = textOf(recipe, way.charsMax);
    return { recipe, ms: Math.min(ms, tookMs(way, text), tookMs(way, text), tookMs(way, text)) };
  });
  const [worst] = again.sort((a, b) => b.ms - a.ms);
  return {
    kind: way.kind,
    goalMs: way.goalMs,
    worstMs: Math.round((worst?.ms ?? 0) * 10) / 10,
    tried,
    input: worst ? shown(worst.recipe) : "",
  };
}

/** A piece of one, more often or in another place, with a piece of the other. */
function bred(parent: Recipe, other: Recipe, turn: number): Recipe {
  const at = turn % parent.length;
  const one = parent[at] as Recipe[number];
  const two = other[turn % other.length] as Recipe[number];
  switch (turn % 5) {
    case 0:
      return parent.with(at, { ...one, times: one.times * 3 });
    case 1:
      return parent.with(at, { ...one, piece: one.piece + two.piece });
    case 2:
      return [...parent.slice(0, at), two, ...parent.slice(at)].slice(0, 5);
    case 3:
      return parent.with(at, two);
    default:
      return [one, ...parent.filter((each) => each !== one)].slice(0, 3);
  }
}
