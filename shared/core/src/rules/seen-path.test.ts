// seen-path.test.ts — a view that turns from one command to the next keeps nothing of where the first one's paths lie

import { expect, test } from "vitest";
import { featuresOf, viewOf } from "./criteria/view.ts";
import { handmade } from "./handmade.ts";
import { seenPath } from "./seen-path.ts";

test.each([true, false])(
  "the path of the command that is asked about is seen, not the last one's (tighten: %s)",
  (tighten) => {
    const [action, facts] = handmade({ paths: [{ path: "/srv/a" }] });
    const [one] = facts.atoms;
    const other = { ...one!, paths: [{ ...one!.paths[0]!, path: "/srv/b" }] };
    const view = viewOf(action, { ...facts, atoms: [one!, other] }, 0);
    featuresOf(view, one!);
    expect(seenPath(view, one!, 0, tighten).path).toBe("/srv/a");
    expect(seenPath(view, other, 0, tighten).path).toBe("/srv/b");
    expect(seenPath(view, one!, 0, tighten).path).toBe("/srv/a");
  },
);
