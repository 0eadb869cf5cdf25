// own-packs.ts — what this process sealed for a stage that it works itself: taken out again, it is known by its text
// Whoever has the very text that we sealed needs no key to know what is in it; any other text is opened as a stranger's.

import type { Message } from "@holdpoint/wire/job.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";

/** Characters of sealed text that are kept at a time; what is older is opened like any other. */
const KEPT_CHARS_MAX = 8 * 1024 * 1024;
/** The end of a pack is its authentication tag and as good as random: enough to find it by. */
const TAIL_CHARS = 24;

export interface OwnPacks {
  keep(to: Stage, text: string, messages: readonly Message[]): void;
  /** The messages of a pack that was sealed here for this stage, once; undefined for every other. */
  take(to: Stage, text: string): readonly Message[] | undefined;
}

interface Kept {
  to: Stage;
  text: string;
  messages: readonly Message[];
}

export function ownPacks(charsMax: number = KEPT_CHARS_MAX): OwnPacks {
  /** in the order of keeping, oldest first */
  const kept = new Map<string, Kept>();
  let chars = 0;
  const tailOf = (text: string) => text.slice(-TAIL_CHARS);

  function drop(tail: string): void {
    chars -= kept.get(tail)?.text.length ?? 0;
    kept.delete(tail);
  }

  return {
    keep(to, text, messages) {
      const tail = tailOf(text);
      drop(tail);
      kept.set(tail, { to, text, messages });
      chars += text.length;
      for (const oldest of kept.keys()) {
        if (chars <= charsMax) break;
        drop(oldest);
      }
    },
    take(to, text) {
      const tail = tailOf(text);
      const found = kept.get(tail);
      if (found === undefined || found.to !== to || found.text !== text) return undefined;
      drop(tail);
      return found.messages;
    },
  };
}
