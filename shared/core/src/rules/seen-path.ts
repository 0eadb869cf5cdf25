// seen-path.ts — where a path of an action lies: in the workspace, in a home, in a scratch folder, as far as is known

import type { PathFact } from "@holdpoint/wire/facts.ts";
import { attests, type View } from "./criteria/view.ts";

const HOMES = /^(?:\/home\/[^/]+|\/root|\/users\/[^/]+|\/var\/root|\/mnt\/c\/users\/[^/]+|~[^/]*)(?=\/|$)/;

/** A path as patterns ask about it; made once for each fact and way of looking, its places found when first asked for. */
export interface SeenPath {
  view: View;
  fact: PathFact;
  tighten: boolean;
  path: string;
  /** its last segment */
  name: string;
  segments: readonly string[];
  /** `/rest` of `../../rest` from an unknown folder */
  climbed: string | undefined;
  /** where it lies below a place: "" is the place itself, undefined is elsewhere, null is not yet asked */
  workspace: string | undefined | null;
  home: string | undefined | null;
  scratch: string | undefined | null;
}

/** `tighten`: in any case of letters, in any home; else exactly, and only where it is surely known. */
export function seenPath(view: View, fact: PathFact, tighten: boolean): SeenPath {
  const key = tighten ? "folded" : "exact";
  view.seen[key] ??= new Map();
  const known = view.seen[key].get(fact);
  if (known) return known;
  const path = tighten ? fact.path.toLowerCase() : fact.path;
  const seen: SeenPath = {
    view,
    fact,
    tighten,
    path,
    name: path.slice(path.lastIndexOf("/") + 1),
    segments: path.split("/"),
    climbed: tighten && path.startsWith("..") ? `/${path.replace(/^(\.\.\/?)+/, "")}` : undefined,
    workspace: null,
    home: null,
    scratch: null,
  };
  view.seen[key].set(fact, seen);
  return seen;
}

const same = (text: string): string => text;
const lower = (text: string): string => text.toLowerCase();
const folding = (tighten: boolean) => (tighten ? lower : same);

/** Below the workspace, where that is known. */
export function inWorkspace(seen: SeenPath): string | undefined {
  if (seen.workspace === null)
    seen.workspace = below(seen.path, workspace(seen.view, seen.tighten), folding(seen.tighten));
  return seen.workspace;
}

/** Below the home: any home where the rule tightens, the attested one where it loosens. */
export function inHome(seen: SeenPath): string | undefined {
  if (seen.home === null) seen.home = findHome(seen.view, seen.path, seen.tighten, folding(seen.tighten));
  return seen.home;
}

/** Below a scratch folder. */
export function inScratch(seen: SeenPath): string | undefined {
  if (seen.scratch === null) seen.scratch = findScratch(seen.view, seen.fact, seen.tighten);
  return seen.scratch;
}

/** The rest of `path` below `folder`; a relative path lies below an unknown folder, if it does not climb out of it. */
function below(path: string, folder: string | undefined, fold: (text: string) => string): string | undefined {
  const first = path.charCodeAt(0);
  if (first !== 47 && first !== 126 && path[1] !== ":") {
    if (path.startsWith("..") && (path.length === 2 || path[2] === "/")) return undefined;
    return path === "." ? "" : path;
  }
  if (folder === undefined) return undefined;
  const base = fold(folder);
  if (path === base) return "";
  return path.startsWith(base === "/" ? "/" : `${base}/`) ? path.slice(base.length).replace(/^\//, "") : undefined;
}

function findHome(view: View, path: string, tighten: boolean, fold: (text: string) => string): string | undefined {
  const { home } = view.action;
  if (tighten) {
    const generic = HOMES.exec(path);
    if (generic) return path.slice(generic[0].length + 1);
    return home === undefined || !path.startsWith("/") ? undefined : below(path, home, fold);
  }
  if (path === "~" || path.startsWith("~/")) return path.slice(2);
  return home !== undefined && attests(view, "home") && path.startsWith("/") ? below(path, home, fold) : undefined;
}

const SCRATCH = /^(?:\/tmp|\/var\/tmp|\/dev\/shm|\/var\/folders\/[^/]+\/[^/]+\/T)(?=\/|$)/;
/** `$TMPDIR/x` and `${TMPDIR:-/tmp}/x`, without a way to climb out. */
const SCRATCH_VARIABLE = /^"?\$(?:TMPDIR|\{TMPDIR(?::?-\/tmp)?\})(?=["/]|$)/;

/** What lies below a scratch folder may go; but where the workspace lies in it too, others' work may lie there as well. */
function findScratch(view: View, fact: PathFact, tighten: boolean): string | undefined {
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
export function workspace(view: View, tighten: boolean): string | undefined {
  const { cwd, home } = view.action;
  if (cwd === undefined) return undefined;
  const folder = cwd.length > 1 && cwd.endsWith("/") ? cwd.slice(0, -1) : cwd;
  if (tighten) return folder;
  if (!folder.startsWith("/") || folder.includes("/../") || folder.includes("//") || folder.endsWith("/.."))
    return undefined;
  if (BROAD.test(folder) && !NARROW_IN_BROAD.test(folder)) return undefined;
  return home !== undefined && (home === folder || home.startsWith(`${folder}/`)) ? undefined : folder;
}
