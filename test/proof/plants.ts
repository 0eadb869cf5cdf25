// plants.ts — bugs planted on purpose, each of which some test must catch: what shows that the tests can fail

import { decisions } from "./plants/decisions.ts";
import type { Plant } from "./plants/plant.ts";
import { processes } from "./plants/processes.ts";
import { queue } from "./plants/queue.ts";

export const plants: readonly Plant[] = [...decisions, ...queue, ...processes];
