// turns.ts — counts round trips: how often something is asked while no other answer is on its way

import pg from "pg";

type Ask = (this: pg.Client & { pipeline?: boolean }, ...asked: unknown[]) => unknown;

/**
 * Runs `work` and says how many round trips its queries took, on all connections of this process together: nothing else
 * may ask beside it.
 */
export async function turnsOf(work: () => Promise<unknown>): Promise<number> {
  const prototype = pg.Client.prototype as unknown as { query: Ask };
  const ask = prototype.query;
  let waiting = 0;
  let turns = 0;
  const answered = () => {
    waiting--;
  };
  prototype.query = function (...asked) {
    if (waiting++ === 0 || !this.pipeline) turns++; // without it the driver sends one when the other is answered
    const heard = asked.at(-1);
    if (typeof heard === "function") {
      asked[asked.length - 1] = (...answer: unknown[]) => {
        answered();
        heard(...answer);
      };
      return ask.apply(this, asked);
    }
    const answer = ask.apply(this, asked) as Promise<unknown>;
    answer.then(answered, answered);
    return answer;
  };
  try {
    await work();
    return turns;
  } finally {
    prototype.query = ask;
  }
}
