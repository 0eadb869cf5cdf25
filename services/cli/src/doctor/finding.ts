// finding.ts — one line of `holdpoint doctor`

export interface Finding {
  what: string;
  /** `note`: neither good nor bad, but worth knowing */
  state: "ok" | "note" | "broken";
  detail: string;
}
export const ok = (what: string, detail: string): Finding => ({ what, state: "ok", detail });
export const note = (what: string, detail: string): Finding => ({ what, state: "note", detail });
export const broken = (what: string, detail: string): Finding => ({ what, state: "broken", detail });
