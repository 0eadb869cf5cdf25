// id.ts — new ids: UUIDv7 with a prefix, rising within a process even inside one millisecond

import type { Id, IdPrefix } from "@holdpoint/wire/scalars.ts";
import { V7Generator } from "uuidv7";
import { smallRandom } from "./random.ts";

const ids = new V7Generator({ nextUint32: () => smallRandom(4).readUInt32LE() });

/** Ids sort by time of making. Node's own `randomUUIDv7` is not monotonic, hence the library. */
export const newId = <P extends IdPrefix>(prefix: P): Id<P> => `${prefix}_${ids.generate().toString()}`;
