// problem.ts — RFC 9457 problem details, the only error body of the API

import { z } from "zod";
import { FAULTS, type Fault } from "./fault.ts";

export const Problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  at: z.string().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
  actionId: z.string().optional(),
  decisionId: z.string().optional(),
  reasonCode: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;

/** The body for a fault. Internal faults say nothing of their cause: it is in the log under the trace id. */
export function problem(fault: Fault): Problem {
  const { status } = FAULTS[fault.code];
  return {
    type: `urn:holdpoint:problem:${fault.code}`,
    title: fault.code.replaceAll("_", " "),
    status,
    detail: fault.code === "internal" ? "the request could not be handled; the log knows more" : fault.message,
    code: fault.code,
    ...fault.place,
  };
}
