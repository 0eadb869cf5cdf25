// seen-path.ts — where a path of an action lies: in the workspace, in a home, in a scratch folder, as far as is known

import type { Atom, PathFact } from "@holdpoint/wire/facts.ts";
import { attests, featuresOf, type SeenPath, type Surroundings, type View } from "./criteria/view.ts";

const HOMES = /^(?:\/home\/[^/]+|\/root|\/users\/[^/]+|\/var\/root|\/mnt\/c\/users\/[^/]+|~[^/]*)(?=\/|$)/;

/** The atom's path at `index`. `tighten`: in any case of letters, in any home; else exactly, and only where it is surely known. */
export function seenPath(view: View, atom: Atom, index: number, tighten: boolean): SeenPath {
  if (view.atom !== atom) featuresOf(view, atom);
  let all = tighten ? view.folded : view.exact;
  if (all) {
    const known = all[index];
    if (known) return known;
  } else {
    all = atom.paths.map(notYet);
    if (tighten) view.folded = all;
    else view.exact = all;
  }
  const fact = atom.paths[index] as PathFact;
  const path = tighten ? fact.path.toLowerCase() : fact.path;
  const seen: SeenPath = {
    view,
    tighten,
    fact,
    path,
    name: path.slice(path.lastIndexOf("/") + 1),
    climbed: tighten && path.startsWith("..") ? `/${path.replace(/^(\.\.\/?)+/, "")}` : undefined,
    workspace: null,
    home: null,
    scratch: null,
    apart: undefined,
  };
  all[index] = seen;
  return seen;
}

const notYet = (): undefined => undefined;

function surroundings(view: View, tighten: boolean): Surroundings {
  const known = tighten ? view.foldedFrom : view.exactFrom;
  if (known) return known;
  const { home } = view.action;
  const folder = workspace(view, tighten);
  const found: Surroundings = {
    workspace: tighten ? folder?.toLowerCase() : folder,
    home: tighten ? home?.toLowerCase() : home,
    homeSure: attests(view, "home"),
  };
  if (tighten) view.foldedFrom = found;
  else view.exactFrom = found;
  return found;
}

/** Below the workspace, where that is known. */
export function inWorkspace(seen: SeenPath): string | undefined {
  if (seen.workspace === null) seen.workspace = below(seen.path, surroundings(seen.view, seen.tighten).workspace);
  return seen.workspace;
}

/** Below the home: any home where the rule tightens, the attested one where it loosens. */
export function inHome(seen: SeenPath): string | undefined {
  if (seen.home === null) seen.home = findHome(seen);
  return seen.home;
}

/** Below a scratch folder. */
export function inScratch(seen: SeenPath): string | undefined {
  if (seen.scratch === null) seen.scratch = findScratch(seen);
  return seen.scratch;
}

/** The names that the place is made of; kept, because the next pattern mostly asks about the same one. */
export function apart(seen: SeenPath, place: string): readonly string[] {
  if (seen.apart?.place === place) return seen.apart.segments;
  const rest = place.startsWith("/") ? place.slice(1) : place;
  const segments = rest === "" ? [] : rest.split("/");
  seen.apart = { place, segments };
  return segments;
}

/** The rest of `path` below `folder`; a relative path lies below an unknown folder, if it does not climb out of it. */
function below(path: string, folder: string | undefined): string | undefined {
  const first = path.charCodeAt(0);
  if (first !== 47 && first !== 126 && path[1] !== ":") {
    if (path.startsWith("..") && (path.length === 2 || path[2] === "/")) return undefined;
    return path === "." ? "" : path;
  }
  if (folder === undefined || !path.startsWith(folder)) return undefined;
  if (path.length === folder.length) return "";
  if (folder === "/") return path.slice(path.charCodeAt(1) === 47 ? 2 : 1);
  return path.charCodeAt(folder.length) === 47 ? path.slice(folder.length + 1) : undefined;
}

function findHome({ path, view, tighten }: SeenPath): string | undefined {
  const { home, homeSure } = surroundings(view, tighten);
  if (tighten) {
    const generic = HOMES.exec(path);
    if (generic) return path.slice(generic[0].length + 1);
    return home === undefined || !path.startsWith("/") ? undefined : below(path, home);
  }
  if (path === "~" || path.startsWith("~/")) return path.slice(2);
  return home !== undefined && homeSure && path.startsWith("/") ? below(path, home) : undefined;
}

const SCRATCH = /^(?:\/tmp|\/var\/tmp|\/dev\/shm|\/var\/folders\/[^/]+\/[^/]+\/T)(?=\/|$)/;
/** `$TMPDIR/x` and `${TMPDIR:-/tmp}/x`, without a way to climb out. */
const SCRATCH_VARIABLE = /^"?\$(?:TMPDIR|\{TMPDIR(?::?-\/tmp)?\})(?=["/]|$)/;

/** What lies below a scratch folder may go; but where the workspace lies in it too, others' work may lie there as well. */
function findScratch({ fact, view, tighten }: SeenPath): string | undefined {
  const variable = fact.dynamic ? SCRATCH_VARIABLE.exec(fact.raw) : null;
  if (variable) return fact.raw.includes("..") ? undefined : fact.raw.slice(variable[0].length).replace(/^\/|"$/g, "");
  const found = SCRATCH.exec(fact.path);
  if (!found || fact.dynamic) return undefined;
  if (!tighten && `${view.action.cwd ?? ""}/`.startsWith(`${found[0]}/`)) return undefined;
  return fact.path.slice(found[0].length + 1);
}

const BROAD =
  /^\/?$|^\/(?:bin|boot|dev|etc|lib\w*|proc|run|sbin|sys|opt|mnt|media|srv|System|Library|Applications)(?:\/|$)|^\/(?:usr|var|home|Users|root)$|^\/(?:home|Users)\/[^/]+$|^\/usr\/(?!src\/|local\/src\/)|^\/var\/(?!www\/|folders\/|tmp\/|lib\/jenkins\/|home\/)/;
const NARROW_IN_BROAD = /^\/(?:opt|mnt|media|srv)\/[^/]+/;

/** The folder that "inside the workspace" means; none where that would be the whole machine or a whole home. */
function workspace(view: View, tighten: boolean): string | undefined {
  const { cwd, home } = view.action;
  if (cwd === undefined) return undefined;
  const folder = cwd.length > 1 && cwd.endsWith("/") ? cwd.slice(0, -1) : cwd;
  if (tighten) return folder;
  if (!folder.startsWith("/") || folder.includes("/../") || folder.includes("//") || folder.endsWith("/.."))
    return undefined;
  if (BROAD.test(folder) && !NARROW_IN_BROAD.test(folder)) return undefined;
  return home !== undefined && (home === folder || home.startsWith(`${folder}/`)) ? undefined : folder;
}
