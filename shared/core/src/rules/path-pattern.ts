// path-pattern.ts — a path pattern of a rule: where it is anchored, and whether a path lies inside or may lie below
//
//   /etc/**      from the root                      ./src/**, ${cwd}/src/**   below the workspace (the action's cwd)
//   ~/.ssh/**    below the home                     **/.env                   anywhere
//   .env, a/b    anywhere in rules that tighten, below the workspace in rules that loosen
//   ${tmp}/**    a scratch folder (/tmp, /var/tmp, $TMPDIR), unless the workspace itself lies in it
//   /etc/        the same as /etc/**
// Rules that tighten match in any case (`.ENV` is `.env` on many disks), in any home (`/home/*`, `/root`, `/Users/*`), and
// behind `../../…` from an unknown folder. Rules that loosen match exactly, and know no workspace where the cwd is so
// broad (`/`, `/etc`, a home) that "inside the workspace" would mean nothing.

import { Fault } from "@holdpoint/wire/fault.ts";
import type { SureWords } from "./criteria/anchors.ts";
import type { SeenPath } from "./criteria/view.ts";
import { compileGlob, expandBraces, type Flavour, type Glob } from "./glob.ts";
import { globsMeet, plainName } from "./glob-meet.ts";
import { apart, inHome, inScratch, inWorkspace } from "./seen-path.ts";

export type Anchor = "root" | "workspace" | "home" | "scratch" | "anywhere";

export interface PathPattern {
  source: string;
  anchor: Anchor;
  glob: Glob;
  /** the segments below the anchor, as patterns */
  segments: string[];
  /** the first of them, where it is a plain name */
  head: string | undefined;
  // of `**/.env`: the name, wherever it lies
  name: string | undefined;
}

export function parsePathPattern(text: string, tighten: boolean, flavour: Flavour): PathPattern[] {
  return expandBraces(text).map((one) => parseOne(one, tighten, flavour));
}

