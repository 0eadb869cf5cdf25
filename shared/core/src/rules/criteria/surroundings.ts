// surroundings.ts — what is kept of a path, and of where a call is made, while rules look at them

import type { PathFact } from "@holdpoint/wire/facts.ts";

/** Where a call is made, as its paths are looked at: found once for a view. */
export interface Surroundings {
  tighten: boolean;
  /** the folder that "inside the workspace" means; in lower case where rules tighten */
  workspace: string | undefined;
  home: string | undefined;
  /** is the home vouched for? */
  homeSure: boolean;
  cwd: string;
}

/** A path as patterns ask about it; made once for each fact and way of looking, its places found when first asked for. */
export interface SeenPath {
  from: Surroundings;
  fact: PathFact;
  path: string;
  /** its last segment */
  name: string;
  /** `/rest` of `../../rest` from an unknown folder */
  climbed: string | undefined;
  /** where it lies below a place: "" is the place itself, undefined is elsewhere, null is not yet asked */
  workspace: string | undefined | null;
  home: string | undefined | null;
  scratch: string | undefined | null;
  /** the place that was taken apart last */
  apart: Apart | undefined;
}

/** A place as its names, none for the place itself. */
export interface Apart {
  place: string;
  segments: readonly string[];
}
