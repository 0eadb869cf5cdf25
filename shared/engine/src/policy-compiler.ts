// policy-compiler.ts — sets of policies compiled without holding the event loop up: long texts are read in a thread beside it

import { Worker } from "node:worker_threads";
import { compileInTurns, type PolicySet, setDigest } from "@holdpoint/core/rules/compile.ts";
import { type DraftedSet, unpacked } from "@holdpoint/core/rules/drafted.ts";
import { isPack } from "@holdpoint/core/rules/packs.ts";
import { Fault, type FaultPlace } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";

/** What is to run waits for no proposal: whoever writes many long policies holds no tenant's publish up. */
export type Lane = "running" | "proposed";

export interface PolicyCompiler {
  /** Throws `policy_invalid` with every error, also for what takes too long or too much memory to be read. */
  compile(sources: readonly PolicySource[], lane: Lane): Promise<PolicySet>;
}

/** What the thread answers with. */
export type ReadAnswer = { read: DraftedSet } | { refused: { message: string; place: FaultPlace } };

/** A set is compiled where it is written, where it becomes the active one and where it is run: mostly the same one. */
const KEPT_MAX = 4;

const turn = (): Promise<void> => new Promise((next) => setImmediate(next));

export function createPolicyCompiler(
  bounds: { readHereCharsMax?: number; readMs?: number; memoryMb?: number } = {},
): PolicyCompiler {
  const {
    readHereCharsMax = limits.policyTextReadHereCharsMax,
    readMs = limits.policyReadMs,
    memoryMb = limits.policyReadMemoryMb,
  } = bounds;
  const kept = new Map<string, PolicySet>();
  const underWay = new Map<string, Promise<PolicySet>>();
  const before: Record<Lane, Promise<unknown>> = { running: Promise.resolve(), proposed: Promise.resolve() };

  const isLong = (sources: readonly PolicySource[]): boolean =>
    sources.reduce((sum, source) => sum + (isPack(source) ? 0 : source.text.length), 0) > readHereCharsMax;

  /** One thread at a time in each lane. */
  const readApart = (sources: readonly PolicySource[], lane: Lane): Promise<DraftedSet> => {
    const reading = before[lane].then(() => readInThread(sources, readMs, memoryMb));
    before[lane] = reading.catch(() => undefined);
    return reading;
  };

  const compileNow = async (digest: string, sources: readonly PolicySource[], lane: Lane): Promise<PolicySet> => {
    const read = isLong(sources) ? unpacked(await readApart(sources, lane)) : undefined;
    const set = await compileInTurns(sources, turn, read);
    kept.set(digest, set);
    for (const old of [...kept.keys()].slice(0, -KEPT_MAX)) kept.delete(old);
    return set;
  };

  return {
    async compile(sources, lane) {
      const digest = setDigest(sources);
      const asked = `${lane} ${digest}`;
      const known = kept.get(digest) ?? underWay.get(asked);
      if (known) return known;
      const compiling = compileNow(digest, sources, lane).finally(() => underWay.delete(asked));
      underWay.set(asked, compiling);
      return compiling;
    },
  };
}

function readInThread(sources: readonly PolicySource[], readMs: number, memoryMb: number): Promise<DraftedSet> {
  const refused = (why: string): Fault => new Fault("policy_invalid", `the policies cannot be read: ${why}`);
  return new Promise((answer, fail) => {
    const thread = new Worker(new URL("./policy-compiler-thread.ts", import.meta.url), {
      workerData: sources,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    const deadline = setTimeout(() => end(() => fail(refused(`it takes longer than ${readMs / 1_000} s`))), readMs);
    const end = (then: () => void) => {
      clearTimeout(deadline);
      void thread.terminate();
      then();
    };
    thread.once("message", (said: ReadAnswer) =>
      end(() =>
        "read" in said
          ? answer(said.read)
          : fail(new Fault("policy_invalid", said.refused.message, said.refused.place)),
      ),
    );
    thread.once("error", (error: Error & { code?: string }) =>
      end(() =>
        fail(
          error.code === "ERR_WORKER_OUT_OF_MEMORY" ? refused(`it takes more than ${memoryMb} MB of memory`) : error,
        ),
      ),
    );
    thread.once("exit", (code) => end(() => fail(refused(`the thread that read them ended with ${code}`))));
  });
}
