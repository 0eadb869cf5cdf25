// strings.ts — every string of the arguments with its JSON pointer, in the order they stand there

import { limits } from "@holdpoint/wire/limits.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";

export interface Found {
  at: string;
  text: string;
  /** the nearest object key above it */
  key: string;
}

const escaped = (key: string): string =>
  key.includes("~") || key.includes("/") ? key.replaceAll("~", "~0").replaceAll("/", "~1") : key;

/** A name of an argument; the names of one object are taken for a text, each on a line of its own. */
export interface FoundName {
  /** of the object */
  at: string;
  text: string;
  /** where in that text it begins */
  from: number;
}

export interface Strings {
  found: Found[];
  names: FoundName[];
  /** more nodes, text or names than are read */
  cut: boolean;
}

export function collectStrings(args: { [key: string]: Json }): Strings {
  const found: Found[] = [];
  const names: FoundName[] = [];
  let cut = false;
  let nodes = 0;
  let chars = 0;
  let pointerChars = 0;
  const open: { value: Json | undefined; at: string; key: string }[] = [{ value: args, at: "", key: "" }];
  while (open.length > 0) {
    const { value, at, key } = open.pop()!;
    pointerChars += at.length;
    if (++nodes > limits.jsonNodesMax || pointerChars > limits.pointerCharsMax) {
      cut = true;
      break;
    }
    if (typeof value === "string") {
      chars += value.length;
      if (chars > limits.stringsScannedBytesMax) cut = true;
      found.push({ at, text: value, key });
    } else if (Array.isArray(value)) {
      for (let i = value.length - 1; i >= 0; i--) open.push({ value: value[i], at: `${at}/${i}`, key });
    } else if (typeof value === "object" && value !== null) {
      const keys = Object.keys(value);
      addNames(keys, at, names);
      for (let i = keys.length - 1; i >= 0; i--)
        open.push({ value: value[keys[i]!], at: `${at}/${escaped(keys[i]!)}`, key: keys[i]! });
    }
  }
  return { found, names, cut };
}

/** Shorter ones hold no secret that is known by its looks. */
const NAME_CHARS_MIN = 8;

function addNames(keys: readonly string[], at: string, names: FoundName[]): void {
  let from = 0;
  for (const text of keys) {
    if (text.length >= NAME_CHARS_MIN) names.push({ at, text, from });
    from += text.length + 1;
  }
}
