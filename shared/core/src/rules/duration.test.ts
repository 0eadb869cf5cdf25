// duration.test.ts — times as policies write them

import { expect, test } from "vitest";
import { parseDuration } from "./duration.ts";

test.each<[string, number | undefined]>([
  ["1ms", 1],
  ["30s", 30_000],
  [" 10m ", 600_000],
  ["1h", 3_600_000],
  ["2d", 172_800_000],
  ["999999999s", 999_999_999_000],
  ["104249991d", 9_007_199_222_400_000],
  ["104249992d", undefined],
  ["0s", undefined],
  ["1000000000s", undefined],
  ["1.5h", undefined],
  ["-1h", undefined],
  ["1", undefined],
  ["h", undefined],
  ["1w", undefined],
  ["1h30m", undefined],
  ["", undefined],
])("`%s` is %s ms", (text, ms) => expect(parseDuration(text)).toBe(ms));
