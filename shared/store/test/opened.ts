// opened.ts — the store of a test file, beside its fixture because proofs use that one without a test runner

import { afterAll, beforeAll } from "vitest";
import type { StoreOptions } from "../src/open.ts";
import { openTestStore, type TestStore } from "./fixture.ts";

/** One store for all tests of a file: opened before the first, closed after the last. */
export function testStore(options: Partial<StoreOptions> = {}): Omit<TestStore, "close"> {
  let opened: TestStore | undefined;
  beforeAll(async () => {
    opened = await openTestStore(options);
  });
  afterAll(() => opened?.close());
  const there = (): TestStore => {
    if (!opened) throw new Error("the store is open while tests run, and not before");
    return opened;
  };
  return {
    get store() {
      return there().store;
    },
    get url() {
      return there().url;
    },
    get owner() {
      return there().owner;
    },
  };
}
