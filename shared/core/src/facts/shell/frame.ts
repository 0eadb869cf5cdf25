// frame.ts — where in an action the text being read stands: below which wrappers, how deep, from which argument

import type { Output } from "./word.ts";

export interface Frame {
  /** JSON pointer of the argument */
  at: string;
  wrappers: readonly string[];
  depth: number;
  /** on another machine or in a container */
  elsewhere: boolean;
  /** kinds of unread code that the wrappers bring along */
  runs: readonly string[];
  /** variables set for what is below */
  variables: readonly string[];
  /** functions being called, to see one that calls itself */
  calling: readonly string[];
  stdin: Output | undefined;
}

export const newFrame = (at: string): Frame => ({
  at,
  wrappers: [],
  depth: 0,
  elsewhere: false,
  runs: [],
  variables: [],
  calling: [],
  stdin: undefined,
});

/** How deep texts, substitutions and compound commands may lie in each other before they are not read. */
export const NESTING_MAX = 16;
