// anchors.ts — by which sure sign of a call a rule can be found, so that the others need not be tried

/**
 * If a rule's criterion holds for an atom, at least one of these keys is found on that atom. `unknown` keys also answer
 * for values that nobody vouches for, because rules that tighten match those.
 */
export type Anchor =
  | { kind: "tool" | "program"; keys: string[] }
  | { kind: "arg"; name: string; keys: string[] }
  | {
      kind: "path";
      /** of each pattern, the words of which every path inside it holds all */
      words: SureWords[];
      /** also tried for paths that may hold what the patterns name */
      reaches: boolean;
    }
  | { kind: "host"; keys: string[] }
  | { kind: "field"; field: Field; keys: string[] }
  | { kind: "fact"; fact: FactName };

/** Whole segments of a path, or whole words of its last segment, in lower case. */
export interface SureWords {
  of: "segment" | "word";
  names: string[];
}

export const FIELDS = [
  "agent",
  "onBehalfOf",
  "team",
  "app",
  "workflow",
  "environment",
  "branch",
  "classification",
] as const;
export type Field = (typeof FIELDS)[number];

/** Facts that most calls lack: a rule about one of them is tried only where it is there. */
export const FACT_NAMES = [
  "secrets",
  "hosts",
  "databases",
  "runsCode",
  "opaque",
  "variables",
  "oddCharacters",
  "writes",
  "paths",
  "reaches",
] as const;
export type FactName = (typeof FACT_NAMES)[number];

/** What a compiled criterion is: what must and must not be there, a test of the rest, and where known its anchor. */
export interface Criterion {
  /** cheap ones are tried first */
  cost: number;
  /** bits (features.ts) without which it does not hold, and with any of which it does not hold */
  needs?: number;
  bars?: number;
  /** absent where the bits say all */
  test?: import("./view.ts").Test;
  anchor?: Anchor;
}
