// schemas.ts — JSON Schemas (2020-12) of everything that crosses a process, generated from the zod schemas
// run it to write shared/wire/schemas/*.json; a test fails when they differ from what is committed

import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { Attests, KeyRequest, KillSwitchRequest, PersonRequest, SessionRequest } from "./access.ts";
import { Action, Bindings, JsonObject, Proposal, ProposedAction } from "./action.ts";
import {
  Approval,
  Card,
  Delegation,
  DelegationRequest,
  InfoRequest,
  StandingGrant,
  Vote,
  VoteRequest,
} from "./approval.ts";
import { Decision, Finding } from "./decision.ts";
import { Event } from "./event.ts";
import { CancelRequest, ClaimRequest, EscalateRequest, Grant, HeartbeatRequest, ReportRequest } from "./grant.ts";
import { PolicyWrite, PublishRequest } from "./policy.ts";
import { Problem } from "./problem.ts";

/** File name → schema. Requests are described as what may be sent, answers as what is sent. */
export const publicSchemas = {
  proposal: Proposal,
  "proposed-action": ProposedAction,
  bindings: Bindings,
  action: Action,
  decision: Decision,
  finding: Finding,
  approval: Approval,
  card: Card,
  vote: Vote,
  "vote-request": VoteRequest,
  "info-request": InfoRequest,
  delegation: Delegation,
  "delegation-request": DelegationRequest,
  "standing-grant": StandingGrant,
  grant: Grant,
  "claim-request": ClaimRequest,
  "heartbeat-request": HeartbeatRequest,
  "report-request": ReportRequest,
  "cancel-request": CancelRequest,
  "escalate-request": EscalateRequest,
  event: Event,
  problem: Problem,
  "key-request": KeyRequest,
  attests: Attests,
  "person-request": PersonRequest,
  "session-request": SessionRequest,
  "kill-switch-request": KillSwitchRequest,
  "policy-write": PolicyWrite,
  "publish-request": PublishRequest,
} as const satisfies Record<string, z.ZodType>;

export type PublicSchema = keyof typeof publicSchemas;

/** One schema as JSON Schema. `$id` is a name, not an address: nothing is fetched. */
export function jsonSchema(name: PublicSchema): Record<string, unknown> {
  const schema = z.toJSONSchema(publicSchemas[name], {
    target: "draft-2020-12",
    io: "input",
    unrepresentable: "any",
    override({ zodSchema, jsonSchema: json }) {
      // A custom check has no JSON Schema of its own: what it means is said here.
      if ((zodSchema as unknown) === JsonObject) json.type = "object";
    },
  });
  const { $schema, ...rest } = schema;
  return { $schema, $id: `urn:holdpoint:schema:v1:${name}`, title: name, ...rest };
}

/** The text of a schema's file. */
export const schemaText = (name: PublicSchema): string => `${JSON.stringify(jsonSchema(name), null, 2)}\n`;

export const schemaNames = Object.keys(publicSchemas) as PublicSchema[];

function writeSchemas(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) {
    if (file.endsWith(".json") && !schemaNames.some((name) => file === `${name}.json`)) rmSync(join(folder, file));
  }
  for (const name of schemaNames) writeFileSync(join(folder, `${name}.json`), schemaText(name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeSchemas(join(import.meta.dirname, "..", "schemas"));
