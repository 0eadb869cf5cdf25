// sieve.ts — names that are looked for in parts of a text, told apart by first letter and length before a part is cut out

/** 64 first letters by 32 lengths; what falls together is told apart by the lookup that follows. */
export type Sieve = Uint8Array;

export const newSieve = (): Sieve => new Uint8Array(2_048);

const place = (letter: number, length: number): number => (letter & 63) * 32 + (length & 31);

export function admit(sieve: Sieve, name: string): void {
  sieve[place(name.charCodeAt(0), name.length)] = 1;
}

/** May the part of `text` from `from` to before `to`, which is not empty, be one of the names? */
export const mayPass = (sieve: Sieve, text: string, from: number, to: number): boolean =>
  sieve[place(text.charCodeAt(from), to - from)] === 1;
