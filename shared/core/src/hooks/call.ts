// call.ts — what a client says to its hook, read strictly; anything that is not a call we know is a refusal

import type { Json } from "@holdpoint/wire/scalars.ts";
import { parseStrictJson } from "@holdpoint/wire/strict-json.ts";
import type { Client, HookCall, JsonRecord } from "./clients.ts";

/** A tool's result may be large; what we propose is held to the request limits by the gateway. */
const BOUNDS = { depthMax: 200, nodesMax: 1_000_000 };

const isRecord = (value: Json | undefined): value is JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function text(record: JsonRecord, field: string): string {
  const value = record[field];
  if (typeof value !== "string" || value === "") throw new Error(`the client sent no \`${field}\``);
  return value;
}

function arguments_(value: Json | undefined, field: string, mayBeText: boolean): JsonRecord {
  const read = mayBeText && typeof value === "string" ? parseStrictJson(value, BOUNDS) : value;
  if (!isRecord(read)) throw new Error(`\`${field}\`: expected an object of arguments`);
  return read;
}

function moment(said: JsonRecord, { events, fields }: Client): "before" | "after" {
  if (events === undefined) return said[fields.result] === undefined ? "before" : "after";
  const event = said["hook_event_name"];
  if (event === events.before) return "before";
  if (event === events.after) return "after";
  throw new Error(`\`hook_event_name\`: expected ${events.before} or ${events.after}, found ${JSON.stringify(event)}`);
}

/** Throws on everything that is not a complete call of this client. */
export function readCall(input: string, client: Client): HookCall {
  const said = parseStrictJson(input, BOUNDS);
  if (!isRecord(said)) throw new Error("expected an object");
  const { fields } = client;
  const callId = fields.callId === undefined ? undefined : said[fields.callId];
  const cwd = said[fields.cwd];
  const result = said[fields.result];
  return {
    when: moment(said, client),
    session:
      client.sessionless !== undefined && said[fields.session] === undefined
        ? client.sessionless
        : text(said, fields.session),
    ...(typeof callId === "string" && callId !== "" ? { callId } : {}),
    tool: text(said, fields.tool),
    input: arguments_(said[fields.input], fields.input, client.inputMayBeText === true),
    ...(typeof cwd === "string" && cwd !== "" ? { cwd } : {}),
    ...(result === undefined ? {} : { result }),
  };
}
