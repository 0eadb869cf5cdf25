// circuit.test.ts — how long is waited, and when an endpoint is left alone

import { limits } from "@holdpoint/wire/limits.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoffMs, createCircuit } from "./circuit.ts";

test.each([
  // failures, chance, ms
  [1, 0, 500],
  [1, 0.999_999, 1_000],
  [2, 0, 1_000],
  [5, 0.5, 12_000],
  [11, 0, 450_000],
  [1_000, 0.999_999, 900_000],
])("after %i failures and with chance %d it waits %i ms", (failures, chance, ms) => {
  expect(backoffMs(failures, 1_000, 900_000, () => chance)).toBe(ms);
});

test("a wait is never shorter than half of the full one nor longer than the longest", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, chance) => {
        const ms = backoffMs(failures, 1_000, 900_000, () => chance);
        expect(ms).toBeGreaterThanOrEqual(500);
        expect(ms).toBeLessThanOrEqual(900_000);
      },
    ),
  );
});

describe("a circuit", () => {
  const failing = (times: number, now = 0) => {
    const circuit = createCircuit(() => 0);
    for (let n = 0; n < times; n += 1) circuit.failed(now);
    return circuit;
  };
  test("stays closed below its number of failures", () => {
    expect(failing(limits.circuitFailures - 1).state(0)).toBe("closed");
  });
  test("opens at it, probes when its time is over, and lets one through", () => {
    const circuit = failing(limits.circuitFailures);
    expect([circuit.state(0), circuit.room(0, 0)]).toEqual(["open", 0]);
    expect([circuit.state(500), circuit.room(500, 0), circuit.room(500, 1)]).toEqual(["probing", 1, 0]);
  });
  test("one success closes it, and says that it was open", () => {
    const circuit = failing(limits.circuitFailures);
    expect([circuit.succeeded(), circuit.state(0), circuit.succeeded()]).toEqual([true, "closed", false]);
  });
  test("it never stays open for longer than its maximum", () => {
    expect(failing(100).state(limits.circuitOpenMsMax)).toBe("probing");
  });
});
