// rego.ts — a checker that asks a Rego policy, compiled to WebAssembly by `opa build -t wasm`

import { createRequire } from "node:module";
import type { Checker } from "@holdpoint/core/safety/checker.ts";
import { findingsOf, strictestFirst } from "@holdpoint/core/safety/finding.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import { z } from "zod";

export interface RegoChecker {
  checker: string;
  timeoutMs: number;
  version: string;
  /** a compiled policy, the `policy.wasm` of a bundle */
  wasm: Uint8Array<ArrayBuffer>;
  /** the rule that is asked, as it was compiled with: `holdpoint/deny`; none = the first */
  entrypoint?: string;
  /** what the policy sees as `data` */
  data?: object;
  escalatable?: boolean;
}

type Opa = typeof import("@open-policy-agent/opa-wasm");
/** A policy may use 64 MiB, in pages of 64 KiB. One that wants more fails, and so blocks. */
const MEMORY_PAGES_MAX = 1_024;

/** What a rule may answer: is it allowed, or what stands against it. */
const Said = z.union([
  z.string(),
  z.strictObject({
    note: z.string(),
    code: z.string().min(1).max(100).optional(),
    severity: z.enum(["info", "warn", "block"]).optional(),
    at: z.string().optional(),
  }),
]);
const Answer = z.tuple([z.strictObject({ result: z.union([z.boolean(), z.array(Said)]) })]);

/** Only here is the package loaded: a house without Rego policies needs none. */
const loadOpa = (): Opa => createRequire(import.meta.url)("@open-policy-agent/opa-wasm") as Opa;

/** Compiles the module at once. Throws when it is none, has another ABI or no such entry point, or the package is missing. */
export function regoChecker(options: RegoChecker): Checker {
  const { checker, timeoutMs, version, wasm, entrypoint = 0, data, escalatable } = options;
  const { loadPolicySync } = loadOpa();
  const open = () => {
    const policy = loadPolicySync(wasm, { initial: 5, maximum: MEMORY_PAGES_MAX });
    if (data !== undefined) policy.setData(data);
    return policy;
  };
  let policy: ReturnType<typeof open> | undefined = open();
  if (typeof entrypoint === "string" && !Object.hasOwn(policy.entrypoints, entrypoint))
    throw new Error(`it has no entry point \`${entrypoint}\`, only ${Object.keys(policy.entrypoints).join(", ")}`);

  /** What broke off in the middle may have left its memory in any state: the next question gets a new one. */
  const evaluated = (input: object): unknown => {
    const current = policy ?? open();
    policy = undefined;
    const answer: unknown = current.evaluate(input, entrypoint);
    policy = current;
    return answer;
  };

  const found = findingsOf(checker);
  const finding = (severity: Finding["severity"], code: string, note: string, at = ""): Finding => ({
    ...found(severity, code, note, at),
    ...(escalatable === true && severity === "block" && { escalatable }),
  });

  return {
    id: checker,
    timeoutMs,
    version,
    check(action, facts) {
      const answer = evaluated({ action, facts });
      // No result at all: the rule is undefined for this input, which in Rego is not a yes.
      if (Array.isArray(answer) && answer.length === 0)
        return [finding("block", "rego_undefined", "the Rego rule has no answer for this")];
      const [{ result }] = Answer.parse(answer);
      if (result === true) return [];
      if (result === false) return [finding("block", "rego_denied", "the Rego rule does not allow this")];
      return strictestFirst(
        result.map((said) =>
          typeof said === "string"
            ? finding("block", "rego_denied", said)
            : finding(said.severity ?? "block", said.code ?? "rego_denied", said.note, said.at),
        ),
      );
    },
  };
}
