// registry.ts — every dialect by its name

import type { Dialect } from "./draft.ts";
import { native } from "./native.ts";

export const DIALECTS: Readonly<Record<string, Dialect>> = {
  "native-yaml": native("yaml"),
  "native-json": native("json"),
  "native-toml": native("toml"),
};
