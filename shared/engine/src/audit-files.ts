// audit-files.ts — seed 003's live audit: each committed decision as a line of JSON in the files that `[tools.audit]` names
//
// Beside the evidence in the store and not in its place: a file that cannot be written stops no decision, and is said.
// Each write opens the file anew, so that a rotated or removed file is simply made again.

import { createHmac } from "node:crypto";
import { appendFile, mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { explain } from "@holdpoint/core/explain.ts";
import { createRedactor, type Redactor } from "@holdpoint/core/redact/redact.ts";
import { compileRewrite } from "@holdpoint/core/redact/rewrite.ts";
import type { PolicySet } from "@holdpoint/core/rules/compile.ts";
import type { SettleDraft } from "@holdpoint/queue/types.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import type { Decision } from "@holdpoint/wire/decision.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { PolicyReader } from "./policies.ts";

/** What was judged, and how: of a stage's settling, of a claim, or of what waited while policy changed. */
export interface Audited extends Pick<SettleDraft, "verdict" | "facts"> {
  message: Pick<SettleDraft["message"], "action">;
}

export interface AuditFiles {
  /** Returns at once; what goes wrong goes to the log. */
  record(draft: Audited, decision: Decision): void;
  /** Writes what waits, once. */
  close(): Promise<void>;
}

interface Deps {
  policies: Pick<PolicyReader, "active">;
  masterKey: Uint8Array;
  log: Log;
  append?: (path: string, text: string) => Promise<void>;
}

/** Only its owner reads it: it says what was tried. */
async function appendLine(path: string, text: string): Promise<void> {
  try {
    await appendFile(path, text, { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await appendFile(path, text, { mode: 0o600 });
  }
}

interface File {
  waiting: string[];
  lost: number;
  failing: boolean;
  writing: Promise<void> | undefined;
}

export function createAuditFiles({ policies, masterKey, log, append = appendLine }: Deps): AuditFiles {
  const files = new Map<string, File>();
  // For markers only: whoever reads the file learns nothing about other keys.
  const key = createHmac("sha256", masterKey).update("holdpoint audit file").digest();
  const redactors = new WeakMap<PolicySet, Redactor>();
  const redactorOf = (set: PolicySet): Redactor => {
    const known = redactors.get(set) ?? createRedactor(key, set.logRedactions.map(compileRewrite));
    redactors.set(set, known);
    return known;
  };

  const flush = async (path: string, file: File): Promise<void> => {
    while (file.waiting.length > 0) {
      const lines = file.waiting;
      file.waiting = [];
      try {
        await append(path, lines.join(""));
      } catch (error) {
        file.waiting = [...lines, ...file.waiting];
        drop(file);
        if (!file.failing) log.error({ path, error }, "the audit file cannot be written; decisions go on");
        file.failing = true;
        return;
      }
      if (file.failing) log.info({ path, lost: file.lost }, "the audit file is written again");
      if (file.lost > 0) file.waiting.unshift(`${JSON.stringify({ lost: file.lost })}\n`);
      file.lost = 0;
      file.failing = false;
    }
  };
  /** The oldest lines go: the newest are what somebody looks for when the file comes back. */
  const drop = (file: File): void => {
    const over = file.waiting.length - limits.auditLinesPendingMax;
    if (over <= 0) return;
    file.waiting.splice(0, over);
    file.lost += over;
  };
  const write = (path: string, line: string): void => {
    const file = files.get(path) ?? { waiting: [], lost: 0, failing: false, writing: undefined };
    files.set(path, file);
    file.waiting.push(line);
    drop(file);
    file.writing ??= flush(path, file).finally(() => {
      file.writing = undefined;
    });
  };

  const recordUnder = (set: PolicySet, draft: Audited, decision: Decision): void => {
    if (set.audits.length === 0) return;
    const line = `${JSON.stringify(entryOf(redactorOf(set), draft, decision))}\n`;
    for (const destination of set.audits) write(resolve(destination), line);
  };
  return {
    record(draft, decision) {
      const told = (error: unknown) => log.error({ error, decisionId: decision.decisionId }, "no audit line was made");
      try {
        const active = policies.active(draft.message.action.tenant);
        if (active instanceof Promise) active.then((set) => recordUnder(set, draft, decision)).catch(told);
        else recordUnder(active, draft, decision);
      } catch (error) {
        told(error);
      }
    },
    async close() {
      for (const [path, file] of files) {
        await file.writing;
        await flush(path, file);
        if (file.waiting.length > 0) log.error({ path, lines: file.waiting.length }, "audit lines were not written");
      }
    },
  };
}

/** Seed 003's fields: timestamp, tool, truncated params, result; a denial with its whole trace in `reason`. */
function entryOf(redactor: Redactor, { message, verdict, facts }: Audited, decision: Decision) {
  const { action } = message;
  const params = JSON.stringify(redactor.json(action.args).value);
  const cut = params.length > limits.auditParamsCharsMax;
  const whole = decision.effect === "deny" ? explain(decision, verdict, facts, { trace: true }) : decision.reason;
  return {
    timestamp: decision.decidedAt,
    tool: redactor.text(action.tool),
    params: cut ? `${params.slice(0, limits.auditParamsCharsMax)}…` : params,
    result: decision.effect,
    reason: redactor.text(whole),
    rules: decision.rules.map(({ id }) => id),
    agent: redactor.text(action.principal.agent),
    actionId: decision.actionId,
    decisionId: decision.decisionId,
  };
}
