// registry.ts — every dialect by its name

import type { Dialect } from "./draft.ts";
import { native } from "./native.ts";
import { orderedJson } from "./ordered-json.ts";
import { mergeOverlays } from "./overlay.ts";
import { row } from "./row.ts";
import { tomlEnforcer } from "./toml-enforcer.ts";

export const DIALECTS: Readonly<Record<string, Dialect>> = {
  "native-yaml": native("yaml"),
  "native-json": native("json"),
  "native-toml": native("toml"),
  overlay: (source, problems) => mergeOverlays([source], problems),
  "toml-enforcer": tomlEnforcer,
  "ordered-json": orderedJson,
  row,
};
