// begun.ts — a worker that could not begin is begun again: its library answers with that first failure for ever
// It would take nothing, say nothing, and in a fleet nobody would miss it: until the others are gone, and it stands there alone.

import { limits } from "@holdpoint/wire/limits.ts";
import type { Consumer } from "./backend.ts";

export interface Beginning {
  /** resolves once it can take jobs; what rejects here, rejects for ever */
  ready(): Promise<unknown>;
  close(): Promise<void>;
}

/** Opens one, and another in its place as long as none could begin. What the former had in hand all the same, it finishes. */
export function begun(open: () => Beginning, onError: (error: Error) => void): Consumer {
  let closed = false;
  let again: NodeJS.Timeout | undefined;
  let current: Beginning;
  const heard = (error: unknown) => onError(error instanceof Error ? error : new Error(String(error)));

  const begin = (): void => {
    const mine = open();
    current = mine;
    mine.ready().catch((error: unknown) => {
      if (closed) return;
      heard(error);
      again = setTimeout(() => {
        begin();
        mine.close().catch(heard);
      }, limits.runRetryMs);
    });
  };
  begin();
  return {
    async close() {
      closed = true;
      clearTimeout(again);
      await current.close();
    },
  };
}
