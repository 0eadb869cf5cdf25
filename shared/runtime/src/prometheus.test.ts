// prometheus.test.ts — the text that Prometheus scrapes, as its format 0.0.4 has it

import { expect, test } from "vitest";
import { createPrometheus } from "./prometheus.ts";

test("a registry that nothing was recorded in says so", () => {
  const registry = createPrometheus();
  registry.counter("a_total", "as");
  expect(registry.text()).toBe("# no registered metrics\n");
});

test("a counter adds up for each set of labels, and comes with its help and kind", () => {
  const registry = createPrometheus();
  const sent = registry.counter("sent_total", "what was sent");
  for (const to of ["a", "b", "a"]) sent.add(1, { to, by: "x" });
  sent.add(2.5);
  expect(registry.text().split("\n")).toEqual([
    "# HELP sent_total what was sent",
    "# TYPE sent_total counter",
    'sent_total{to="a",by="x"} 2',
    'sent_total{to="b",by="x"} 1',
    "sent_total 2.5",
    "",
  ]);
});

test("of a gauge the last value stands", () => {
  const registry = createPrometheus();
  const waiting = registry.gauge("waiting", "who waits");
  for (const value of [3, 0]) waiting.record(value, { where: "here" });
  expect(registry.text()).toBe('# HELP waiting who waits\n# TYPE waiting gauge\nwaiting{where="here"} 0\n');
});

test("each bucket of a histogram holds all that is no longer than its end", () => {
  const registry = createPrometheus();
  const time = registry.histogram("time_seconds", "how long", [0.5, 2]);
  for (const value of [0, 0.5, 0.75, 2.25]) time.record(value, { of: "x" });
  expect(registry.text().split("\n").slice(1, -1)).toEqual([
    "# TYPE time_seconds histogram",
    'time_seconds_count{of="x"} 4',
    'time_seconds_sum{of="x"} 3.5',
    'time_seconds_bucket{of="x",le="0.5"} 2',
    'time_seconds_bucket{of="x",le="2"} 3',
    'time_seconds_bucket{of="x",le="+Inf"} 4',
  ]);
});

test("a label's value cannot end its line or its quotes", () => {
  const registry = createPrometheus();
  registry.counter("a_total", "as").add(1, { of: 'x"} 9\nb_total 1\\' });
  expect(registry.text()).toContain('a_total{of="x\\"} 9\\nb_total 1\\\\"} 1\n');
});
