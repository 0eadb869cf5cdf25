// pairs.ts — pairs of different actions, most of them near-twins made to look alike: no two may have the same card

import { createHash } from "node:crypto";
import { renderCard } from "@holdpoint/core/escalation/card.ts";
import { sampleAction, sampleAsk, sampleFacts, sampleVerdict } from "@holdpoint/core/sample.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { type Random, randomFrom } from "./random.ts";

export interface PairsReport {
  /** a card against the card of a twin that was made from it */
  pairs: number;
  cards: number;
  /** pairs of the same action under another order of its keys: these must look alike */
  same: number;
  /** different actions with one text, or one action with two */
  collisions: string[];
  seconds: number;
}

const ODD = [
  "\n",
  "\r",
  "\t",
  " ",
  "  ",
  "\u00a0",
  "\u200b",
  "\u200d",
  "\u202e",
  "\u2066",
  "\u001b[2J",
  "\u0007",
  "\ufeff",
  "\u0301",
  "\\",
  "\\u{202e}",
  "\\u{5c}",
  "\\n",
  "[text]",
  "[number]",
  ": ",
  "    | ",
  "    - ",
  "  command",
  "| ",
  "WHO MUST ANSWER\n",
  "/",
  "~1",
  "a",
  "а",
  "e",
  "é",
  "é",
  "ａ",
  "o",
  "ο",
  "0",
  "O",
  "l",
  "1",
  "I",
  "rm",
  "-rf",
  "'",
  '"',
  "$(x)",
  "true",
  "null",
  "5",
  "-5",
  "",
  "🙂",
] as const;
const KEYS = [
  "command",
  "a",
  "b",
  "a/b",
  "0",
  "1",
  "",
  " ",
  "а",
  "a [text]",
  "path",
  "list",
  "a\nb",
  "x: y",
  "argument",
] as const;
const NUMBERS = [0, 1, -1, 1.5, 1e21, 5, -5, 10, 100] as const;

const text = (random: Random): string => Array.from({ length: random.int(6) }, () => random.pick(ODD)).join("");

function value(random: Random, depth: number): Json {
  const kind = random.int(depth > 2 ? 6 : 9);
  if (kind < 4) return text(random);
  if (kind === 4) return random.pick(NUMBERS);
  if (kind === 5) return random.pick([true, false, null]);
  if (kind === 6) return Array.from({ length: random.int(3) }, () => value(random, depth + 1));
  return fields(random, depth + 1);
}
const fields = (random: Random, depth: number): { [key: string]: Json } =>
  Object.fromEntries(
    Array.from({ length: random.int(4) }, () => [
      random.once(3) ? text(random) : random.pick(KEYS),
      value(random, depth),
    ]),
  );

type Seen = Pick<Action, "tool" | "args" | "cwd" | "principal" | "plan" | "bindings" | "audience" | "toolVersion">;

const base = (random: Random): Seen => ({
  tool: random.pick(["Bash", "bash", "Ваsh", "write_file", text(random) || "t"]),
  args: fields(random, 0) as Action["args"],
  cwd: random.once(8) ? undefined : `/home/${text(random)}x`,
  principal: { agent: text(random) || "agent", ...(random.once(2) && { onBehalfOf: text(random) || "dev" }) },
  ...(random.once(2) && { plan: { why: text(random) } }),
  ...(random.once(4) && { bindings: { executable: text(random) || "sha256:0" } }),
  ...(random.once(4) && { audience: text(random) || "eu" }),
  ...(random.once(4) && { toolVersion: text(random) || "sha256:0" }),
});

const LOOKS_LIKE: Readonly<Record<string, string>> = {
  a: "а",
  e: "е",
  o: "ο",
  "0": "O",
  l: "I",
  "1": "l",
  " ": "\u00a0",
  "-": "‐",
  "/": "∕",
};

/** Another text that a reader may take for the first one. */
function twinText(said: string, random: Random): string {
  const at = random.int(said.length + 1);
  const char = said[at] ?? "";
  switch (random.int(8)) {
    case 0:
      return `${said.slice(0, at)}${random.pick(ODD)}${said.slice(at)}`;
    case 1:
      return `${said.slice(0, at)}${said.slice(at + 1)}`;
    case 2:
      return `${said.slice(0, at)}${LOOKS_LIKE[char] ?? "\u200b"}${said.slice(at + 1)}`;
    case 3:
      return said.normalize(random.once(2) ? "NFC" : "NFD");
    case 4:
      return `${said} `;
    case 5: // as the card itself would spell it
      return [...said]
        .map((each) => (each > "~" || each < " " ? `\\u{${(each.codePointAt(0) ?? 0).toString(16)}}` : each))
        .join("");
    case 6:
      return said.replaceAll("\n", "\n    | ");
    default:
      return `${said.slice(0, at)}\u202e${said.slice(at)}`;
  }
}

