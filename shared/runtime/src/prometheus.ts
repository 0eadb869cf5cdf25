// prometheus.ts — counters, gauges and histograms of this process as the text that Prometheus scrapes; a scrape is its only reader
// The SDK's registry would do it too, and takes a twentieth of a worker's start to load: it is there only where metrics are sent away.

import type { Attributes } from "@opentelemetry/api";

/** Where one number goes, with its labels. */
type Record = (value: number, labels?: Attributes) => void;

export interface Prometheus {
  counter(name: string, help: string): { add: Record };
  gauge(name: string, help: string): { record: Record };
  /** @param bounds upper ends of the buckets, rising */
  histogram(name: string, help: string, bounds: readonly number[]): { record: Record };
  /** Everything that was recorded, in text format 0.0.4; ends with a line break. */
  text(): string;
}

interface Buckets {
  /** how many values came to each bucket; one more than there are bounds */
  counts: number[];
  sum: number;
}

const ESCAPED: { readonly [sign: string]: string } = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

/** Labels in the order in which they are given: each metric is recorded at one place. */
function labelText(labels: Attributes | undefined): string {
  let text = "";
  for (const name in labels) {
    const value = String(labels[name]).replace(/[\\"\n]/g, (sign) => ESCAPED[sign] ?? sign);
    text += `${text === "" ? "" : ","}${name}="${value}"`;
  }
  return text;
}

const line = (name: string, labels: string, value: number): string =>
  `${name}${labels === "" ? "" : `{${labels}}`} ${value}`;

export function createPrometheus(): Prometheus {
  const metrics: (() => string[])[] = [];

  /** One value for each set of labels; `next` makes it of the value before. Metrics that nobody recorded stay out of the text. */
  const family = <T>(name: string, kind: string, help: string, lines: (labels: string, value: T) => string[]) => {
    const values = new Map<string, T>();
    metrics.push(() => {
      if (values.size === 0) return [];
      const head = [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`];
      return [...head, ...[...values].flatMap(([labels, value]) => lines(labels, value))];
    });
    return values;
  };

  return {
    counter(name, help) {
      const values = family<number>(name, "counter", help, (labels, value) => [line(name, labels, value)]);
      return {
        add(value, labels) {
          const key = labelText(labels);
          values.set(key, (values.get(key) ?? 0) + value);
        },
      };
    },
    gauge(name, help) {
      const values = family<number>(name, "gauge", help, (labels, value) => [line(name, labels, value)]);
      return { record: (value, labels) => void values.set(labelText(labels), value) };
    },
    histogram(name, help, bounds) {
      const values = family<Buckets>(name, "histogram", help, (labels, { counts, sum }) => {
        const before = labels === "" ? "" : `${labels},`;
        let total = 0;
        const buckets = counts.map((count, index) => {
          total += count;
          return line(`${name}_bucket`, `${before}le="${bounds[index] ?? "+Inf"}"`, total);
        });
        return [line(`${name}_count`, labels, total), line(`${name}_sum`, labels, sum), ...buckets];
      });
      return {
        record(value, labels) {
          const key = labelText(labels);
          let buckets = values.get(key);
          if (buckets === undefined) {
            buckets = { counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 };
            values.set(key, buckets);
          }
          const found = bounds.findIndex((bound) => value <= bound);
          const index = found < 0 ? bounds.length : found;
          buckets.counts[index] = (buckets.counts[index] ?? 0) + 1;
          buckets.sum += value;
        },
      };
    },
    text: () => `${metrics.flatMap((lines) => lines()).join("\n") || "# no registered metrics"}\n`,
  };
}
