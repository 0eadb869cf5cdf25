// policies.ts — the compiled set of each tenant, kept current by notices; nothing that did not compile is ever served

import type { PolicySet } from "@holdpoint/core/rules/compile.ts";
import type { LogRedaction } from "@holdpoint/core/rules/dialects/draft.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { countFailClosed } from "@holdpoint/runtime/metrics.ts";
import type { Store } from "@holdpoint/store/store.ts";
import type { ActiveSet, Notice } from "@holdpoint/store/types.ts";
import { Fault, isFault } from "@holdpoint/wire/fault.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { createPolicyCompiler, type PolicyCompiler } from "./policy-compiler.ts";

export interface PolicyReader {
  /** The set that this process runs for a tenant, at once where it is known; read at its first use. `not_ready` while none compiles. */
  active(tenant: string): PolicySet | Promise<PolicySet>;
  /** Reads the active set again: for whoever was told that the one in hand is not the active one any more. */
  refresh(tenant: string): Promise<PolicySet>;
  /** Any set that was ever active, for replay and explanations. Throws `not_found`. */
  byDigest(digest: string): Promise<PolicySet>;
  /** Compiles what somebody proposes; nothing of it runs. Throws `policy_invalid` with every place. */
  compile(sources: readonly PolicySource[]): Promise<PolicySet>;
  /** What this process runs, by tenant: what a publish waits for. */
  digests(): Record<string, string>;
  /** What the sets that this process runs want rewritten in log lines. */
  logRedactions(): readonly LogRedaction[];
  /** Calls back after a tenant's set changed in this process. */
  onChange(listener: () => void): void;
  close(): Promise<void>;
}

/** Sets kept although no tenant runs them any more; each may hold thousands of compiled patterns. */
const IDLE_SETS_MAX = 16;
/** A notice may be lost while a connection breaks: this often each set is compared with the active one. */
const RECHECK_MS = 10_000;

interface Entry {
  set?: PolicySet;
  loading?: Promise<PolicySet>;
  /** counts requests to read again, so that one which comes during a read is not answered by it */
  wanted: number;
}

const notReady = (tenant: string, why: string, cause?: unknown): Fault =>
  new Fault("not_ready", `no policy can be applied for tenant \`${tenant}\`: ${why}`, {}, { cause });

export async function createPolicyReader(deps: {
  store: Pick<Store, "policies" | "listen">;
  log: Log;
  compiler?: PolicyCompiler;
  recheckMs?: number;
}): Promise<PolicyReader> {
  const { store, log, compiler = createPolicyCompiler() } = deps;
  const entries = new Map<string, Entry>();
  const compiled = new Map<string, PolicySet>();
  const listeners = new Set<() => void>();

  const compile = async ({ digest, sources }: ActiveSet): Promise<PolicySet> => {
    const known = compiled.get(digest);
    if (known !== undefined) return known;
    const set = await compiler.compile(sources, "running");
    // The decision cites the digest of what was read; a set that hashes to another one is not the set it says it is.
    if (set.digest !== digest) throw new Error(`policy set \`${digest}\` hashes to \`${set.digest}\``);
    compiled.set(digest, set);
    forgetIdle();
    return set;
  };

  const forgetIdle = () => {
    const used = new Set([...entries.values()].map(({ set }) => set?.digest));
    const idle = [...compiled.keys()].filter((digest) => !used.has(digest));
    for (const digest of idle.slice(0, Math.max(0, idle.length - IDLE_SETS_MAX))) compiled.delete(digest);
  };

  const readSet = async (tenant: string): Promise<PolicySet> => {
    const active = await store.policies.active(tenant);
    if (active.sources.length === 0) throw notReady(tenant, "none is active");
    try {
      return await compile(active);
    } catch (error) {
      countFailClosed("policy_invalid");
      log.error(
        { tenant, digest: active.digest, error },
        "the active policy does not compile: nothing is decided by it",
      );
      throw notReady(tenant, `set \`${active.digest}\` does not compile`, error);
    }
  };

  const load = async (tenant: string, entry: Entry): Promise<PolicySet> => {
    for (;;) {
      const wanted = entry.wanted;
      const before = entry.set?.digest;
      const set = await readSet(tenant);
      entry.set = set;
      if (before !== set.digest) {
        log.info({ tenant, digest: set.digest, rules: set.ruleCount }, "runs this policy set");
        for (const listener of listeners) listener();
      }
      if (wanted === entry.wanted) return set;
    }
  };

  const refresh = (tenant: string): Promise<PolicySet> => {
    const entry = entries.get(tenant) ?? { wanted: 0 };
    entries.set(tenant, entry);
    entry.wanted++;
    entry.loading ??= load(tenant, entry).finally(() => {
      entry.loading = undefined;
    });
    return entry.loading;
  };

  const refreshQuietly = (tenant: string) =>
    refresh(tenant).catch((error: unknown) => {
      // The old set stays; a decision that cites it is refused by the store, so nothing is decided by an outdated rule.
      log.warn({ tenant, error: isFault(error) ? error.message : error }, "the policy set could not be read again");
    });

  const refreshAll = () => {
    for (const [tenant, { set }] of entries) if (set !== undefined) void refreshQuietly(tenant);
  };
  const onNotice = (notice: Notice) => {
    if (notice.kind === "reconnected") return refreshAll();
    if (notice.kind !== "policy") return;
    const entry = entries.get(notice.tenant);
    if (entry !== undefined && entry.set?.digest !== notice.digest) void refreshQuietly(notice.tenant);
  };

  const unlisten = await store.listen(onNotice);
  const recheck = setInterval(refreshAll, deps.recheckMs ?? RECHECK_MS);
  recheck.unref();

  return {
    active(tenant) {
      const entry = entries.get(tenant);
      return entry?.set ?? entry?.loading ?? refresh(tenant);
    },
    refresh,
    async byDigest(digest) {
      const known = compiled.get(digest);
      if (known !== undefined) return known;
      const found = await store.policies.byDigest(digest);
      if (found === undefined) throw new Fault("not_found", `no policy set \`${digest}\` was ever active`);
      return compile(found);
    },
    compile: (sources) => compiler.compile(sources, "proposed"),
    digests: () =>
      Object.fromEntries(
        [...entries].flatMap(([tenant, { set }]) => (set === undefined ? [] : [[tenant, set.digest]])),
      ),
    logRedactions: () => [...entries.values()].flatMap(({ set }) => set?.logRedactions ?? []),
    onChange: (listener) => void listeners.add(listener),
    async close() {
      clearInterval(recheck);
      await unlisten();
    },
  };
}