function twinArgs(args: { [key: string]: Json }, random: Random): { [key: string]: Json } {
  const keys = Object.keys(args);
  const key = random.pick(keys);
  if (key === undefined) return { [random.pick(KEYS)]: value(random, 2) };
  const { [key]: said, ...rest } = args;
  const [head = "", ...tail] = key.split("/");
  switch (random.int(8)) {
    case 0: // split in two, or merged into one
      return typeof said === "string" && said.includes(" ")
        ? { ...rest, [key]: said.split(" ") }
        : { ...rest, [key]: [said ?? null] };
    case 1: // a number and its digits
      return {
        ...rest,
        [key]:
          typeof said === "string" ? (Number.isFinite(Number(said)) ? Number(said) : "") : JSON.stringify(said ?? null),
      };
    case 2: // nested, and a key with a slash
      return tail.length > 0
        ? { ...rest, [head]: { [tail.join("/")]: said ?? null } }
        : { ...rest, [`${key}/0`]: said ?? null };
    case 3: // a list and an object with index keys
      return Array.isArray(said)
        ? { ...rest, [key]: Object.fromEntries(said.map((each, n) => [String(n), each])) }
        : { ...rest, [key]: { "0": said ?? null } };
    case 4:
      return { ...rest, [twinText(key, random)]: said ?? null };
    case 5: // the value moves into the key
      return { ...rest, [`${key} [text]: ${String(said)}`]: "" };
    case 6:
      return typeof said === "object" && said !== null && !Array.isArray(said) ? { ...rest, ...said } : rest;
    default:
      return { ...rest, [key]: typeof said === "string" ? twinText(said, random) : text(random) };
  }
}

function swapped({ audience, toolVersion, ...seen }: Seen): Seen {
  return {
    ...seen,
    ...(toolVersion !== undefined && { audience: toolVersion }),
    ...(audience !== undefined && { toolVersion: audience }),
  };
}

function twin(seen: Seen, random: Random): Seen {
  switch (random.int(15)) {
    case 0:
      return { ...seen, tool: twinText(seen.tool, random) || "t" };
    case 1:
      return { ...seen, cwd: seen.cwd === undefined ? "unknown" : twinText(seen.cwd, random) };
    case 2:
      return { ...seen, principal: { ...seen.principal, agent: twinText(seen.principal.agent, random) || "a" } };
    case 3:
      return { ...seen, plan: { why: twinText(seen.plan?.why ?? "", random) } };
    case 4:
      return { ...seen, bindings: { executable: twinText(seen.bindings?.executable ?? "x", random) || "x" } };
    case 5:
      return { ...seen, audience: twinText(seen.audience ?? "x", random) || "x" };
    case 6:
      return { ...seen, toolVersion: twinText(seen.toolVersion ?? "x", random) || "x" };
    case 7: // one under the name of the other
      return swapped(seen);
    default:
      return { ...seen, args: twinArgs(seen.args as { [key: string]: Json }, random) as Action["args"] };
  }
}

/** Another order of keys is no other action. */
const turned = (seen: Seen): Seen => ({
  ...seen,
  args: Object.fromEntries(Object.entries(seen.args).reverse()) as Action["args"],
});

/** What the strict reader lets in: well-formed texts, no prototype keys, no negative zero. */
const vetted = (each: Json): Json => {
  if (typeof each === "string") return each.toWellFormed();
  if (typeof each === "number") return each === 0 ? 0 : each;
  if (Array.isArray(each)) return each.map(vetted);
  if (each === null || typeof each !== "object") return each;
  return Object.fromEntries(Object.entries(each).map(([key, inner]) => [key.toWellFormed(), vetted(inner)]));
};

const verdict = sampleVerdict({ effect: "ask", outcome: "require_approval", reason: "look first", ask: sampleAsk() });

function shown(seen: Seen): { text: string; identity: string } {
  const { cwd, plan, bindings, ...rest } = vetted(JSON.parse(JSON.stringify(seen)) as Json) as unknown as Seen;
  const parts = { ...rest, ...(cwd !== undefined && { cwd }), ...(plan && { plan }), ...(bindings && { bindings }) };
  const { cwd: _none, ...sample } = sampleAction(parts);
  const action = { ...sample, ...(cwd !== undefined && { cwd }) };
  const card = renderCard({ action, facts: sampleFacts(action, { atoms: [] }), verdict });
  return { text: card.text, identity: canonicalJson(parts as unknown as Json) };
}

const short = (whole: string): string => createHash("sha256").update(whole).digest("base64").slice(0, 22);
/** Cards of one block are all compared with each other, beside their own twins. */
const BLOCK_CARDS = 50_000;

export function renderingPairs(options: { pairs: number; seed: number; tell?: (line: string) => void }): PairsReport {
  const { pairs, seed, tell = () => undefined } = options;
  const random = randomFrom(seed);
  const report: PairsReport = { pairs: 0, cards: 0, same: 0, collisions: [], seconds: 0 };
  const startedAt = performance.now();
  let byText = new Map<string, string>();
  const add = ({ text: said, identity }: { text: string; identity: string }) => {
    report.cards += 1;
    const [key, is] = [short(said), short(identity)];
    const known = byText.get(key);
    if (known !== undefined && known !== is) report.collisions.push(`seed ${seed}: ${identity}`);
    if (byText.size >= BLOCK_CARDS) byText = new Map();
    byText.set(key, is);
  };
  while (report.pairs < pairs) {
    const one = base(random);
    const first = shown(one);
    add(first);
    for (let n = 0; n < 9 && report.pairs < pairs; n += 1) {
      const other = shown(random.once(20) ? turned(one) : twin(one, random));
      add(other);
      const same = first.identity === other.identity;
      if (same) report.same += 1;
      else report.pairs += 1;
      if (same !== (first.text === other.text))
        report.collisions.push(`seed ${seed}: ${first.identity} and ${other.identity}`);
    }
    if (report.pairs % 90_000 < 9) tell(`pairs: ${report.pairs}`);
  }
  return { ...report, seconds: Math.round((performance.now() - startedAt) / 1_000) };
}
