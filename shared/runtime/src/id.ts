// id.ts — new ids: UUIDv7 with a prefix, rising within a process even inside one millisecond

import type { Id, IdPrefix } from "@holdpoint/wire/scalars.ts";
import { uuidv7 } from "uuidv7";

/** Ids sort by time of making. Node's own `randomUUIDv7` is not monotonic, hence the library. */
export const newId = <P extends IdPrefix>(prefix: P): Id<P> => `${prefix}_${uuidv7()}`;
