// packs.ts — the policies that come with Holdpoint, by name

import { Fault } from "@holdpoint/wire/fault.ts";
import { nearestWord } from "@holdpoint/wire/nearest-word.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { codingAgent } from "../packs/coding-agent.ts";
import { production } from "../packs/production.ts";
import { readOnly } from "../packs/read-only.ts";
import { workstation } from "../packs/workstation.ts";

export const PACK_NAMES = ["coding-agent", "workstation", "read-only", "production"] as const;
export type PackName = (typeof PACK_NAMES)[number];

const TEXTS: Readonly<Record<PackName, string>> = {
  "coding-agent": codingAgent,
  workstation,
  "read-only": readOnly,
  production,
};
/** The workstation is an overlay, so that files of a `policy.d` are laid over it. */
const OVERLAYS: readonly PackName[] = ["workstation"];

/** Is the source a pack, unchanged? */
export const isPack = ({ text }: PolicySource): boolean => Object.values(TEXTS).includes(text);

/** A pack as a policy source: `packs/coding-agent`. */
export function pack(name: PackName): PolicySource {
  const text = Object.hasOwn(TEXTS, name) ? TEXTS[name] : undefined;
  if (text === undefined) {
    const near = nearestWord(name, PACK_NAMES);
    throw new Fault("policy_invalid", `\`${name}\` is no pack${near ? `; did you mean \`${near}\`?` : ""}`);
  }
  return { name: `packs/${name}`, dialect: OVERLAYS.includes(name) ? "overlay" : "native-yaml", text };
}
