// compare.ts — what a decision costs in the pure core, in turns with its peers in one run: ratios, not seconds, are the result

import { decide } from "@holdpoint/core/decide.ts";
import { findSecrets } from "@holdpoint/core/facts/secrets/find.ts";
import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { pack } from "@holdpoint/core/rules/packs.ts";
import { held } from "../memory.ts";
import { benchCommands, type CommandCost, shell } from "./commands.ts";
import {
  casbin,
  casl,
  cedar,
  holdpoint,
  linear,
  type Peer,
  type Question,
  questions,
  SHAPES,
  type Shape,
} from "./peers.ts";
import { median, ROUNDS, turn } from "./turn.ts";

export interface Cost {
  name: string;
  shape: Shape;
  rules: number;
  /** median, over the rounds, of nanoseconds a decision */
  nanos: number;
  perSecond: number;
}
export interface PeerFigures {
  costs: Cost[];
  /** holdpoint against the fastest peer, and against cedar, by number of rules: how many times faster */
  ratios: { shape: Shape; rules: number; bestPeer: string; toBest: number; toCedar: number }[];
  /** cost at 10,000 rules over cost at 10, by shape */
  growth: Record<Shape, number>;
  /** of about 200 bytes each */
  commands: CommandCost[];
  largeArgumentMs: number;
  secrets: { cleanMs: number; hostileMs: number };
  compile: { rules: number; ms: number; heapMb: number };
}

async function peersAt(shape: Shape, rules: number, asked: Question[]): Promise<Peer[]> {
  const all = [
    holdpoint(shape, rules, asked),
    linear(shape, rules),
    casl(shape, rules),
    ...(rules <= 1_000 ? [await casbin(shape, rules), cedar(shape, rules)] : []),
  ];
  // An engine that answers wrongly is not measured: it would be a race to the wrong place.
  for (const peer of all)
    for (const question of asked.slice(0, 50))
      if (peer.decide(question) !== question.denied)
        throw new Error(`${peer.name} decides ${JSON.stringify(question)} wrongly`);
  return all;
}

async function compare(shape: Shape, rules: number): Promise<Cost[]> {
  const asked = questions(shape, rules, 512);
  const peers = await peersAt(shape, rules, asked);
  const nanos = new Map<string, number[]>(peers.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const peer of peers)
      nanos.get(peer.name)?.push(turn((index) => peer.decide(asked[index % asked.length] as Question), 120));
  return peers.map(({ name }) => {
    const cost = median((nanos.get(name) ?? []).slice(1));
    return { name, shape, rules, nanos: Math.round(cost), perSecond: Math.round(1e9 / cost) };
  });
}

function compileCost(): PeerFigures["compile"] {
  const rules = 10_000;
  const text = JSON.stringify({
    rules: Array.from({ length: rules }, (_, index) => ({
      id: `r${index}`,
      effect: "deny",
      when: { tool: [`tool_${index}`], paths: [`/srv/area_${index}/**`] },
    })),
  });
  compileSet([{ name: "warm.json", dialect: "native-json", text: '{"rules":[]}' }]);
  // What is held is told after a collection: garbage of reading is not what a set takes.
  const before = held().liveMb;
  const startedAt = performance.now();
  const set = compileSet([{ name: "bench.json", dialect: "native-json", text }]);
  const ms = performance.now() - startedAt;
  const heapMb = held().liveMb - before;
  if (set.ruleCount < rules) throw new Error("the set lost rules");
  return { rules, ms: Math.round(ms), heapMb: Math.round(heapMb) };
}

export async function benchPeers(): Promise<PeerFigures> {
  const costs: Cost[] = [];
  for (const shape of SHAPES) for (const rules of [10, 1_000, 10_000]) costs.push(...(await compare(shape, rules)));
  const at = (shape: Shape, rules: number, name: string) =>
    costs.find((cost) => cost.shape === shape && cost.rules === rules && cost.name === name)?.nanos ?? Number.NaN;
  const ratios = SHAPES.flatMap((shape) =>
    [10, 1_000, 10_000].map((rules) => {
      const others = costs.filter((cost) => cost.shape === shape && cost.rules === rules && cost.name !== "holdpoint");
      const best = others.reduce((a, b) => (a.nanos <= b.nanos ? a : b));
      const times = (nanos: number) => Math.round((nanos / at(shape, rules, "holdpoint")) * 10) / 10;
      const toCedar = times(at(shape, rules, "cedar-wasm"));
      return { shape, rules, bestPeer: best.name, toBest: times(best.nanos), toCedar };
    }),
  );
  const growth = (shape: Shape) =>
    Math.round((at(shape, 10_000, "holdpoint") / at(shape, 10, "holdpoint")) * 100) / 100;

  const set = compileSet([pack("coding-agent")]);
  const large = {
    ...shell(""),
    tool: "Write",
    args: { file_path: "/home/dev/api/a.txt", content: "sudo ".repeat(20_000) },
  };
  const ms = (operation: () => unknown) =>
    Math.round(median(Array.from({ length: ROUNDS }, () => turn(operation, 100))) / 1e4) / 100;
  const clean = "the quick brown fox jumps over the lazy dog. ".repeat(2_223);
  const hostile = "AKIA ghp_ xoxb- sk_live_ eyJ -----BEGIN password= token: ".repeat(1_755);
  return {
    costs,
    ratios,
    growth: { "a tool each": growth("a tool each"), "one tool": growth("one tool") },
    commands: benchCommands(set),
    largeArgumentMs: ms(() => decide(set, large)),
    secrets: { cleanMs: ms(() => findSecrets(clean, "", [])), hostileMs: ms(() => findSecrets(hostile, "", [])) },
    compile: compileCost(),
  };
}
