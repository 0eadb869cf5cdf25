// clean-log.ts — log lines without secrets: found by their look, then the policy's own rewrites (seed 002 `log_redactions`)

import { createHmac } from "node:crypto";
import { createRedactor } from "@holdpoint/core/redact/redact.ts";
import { compileRewrite } from "@holdpoint/core/redact/rewrite.ts";
import type { LogRedaction } from "@holdpoint/core/rules/dialects/draft.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";

/** Lines of an event are made of ids and numbers; there is one for every action, so they are not searched. */
const OF_IDS = '"event":"holdpoint.';

export interface LineCleaner {
  clean(line: string): string;
  /** the rewrites of all policies that this process runs, from now on */
  rewrite(rules: readonly LogRedaction[]): void;
}

/** `masterKey`: markers of one house are comparable across its processes. */
export function createLineCleaner(masterKey: Uint8Array): LineCleaner {
  const key = createHmac("sha256", masterKey).update("holdpoint log redaction").digest();
  let redactor = createRedactor(key);
  let rewrites = 0;
  return {
    clean(line) {
      if (rewrites === 0 && line.includes(OF_IDS)) return line;
      try {
        return `${JSON.stringify(redactor.json(JSON.parse(line) as Json).value)}\n`;
      } catch {
        return `${JSON.stringify(redactor.text(line))}\n`; // no JSON: a line of somebody else's making
      }
    },
    rewrite(rules) {
      const once = new Map(rules.map((rule) => [JSON.stringify(rule), rule]));
      rewrites = once.size;
      redactor = createRedactor(key, [...once.values()].map(compileRewrite));
    },
  };
}
