// words.ts — lists of globs: what one of them matches counts, what a `!` pattern matches is taken out again

import { Fault, isFault } from "@holdpoint/wire/fault.ts";
import { compileGlob, expandBraces, type Glob } from "./glob.ts";
import { anyGlob } from "./word-set.ts";

export interface WordList {
  test(text: string): boolean;
  /** every way in, where none has a wildcard and nothing is taken out */
  literals?: string[];
  /** nothing but `!` patterns: everything else is in */
  onlyNegative: boolean;
  positives: Glob[];
  negatives: Glob[];
}

/** As `compileWords`, for texts in lower case: patterns in any case of letters are about them. */
export const compileFolded = (patterns: readonly string[]): WordList =>
  compileWords(patterns.map((pattern) => pattern.toLowerCase()));

/** Splits `!p` from `p`, opens braces, compiles each. The fault's `index` says which pattern of the list is wrong. */
export function compileWords(patterns: readonly string[]): WordList {
  const positives: Glob[] = [];
  const negatives: Glob[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const negative = pattern.startsWith("!");
    const body = negative ? pattern.slice(1) : pattern;
    try {
      for (const one of expandBraces(body)) (negative ? negatives : positives).push(compileGlob(one));
    } catch (error) {
      if (!isFault(error)) throw error;
      throw new Fault(error.code, error.message, { index });
    }
  }
  return wordList(positives, negatives);
}

function wordList(positives: Glob[], negatives: Glob[]): WordList {
  // An empty list says nothing and lets nothing in; only a list that takes something out lets the rest in.
  const onlyNegative = positives.length === 0 && negatives.length > 0;
  const literals = positives.flatMap(({ literal }) => (literal === undefined ? [] : [literal]));
  const [only] = literals;
  const named = literals.length === 1 && positives.length === 1 ? (text: string) => text === only : anyGlob(positives);
  if (negatives.length === 0)
    return {
      test: named,
      ...(literals.length === positives.length ? { literals } : {}),
      onlyNegative,
      positives,
      negatives,
    };
  const out = anyGlob(negatives);
  const test = (text: string): boolean => (onlyNegative || named(text)) && !out(text);
  return { test, onlyNegative, positives, negatives };
}
