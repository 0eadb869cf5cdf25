// standing.ts — `holdpoint grants` and `denials`: what answers without a person, and how it is ended

import { StandingGrant } from "@holdpoint/wire/approval.ts";
import { z } from "zod";
import { openClient } from "../api.ts";
import type { AccessOptions } from "../gateway-url.ts";
import { writeOut } from "../output.ts";
import { cut, harmless, paintFor, table } from "../terminal.ts";
import { idOf } from "./ids.ts";

type Listing = AccessOptions & { json?: boolean };

const Grants = z.looseObject({ items: z.array(z.looseObject(StandingGrant.shape)) });
const Denials = z.looseObject({ items: z.array(z.looseObject({ approvalId: z.string(), until: z.string() })) });

const COVERS_COLUMNS = 50;

async function written(items: readonly object[], head: string[], rows: string[][], none: string, json?: boolean) {
  if (json) await writeOut(items.map((item) => `${JSON.stringify(item)}\n`).join(""));
  else if (items.length === 0) await writeOut(`${none}\n`);
  else await writeOut(`${table(head, rows, paintFor(process.stdout))}\n`);
  return 0;
}

type Grant = z.infer<typeof Grants>["items"][number];
/** A command as itself; what else there may be beside it is in the JSON. */
const covered = ({ covers: { tool, args } }: Grant): string => {
  const { command } = args;
  return cut(harmless(typeof command === "string" ? command : `${tool} ${JSON.stringify(args)}`), COVERS_COLUMNS);
};
const ends = ({ endedAt, usesLeft, until }: Grant): string => {
  if (endedAt !== undefined) return `revoked ${endedAt}`;
  return usesLeft === 0 ? "used up" : until;
};

export async function grants(options: Listing): Promise<number> {
  const { items } = await (await openClient(options)).request("GET", "/v1/grants", Grants);
  const rows = items.map((grant) => [
    grant.id,
    covered(grant),
    harmless(grant.agent),
    harmless(grant.by),
    grant.usesLeft === undefined ? grant.scope : `${grant.usesLeft} times`,
    ends(grant),
  ]);
  return written(items, ["id", "covers", "agent", "by", "for", "until"], rows, "no standing grants", options.json);
}

/** What it gave and nobody has claimed is asked about again. */
export async function revokeGrant(id: string, options: AccessOptions): Promise<number> {
  await (await openClient(options)).request("DELETE", `/v1/grants/${idOf("grt", id)}`, z.undefined());
  await writeOut(`${id} revoked\n`);
  return 0;
}

export async function denials(options: Listing): Promise<number> {
  const { items } = await (await openClient(options)).request("GET", "/v1/denials", Denials);
  const rows = items.map(({ approvalId, until }) => [approvalId, until]);
  return written(items, ["approval", "remembered until"], rows, "no denial is remembered", options.json);
}

/** The next ask of the same is shown to people again. */
export async function forgetDenial(id: string, options: AccessOptions): Promise<number> {
  await (await openClient(options)).request("DELETE", `/v1/denials/${idOf("apr", id)}`, z.undefined());
  await writeOut(`${id} forgotten\n`);
  return 0;
}
