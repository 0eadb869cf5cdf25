// keeps-answers.ts — two functions that keep what they answered, each with a mutant in it, and one whose mutant changes
// nothing: what waking.test.ts tries

declare const __mutant: (id: number) => boolean;

let last: { name: string; answer: boolean } | undefined;
/** Keeps its last answer: one given by a mutant would be given again. */
export function isShort(name: string): boolean {
  if (last?.name === name) return last.answer;
  last = { name, answer: __mutant(1) ? name.length >= 3 : name.length < 3 };
  return last.answer;
}

const all = new Map<string, boolean>();
/** Keeps all its answers: those given before a mutant woke would hide it. */
export function isLong(name: string): boolean {
  const known = all.get(name);
  if (known !== undefined) return known;
  const answer = __mutant(2) ? name.length < 3 : name.length >= 3;
  all.set(name, answer);
  return answer;
}

export const same = (name: string): string => (__mutant(3) ? `${name}` : name);
