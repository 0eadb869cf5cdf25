// policy.ts — policy documents as the store and the API hold them (seed 001's table and what it needs beside)

import { z } from "zod";
import { JsonObject } from "./action.ts";
import { RULE_EFFECTS } from "./decision.ts";
import { name, text } from "./scalars.ts";

export const POLICY_SCOPES = ["global", "tenant", "app", "tool", "workflow", "agent"] as const;
export const PolicyScope = z.enum(POLICY_SCOPES);
export type PolicyScope = z.infer<typeof PolicyScope>;
export const POLICY_STATUSES = ["draft", "active", "shadow", "retired"] as const;
export const PolicyStatus = z.enum(POLICY_STATUSES);
export type PolicyStatus = z.infer<typeof PolicyStatus>;

/** A source text and how to read it. The compiled set is a pure function of a list of these. */
export const PolicySource = z.strictObject({
  /** shown in `rules[].document` and in errors: a file's path or `packs/coding-agent` or a row's name */
  name: name(),
  /** `native-yaml`, `native-json`, `native-toml`, `overlay`, `toml-enforcer`, `ordered-json`, `row` */
  dialect: name(),
  text: z.string(),
  shadow: z.boolean().optional(),
  version: z.int().optional(),
});
export type PolicySource = z.infer<typeof PolicySource>;

/** A column that may be empty: a row as a database prints it says `null`. */
const column = <T extends z.ZodType>(schema: T) =>
  z.union([schema, z.null()]).transform((value) => (value === null ? undefined : value) as z.output<T> | undefined);

/** Create or replace: a row of seed 001, or a whole document. */
export const PolicyRow = z.strictObject({
  id: name().optional(),
  name: name(),
  description: column(text()).optional(),
  scope: PolicyScope,
  selector: column(name()).optional(),
  effect: z.enum([...RULE_EFFECTS, "ask_user", "mixed"]),
  rule_expr: JsonObject,
  status: PolicyStatus.optional(),
  /** of the row that is brought along; ours gets its own */
  created_at: text().optional(),
});
export const PolicyWhole = z.strictObject({
  id: name().optional(),
  name: name(),
  description: text().optional(),
  document: z.union([JsonObject, z.string().max(262_144)]),
});
export const PolicyWrite = z.union([PolicyWhole, PolicyRow]);
export type PolicyWrite = z.infer<typeof PolicyWrite>;
export const PublishRequest = z.strictObject({ as: z.enum(["active", "shadow"]).optional() });
