// sayable.ts — the part of a policy set that other clients have words for

import type { PlainDeny } from "./sure.ts";

/** What every client's writer is given. */
export interface Sayable {
  allow: string[];
  ask: string[];
  deny: { deny: PlainDeny; reason: string | undefined; report: (why: string) => void }[];
  /** of several documents the strictest */
  default: "allow" | "ask" | "deny";
}
