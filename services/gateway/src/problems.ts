// problems.ts — whatever went wrong as problem+json; the cause stays in the log, never in the answer

import type { Log } from "@holdpoint/runtime/log.ts";
import { FAULTS, Fault, isFault } from "@holdpoint/wire/fault.ts";
import { problem } from "@holdpoint/wire/problem.ts";
import { jsonPointer } from "@holdpoint/wire/strict-json.ts";
import type { z } from "zod";

/** Nothing here is for a browser to render, frame, sniff or keep. */
export const SECURITY_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

const RETRY_AFTER_SECONDS = "1";

/** Anything thrown as a fault: what is not one is a bug or a broken part, and is logged as such. */
export function asFault(error: unknown, log: Log): Fault {
  if (isFault(error)) {
    const { status } = FAULTS[error.code];
    // Many come at once while the database is away; who it is that is away says enough.
    if (status === 503) log.warn({ code: error.code, reason: error.message }, "cannot decide or record");
    else if (status >= 500) log.error({ error }, "a request could not be handled");
    return error;
  }
  log.error({ error }, "an error that nobody expected");
  return new Fault("internal", "unexpected", {}, { cause: error });
}

export function problemResponse(fault: Fault, headers: Record<string, string> = {}): Response {
  const { status, retry } = FAULTS[fault.code];
  return new Response(JSON.stringify(problem(fault)), {
    status,
    headers: {
      ...SECURITY_HEADERS,
      "content-type": "application/problem+json",
      ...((status === 429 || status === 503) && retry && { "retry-after": RETRY_AFTER_SECONDS }),
      ...(status === 401 && { "www-authenticate": 'Bearer realm="holdpoint"' }),
      ...headers,
    },
  });
}

const ISSUES_SHOWN_MAX = 20;

interface Place {
  at: string;
  detail: string;
}

/** Where each issue lies. An unknown key is named itself, not the object it stands in. */
function places(issues: readonly z.core.$ZodIssue[], under: readonly PropertyKey[] = []): Place[] {
  return issues.flatMap((issue): Place[] => {
    const path = [...under, ...issue.path].map((part) => (typeof part === "number" ? part : String(part)));
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => ({ at: jsonPointer([...path, key]), detail: "is not a field of this request" }));
    if (issue.code === "invalid_union") {
      // The branch that came furthest is the one that was meant.
      const branches = issue.errors.map((errors) => places(errors, path));
      const nearest = branches.filter((branch) => branch.length > 0).sort((a, b) => a.length - b.length)[0];
      if (nearest) return nearest;
    }
    return [{ at: jsonPointer(path), detail: issue.message.replace(/^Invalid input: /, "") }];
  });
}

/** A value that does not fit its schema, every place at once. */
export function misfit(error: z.ZodError): Fault {
  const found = places(error.issues);
  const first = found[0] ?? { at: "", detail: "does not fit" };
  return new Fault("invalid", `\`${first.at === "" ? "the body" : first.at}\`: ${first.detail}`, {
    at: first.at,
    errors: found.slice(0, ISSUES_SHOWN_MAX),
  });
}
