// registry.ts — every dialect by its name

import { claudePermissions } from "./claude-permissions.ts";
import { codexRules } from "./codex-rules.ts";
import type { Dialect } from "./draft.ts";
import { geminiToml } from "./gemini-toml.ts";
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
  "claude-permissions": claudePermissions,
  "gemini-toml": geminiToml("default"),
  "gemini-toml-auto-edit": geminiToml("autoEdit"),
  "gemini-toml-yolo": geminiToml("yolo"),
  "codex-rules": codexRules,
};
