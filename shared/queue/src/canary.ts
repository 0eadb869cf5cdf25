// canary.ts — a mark among the jobs: when it is gone or older than it was, the queue lost what it held

import { randomUUID } from "node:crypto";

/** Where a key space of the queue keeps its mark; it lies among the jobs, so that what wipes them wipes it. */
export interface MarkPlace {
  read(): Promise<unknown>;
  write(mark: Mark): Promise<void>;
}

/** `life` is made anew after every loss, `beat` counts looks: a queue that was restored from an older copy shows an older one. */
export interface Mark {
  life: string;
  beat: number;
}

const markOf = (value: unknown): Mark | undefined => {
  const { life, beat } = (value ?? {}) as Partial<Mark>;
  return typeof life === "string" && typeof beat === "number" && Number.isSafeInteger(beat)
    ? { life, beat }
    : undefined;
};

/** True when the mark that was seen cannot have come from the one known before. */
export const isLost = (known: Mark | undefined, seen: Mark | undefined): boolean =>
  seen === undefined || (known !== undefined && (seen.life !== known.life || seen.beat < known.beat));

/** Each call looks once and leaves a newer mark. The first look of a queue that was never marked counts as a loss too. */
export function canary(place: MarkPlace): () => Promise<boolean> {
  let known: Mark | undefined;
  return async () => {
    const seen = markOf(await place.read());
    const lost = isLost(known, seen);
    // Others that look later must not take our new life for a loss of their own: what is there is kept where it can be.
    const next: Mark = seen === undefined ? { life: randomUUID(), beat: 1 } : { life: seen.life, beat: seen.beat + 1 };
    await place.write(next);
    known = next;
    return lost;
  };
}
