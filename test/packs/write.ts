// write.ts — writes what the packs' texts say as YAML beside them, a rule a line: `npm run packs`, after one was changed

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { textDigest } from "@holdpoint/core/packs/read-packs.ts";
import { alwaysSource } from "@holdpoint/core/rules/always.ts";
import { PACK_NAMES, pack } from "@holdpoint/core/rules/packs.ts";
import { readYaml } from "@holdpoint/core/rules/yaml-text.ts";

export const packsFile = join(import.meta.dirname, "..", "..", "shared", "core", "src", "packs", "read-packs.json");

/** The sources that come with Holdpoint and are native YAML. */
export const shippedYaml = [alwaysSource, ...PACK_NAMES.map(pack)].filter(({ dialect }) => dialect === "native-yaml");

/** The text of the file: each pack by the digest of its text, each of its rules on a line. */
export function packsText(): string {
  const packs = shippedYaml.map(({ name, text }) => {
    const value = readYaml(name, text, [])?.value as { rules: unknown[] };
    const { rules, ...rest } = value;
    const words = Object.entries(rest).map(([key, said]) => `  ${JSON.stringify(key)}: ${JSON.stringify(said)},\n`);
    const lines = rules.map((rule) => `    ${JSON.stringify(rule)}`).join(",\n");
    return `"${textDigest(text)}": {\n${words.join("")}  "rules": [\n${lines}\n  ]\n}`;
  });
  return `{\n${packs.join(",\n")}\n}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(packsFile, packsText());
