// turnstile.ts — many may be inside together, or one alone: what may end its process must have no company to blame

export interface Turnstile {
  /** What answers at once is in and out at once, and costs no promise. */
  together<T>(work: () => T | Promise<T>): T | Promise<T>;
  /** Waits until everybody is out, and keeps all others out until `work` ends. One at a time, in order. */
  alone<T>(work: () => T | Promise<T>): Promise<T>;
}

export function turnstile(): Turnstile {
  let inside = 0;
  let left: (() => void) | undefined;
  /** there while somebody is or wants to be alone; settles when the last of them is out */
  let closed: Promise<void> | undefined;

  async function counted<T>(answer: Promise<T>): Promise<T> {
    inside++;
    try {
      return await answer;
    } finally {
      inside--;
      if (inside === 0) left?.();
    }
  }

  function together<T>(work: () => T | Promise<T>): T | Promise<T> {
    if (closed) return closed.then(() => together(work));
    const answer = work();
    return answer instanceof Promise ? counted(answer) : answer;
  }

  async function whenEmpty(): Promise<void> {
    if (inside === 0) return;
    await new Promise<void>((resolve) => {
      left = resolve;
    });
    left = undefined;
  }

  function alone<T>(work: () => T | Promise<T>): Promise<T> {
    const mine = (closed ?? Promise.resolve()).then(whenEmpty).then(work);
    const out: Promise<void> = mine
      .then(
        () => undefined,
        () => undefined, // the error reaches the caller through `mine`
      )
      .then(() => {
        if (closed === out) closed = undefined;
      });
    closed = out;
    return mine;
  }

  return { together, alone };
}
