// section.ts — RELIABILITY.md as sections, each owned by the run that measured it: one run never writes over another's

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const RELIABILITY = join(import.meta.dirname, "..", "..", "RELIABILITY.md");

const begin = (name: string) => `<!-- ${name}:begin -->`;
const end = (name: string) => `<!-- ${name}:end -->`;

/** The page with one section replaced, or added at its end. */
export function withSection(page: string, name: string, text: string): string {
  const section = `${begin(name)}\n${text.trim()}\n${end(name)}`;
  const from = page.indexOf(begin(name));
  const to = page.indexOf(end(name));
  if (from < 0 || to < from) return `${page.trim()}\n\n${section}\n`.trimStart();
  return `${page.slice(0, from)}${section}${page.slice(to + end(name).length)}`;
}

export function writeSection(name: string, text: string, file: string = RELIABILITY): void {
  writeFileSync(file, withSection(existsSync(file) ? readFileSync(file, "utf8") : "", name, text));
}
