// plant.ts — a bug that is planted on purpose, and the tests that must catch it
// `find` must stand exactly once in its file; a plant whose text is gone fails the run, so that the lists stay true.

export interface Plant {
  name: string;
  file: string;
  find: string;
  replace: string;
  /** vitest's words for the tests that must catch it: parts of paths, and `-t` with a part of a name */
  tests: readonly string[];
}
