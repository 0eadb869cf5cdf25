// card-item.ts — one entry of a card: a label, marks, and lines that are visible text already

/** One entry. `lines` are visible text already; an entry of kind block or list is laid out line by line. */
export interface CardItem {
  label: string;
  marks: string[];
  layout: "line" | "block" | "list";
  lines: string[];
}

/** Makes text visible with every known secret masked. */
export type Show = (text: string) => string;

export const line = (label: string, value: string, marks: string[] = []): CardItem => ({
  label,
  marks,
  layout: "line",
  lines: [value],
});
export const list = (label: string, values: readonly string[], marks: string[] = []): CardItem => ({
  label,
  marks: [...marks, `${values.length} ${values.length === 1 ? "item" : "items"}`],
  layout: "list",
  lines: [...values],
});
