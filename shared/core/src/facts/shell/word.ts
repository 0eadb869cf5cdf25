// word.ts — a word of a command as far as it can be known: its text, or null, and what it may stand for

/** What a command prints, as far as others may take it for code, for paths, or for words. */
export type Output =
  | { kind: "text"; text: string }
  /** paths at or below these places */
  | { kind: "paths"; roots: readonly string[] }
  | { kind: "file"; word: Word }
  | { kind: "network" }
  | { kind: "unknown" };

export interface Word {
  /** as it was written */
  raw: string;
  /** quotes and escapes removed, known variables filled in; null where only the run itself knows */
  text: string | null;
  /** the part before the first unknown one */
  known: string;
  /** for an unknown word: its text with `$__` for each unknown part, to be read as code */
  template?: string;
  /** what the template's `$__found` stands for, where find or xargs put it there */
  inserts?: Word;
  /** holds an unquoted `*`, `?` or `[` */
  glob: boolean;
  /** for a substitution: what it prints; for `<(…)`: what is read there */
  prints?: Output;
  /** a process substitution, `<` to read from, `>` to write to */
  process?: "<" | ">";
}

export const literal = (text: string, raw: string = text): Word => ({ raw, text, known: text, glob: false });
export const unknownWord = (raw: string, prints?: Output): Word =>
  prints ? { raw, text: null, known: "", glob: false, prints } : { raw, text: null, known: "", glob: false };

export const hasGlob = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 42 || code === 63 || code === 91) return true;
  }
  return false;
};

/** What stands for an unknown part in a template. */
export const UNKNOWN_PART = "\x24{__}";

/** The word as code to read: its text, or what is known of it. */
export const asCode = (word: Word): string => word.text ?? word.template ?? `${word.known}${UNKNOWN_PART}`;

/** Words joined by spaces, as `eval` and `ssh` do; null text when one of them is not known. */
export function join(words: readonly Word[]): Word {
  if (words.length === 1) return words[0]!;
  const code = words.map(asCode).join(" ");
  if (words.every((word) => word.text !== null)) return literal(code);
  return {
    raw: words.map((word) => word.raw).join(" "),
    text: null,
    known: words[0]?.known ?? "",
    glob: false,
    template: code,
  };
}