function parseOne(source: string, tighten: boolean, flavour: Flavour): PathPattern {
  let [anchor, rest] = anchorOf(source, tighten || flavour === "crossing");
  if (rest.includes("//")) rest = rest.replaceAll(/\/{2,}/g, "/");
  if (rest.includes("./")) rest = rest.replaceAll(/(^|\/)\.(?=\/)/g, "");
  if (rest.includes("..") && /(^|\/)\.\.(\/|$)/.test(rest))
    throw new Fault("policy_invalid", `the pattern \`${source}\` climbs with \`..\``);
  if (rest.endsWith("/") && rest.length > 1) rest = `${rest}**`;
  if (anchor === "anywhere" && flavour !== "crossing" && !rest.startsWith("**")) rest = `**/${rest}`;
  if (anchor !== "root" && anchor !== "anywhere") rest = rest.replace(/^\//, "");
  if (rest === "") rest = "**";
  if (tighten) rest = rest.toLowerCase();
  const segments = rest.replace(/^\//, "").split("/");
  const [first, second] = segments;
  return {
    source,
    anchor,
    glob: withFolder(rest, flavour, tighten),
    segments,
    head: plainName(first),
    name: anchor === "anywhere" && segments.length === 2 && first === "**" && second !== "**" ? second : undefined,
  };
}

function anchorOf(source: string, tighten: boolean): [Anchor, string] {
  const named = /^(?:\$\{cwd\}|\$\{?PWD\}?|\.)(?=\/|$)/i.exec(source);
  if (named) return ["workspace", source.slice(named[0].length)];
  const home = /^(?:~|\$\{?HOME\}?)(?=\/|$)/i.exec(source);
  if (home) return ["home", source.slice(home[0].length)];
  const scratch = /^\$\{tmp\}(?=\/|$)/i.exec(source);
  if (scratch) return ["scratch", source.slice(scratch[0].length)];
  if (source.startsWith("/")) return ["root", source];
  // A drive of Windows, written either way: its facts have slashes.
  if (/^[A-Za-z]:[\\/]/.test(source)) return ["root", source.replaceAll("\\", "/")];
  if (source.startsWith("**")) return ["anywhere", source];
  return tighten ? ["anywhere", source] : ["workspace", `/${source}`];
}

/** With the seeds' star, `/etc/*` in a deny also means `/etc` itself: deleting the folder deletes what is in it. */
function withFolder(pattern: string, flavour: Flavour, tighten: boolean): Glob {
  const glob = compileGlob(pattern, flavour);
  if (flavour !== "crossing" || !tighten || !/[^*]\/\*+$/.test(pattern)) return glob;
  const folder = compileGlob(pattern.replace(/\/\*+$/, ""), flavour);
  return { ...glob, test: (text) => glob.test(text) || folder.test(text) };
}

/** Is the path inside the pattern? */
export function isInside(pattern: PathPattern, seen: SeenPath): boolean {
  const { glob } = pattern;
  switch (pattern.anchor) {
    case "root":
      return glob.test(seen.path) || (seen.climbed !== undefined && glob.test(seen.climbed));
    case "anywhere":
      return glob.test(seen.path);
    case "workspace":
      return within(glob, inWorkspace(seen));
    case "home":
      return within(glob, inHome(seen));
    case "scratch":
      return within(glob, inScratch(seen));
  }
}

const within = (glob: Glob, rest: string | undefined): boolean => rest !== undefined && glob.test(rest);

/** May something that the pattern names lie at or below the path, or among what a shell pattern in it stands for? */
export function mayReach(pattern: PathPattern, seen: SeenPath, below: boolean): boolean {
  const from = placeOf(pattern.anchor, seen);
  if (from === undefined) return false;
  const { segments: wanted, head } = pattern;
  // What lies anywhere may lie below.
  if (below && wanted[0] === "**") return true;
  if (pattern.name !== undefined && !below) return seen.name === "**" || globsMeet(pattern.name, seen.name);
  // Most patterns start with a name, and most paths with another.
  const first = head === undefined ? undefined : firstName(from);
  if (first !== undefined && first !== head) return false;
  const segments = apart(seen, from);
  /** Which places in the pattern the path may have come to; the last is behind its end. */
  let states = closed([true], wanted);
  for (const segment of segments) {
    const next: boolean[] = [];
    // `**` on the path's side, from a search: any folders, so any place further on in the pattern.
    if (segment === "**") for (let at = states.indexOf(true); at <= wanted.length; at += 1) next[at] = true;
    else
      for (let at = 0; at < wanted.length; at += 1) {
        if (!states[at]) continue;
        const one = wanted[at] as string;
        if (one === "**") next[at] = true;
        else if (globsMeet(one, segment)) next[at + 1] = true;
      }
    states = closed(next, wanted);
    if (!states.includes(true)) return false;
  }
  return below || states[wanted.length] === true;
}

/** The first name of a place, where it has one and that is no pattern. */
export function firstName(place: string): string | undefined {
  const from = place.charCodeAt(0) === 47 ? 1 : 0;
  const slash = place.indexOf("/", from);
  const first = place.slice(from, slash < 0 ? place.length : slash);
  return first === "" ? undefined : plainName(first);
}

/** `**` may stand for nothing: whoever is before it may be behind it. */
function closed(states: boolean[], segments: readonly string[]): boolean[] {
  for (const [at, segment] of segments.entries()) if (segment === "**" && states[at]) states[at + 1] = true;
  return states;
}

export const placeOf = (anchor: Anchor, seen: SeenPath): string | undefined => {
  if (anchor === "workspace") return inWorkspace(seen);
  if (anchor === "home") return inHome(seen);
  return anchor === "scratch" ? inScratch(seen) : seen.path;
};

/** Words of which every path inside the pattern holds all: `.ssh` of `~/.ssh/**`, `pem` of `*.pem`. None = there is none that is sure. */
export function sureWords({ segments, glob }: PathPattern): SureWords | undefined {
  if (glob.source.includes("\\")) return undefined;
  const whole: string[] = [];
  for (const segment of segments)
    if (segment !== "" && !segment.includes("*") && !segment.includes("?")) whole.push(segment.toLowerCase());
  if (whole.length > 0) return { of: "segment", names: whole };
  const last = segments.at(-1) ?? "";
  if (last.includes("**")) return undefined;
  const names = Array.from(last.matchAll(/(?<=^|[-_.])[^-_.*?]+(?=[-_.]|$)/g), ([word]) => word.toLowerCase());
  return names.length > 0 ? { of: "word", names } : undefined;
}
