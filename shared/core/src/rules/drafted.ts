// drafted.ts — sources read by their dialects: the first and longest half of compiling, which may be done in another thread

import { nearestWord } from "@holdpoint/wire/nearest-word.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import type { Draft } from "./dialects/draft.ts";
import { mergeOverlays } from "./dialects/overlay.ts";
import { DIALECTS } from "./dialects/registry.ts";
import { isPack } from "./packs.ts";
import type { Problem } from "./problems.ts";

/** A source with what its dialect made of it; overlay files together are one. */
export interface DraftedSource {
  source: PolicySource;
  draft: Draft;
}

/** All sources of a set, read. */
export interface DraftedSet {
  live: DraftedSource[];
  shadow: DraftedSource[];
  /** its examples were tried and its errors looked for: where it was read all of it was compiled */
  checked: boolean;
}

const isLive = ({ shadow }: PolicySource): boolean => shadow !== true;

export const draftSet = (sources: readonly PolicySource[], problems: Problem[]): DraftedSet => ({
  live: draftSources(sources.filter(isLive), problems),
  shadow: draftSources(
    sources.filter((source) => !isLive(source)),
    problems,
  ),
  checked: false,
});

/** The same for another thread: nothing but data. Places are lost, so only what compiled may go. */
export const packed = ({ live, shadow }: DraftedSet): DraftedSet => {
  const one = ({ source, draft: { locate: _locate, ...draft } }: DraftedSource) => ({ source, draft: draft as Draft });
  return { live: live.map(one), shadow: shadow.map(one), checked: true };
};
export const unpacked = ({ live, shadow, checked }: DraftedSet): DraftedSet => {
  const locate: Draft["locate"] = () => ({ line: 1, column: 1 });
  const one = ({ source, draft }: DraftedSource) => ({ source, draft: { ...draft, locate } });
  return { live: live.map(one), shadow: shadow.map(one), checked };
};

/** Overlay files are one document together (seed 002), every other source is one by itself. Problems are pushed. */
export function draftSources(sources: readonly PolicySource[], problems: Problem[]): DraftedSource[] {
  const overlays = sources.filter(({ dialect }) => dialect === "overlay");
  const others = sources.filter((source) => !overlays.includes(source));
  const drafted = others.map((source) => draftOf(source, problems));
  const [first] = overlays;
  if (first) {
    const before = problems.length;
    const draft = mergeOverlays(overlays, problems);
    const folder = first.name.replace(/\/?[^/]*$/, "") || first.name;
    const whole = { name: folder, text: overlays.map(({ text }) => text).join("\n") };
    const source = overlays.length === 1 ? first : { ...first, ...whole };
    if (draft && problems.length === before) drafted.push({ source, draft });
  }
  return drafted.filter((one) => one !== undefined);
}

/** What our packs say is the same each time, and most sets hold one. */
const packDrafts = new Map<string, Draft>();

export function draftOf(source: PolicySource, problems: Problem[]): DraftedSource | undefined {
  const dialect = Object.hasOwn(DIALECTS, source.dialect) ? DIALECTS[source.dialect] : undefined;
  if (!dialect) {
    const near = nearestWord(source.dialect, Object.keys(DIALECTS));
    const message = `\`${source.dialect}\` is no dialect${near ? `; did you mean \`${near}\`?` : ""}`;
    problems.push({ file: source.name, line: 1, column: 1, message });
    return undefined;
  }
  const key = isPack(source) ? `${source.dialect} ${source.text}` : undefined;
  const known = key === undefined ? undefined : packDrafts.get(key);
  if (known) return { source, draft: known };
  const before = problems.length;
  const draft = dialect(source, problems);
  if (draft?.broken) return { source, draft };
  if (!draft || problems.length !== before) return undefined;
  if (key !== undefined) {
    let again: Draft | undefined;
    // Where its words stand is hardly ever asked, and takes much to keep.
    const locate: Draft["locate"] = (...where) => {
      again ??= dialect(source, []);
      return again?.locate(...where) ?? { line: 1, column: 1 };
    };
    packDrafts.set(key, { ...draft, locate });
  }
  return { source, draft };
}
