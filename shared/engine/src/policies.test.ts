// policies.test.ts — a worker runs what was published, never what does not compile, and says which set it runs

import { setDigest } from "@holdpoint/core/rules/compile.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import type { ActiveSet, Notice } from "@holdpoint/store/types.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { describe, expect, test } from "vitest";
import { createPolicyReader } from "./policies.ts";

const log = createLogger("policies", { level: "silent" });
const source = (name: string, text = "rules: []"): PolicySource => ({ name, dialect: "native-yaml", text });
const setOf = (...sources: PolicySource[]): ActiveSet => ({ digest: setDigest(sources), sources });
const first = setOf(source("first.yaml"));
const second = setOf(source("second.yaml"));
const broken = setOf(source("broken.yaml", "rules: {"));

/** A store whose active sets the test moves, with its reads counted and, on request, held up. */
function storeOf(sets: Record<string, ActiveSet>) {
  let notify: (notice: Notice) => void = () => undefined;
  let gate: Promise<void> | undefined;
  const reads: string[] = [];
  const store = {
    policies: {
      async active(tenant: string) {
        reads.push(tenant);
        const found = sets[tenant];
        await gate;
        if (found === undefined) throw new Fault("not_ready", "none yet");
        return found;
      },
      byDigest: async (digest: string) => Object.values(sets).find((set) => set.digest === digest),
    },
    async listen(onNotice: (notice: Notice) => void) {
      notify = onNotice;
      return async () => undefined;
    },
  };
  return {
    deps: { store: store as never, log },
    reads,
    publish(tenant: string, set: ActiveSet) {
      sets[tenant] = set;
      notify({ kind: "policy", tenant, digest: set.digest });
    },
    notify: (notice: Notice) => notify(notice),
    hold(until: Promise<void>) {
      gate = until;
    },
  };
}
const settled = () => new Promise((next) => setImmediate(next));

describe("a policy reader", () => {
  test("reads a tenant's set at its first use, once however many ask", async () => {
    const { deps, reads } = storeOf({ a: first, b: second });
    const policies = await createPolicyReader(deps);
    const [one, other, foreign] = await Promise.all([policies.active("a"), policies.active("a"), policies.active("b")]);
    expect([one.digest, other, foreign.digest]).toEqual([first.digest, one, second.digest]);
    expect(reads).toEqual(["a", "b"]);
    expect(policies.digests()).toEqual({ a: first.digest, b: second.digest });
    await policies.close();
  });

  test("runs what was published as soon as it is told, and says so", async () => {
    const { deps, publish } = storeOf({ a: first });
    const policies = await createPolicyReader(deps);
    await policies.active("a");
    const changed = new Promise<void>((resolve) => policies.onChange(resolve));
    publish("a", second);
    await changed;
    expect((await policies.active("a")).digest).toBe(second.digest);
    await policies.close();
  });

  test("a notice that comes during a read is not answered by that read", async () => {
    const world = storeOf({ a: first });
    const policies = await createPolicyReader(world.deps);
    let release: () => void = () => undefined;
    world.hold(new Promise((resolve) => (release = resolve)));
    const reading = policies.active("a");
    await settled();
    world.publish("a", second);
    release();
    expect((await reading).digest).toBe(second.digest);
    await policies.close();
  });

  test("looks again at everything when notices may have been missed", async () => {
    const sets = { a: first };
    const { deps, notify } = storeOf(sets);
    const policies = await createPolicyReader(deps);
    await policies.active("a");
    const changed = new Promise<void>((resolve) => policies.onChange(resolve));
    sets.a = second;
    notify({ kind: "reconnected" });
    await changed;
    expect(policies.digests()).toEqual({ a: second.digest });
    await policies.close();
  });

  test("keeps the old set when a new one does not compile, and never serves the new one", async () => {
    const { deps, publish } = storeOf({ a: first });
    const policies = await createPolicyReader(deps);
    await policies.active("a");
    publish("a", broken);
    await expect(policies.refresh("a")).rejects.toMatchObject({ code: "not_ready" });
    expect((await policies.active("a")).digest).toBe(first.digest);
    expect(policies.digests()).toEqual({ a: first.digest });
    await policies.close();
  });

  test.each([
    ["no set yet", {}],
    ["a set that is empty", { a: setOf() }],
    ["a set that does not compile", { a: broken }],
    ["a set under another's digest", { a: { ...first, digest: second.digest } }],
  ] satisfies [string, Record<string, ActiveSet>][])("serves nothing with %s", async (_why, sets) => {
    const policies = await createPolicyReader(storeOf(sets).deps);
    await expect(policies.active("a")).rejects.toMatchObject({ code: "not_ready" });
    expect(policies.digests()).toEqual({});
    await policies.close();
  });

  test("finds any set that was ever active, by its digest", async () => {
    const policies = await createPolicyReader(storeOf({ a: second }).deps);
    expect((await policies.byDigest(second.digest)).digest).toBe(second.digest);
    await expect(policies.byDigest("sha256:0")).rejects.toMatchObject({ code: "not_found" });
    await policies.close();
  });
});
