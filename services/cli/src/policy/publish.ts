// publish.ts — `holdpoint policy publish`: a document to a running gateway, and waiting until every live worker runs it

import { basename, extname } from "node:path";
import type { Client } from "@holdpoint/client/client.ts";
import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { asNative } from "@holdpoint/core/rules/exchange/as-native.ts";
import { loadPolicySources } from "@holdpoint/engine/policy-files.ts";
import { Fault, isFault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { z } from "zod";
import { openClient } from "../api.ts";
import type { AccessOptions } from "../gateway-url.ts";
import { writeOut } from "../output.ts";
import { harmless } from "../terminal.ts";

export interface PublishOptions extends AccessOptions {
  name?: string;
  id?: string;
  draft?: boolean;
  shadow?: boolean;
}

const Written = z.looseObject({ id: z.string(), name: z.string(), version: z.int(), etag: z.string() });
type Written = z.infer<typeof Written>;
const Page = z.looseObject({ items: z.array(Written), next: z.string().optional() });
const Published = Written.extend({ digest: z.string() });

/**
 * Writes each document under its name (a new policy, or a new version of the one that is called so) and publishes it.
 * With `--draft` it is written only, with `--id` published only: in a fleet these are two people. Exits 0 when every
 * live worker runs it.
 */
export async function policyPublish(files: readonly string[], options: PublishOptions): Promise<number> {
  if (options.id !== undefined && (files.length > 0 || options.draft))
    throw new Fault("invalid", "--id publishes what is written already: name no file, and no --draft, beside it");
  if (options.id === undefined && files.length === 0)
    throw new Fault("invalid", "expected a policy file, or --id of a policy that is written already");
  const documents = files.map(documentOf);
  if (options.name !== undefined && documents.length > 1)
    throw new Fault("invalid", "--name is for one file; without it each is called as its file");
  const client = await openClient(options);
  if (options.id !== undefined) return publish(client, options.id, options);
  for (const { name, text } of documents) {
    const written = await write(client, options.name ?? name, text);
    await writeOut(`${written.id} written: ${harmless(written.name)}, version ${written.version}\n`);
    if (!options.draft) await publish(client, written.id, options);
  }
  return 0;
}

/** What does not compile here is not sent. Documents of other dialects are sent as native ones, where these say the same. */
function documentOf(path: string): { name: string; text: string } {
  const sources = loadPolicySources([path]);
  compileSet(sources);
  const [source, more] = sources;
  if (!source || (more && sources.some(({ dialect }) => dialect !== "overlay")))
    throw new Fault("invalid", `\`${path}\`: expected one document; name the files of a folder one by one`);
  const bare = basename(more ? path : source.name);
  return { name: bare.slice(0, bare.length - extname(bare).length) || bare, text: textOf(sources, source) };
}

function textOf(sources: readonly PolicySource[], source: PolicySource): string {
  if (sources.length === 1 && source.dialect === "native-yaml") return source.text;
  const { text, left } = asNative(sources);
  for (const why of left) process.stderr.write(`! ${harmless(source.name)}: ${harmless(why)}\n`);
  return text;
}

async function write(client: Client, name: string, text: string): Promise<Written> {
  const body = { name, document: text };
  const known = await named(client, name);
  if (!known) return client.request("POST", "/v1/policies", Written, { body });
  const path = `/v1/policies/${encodeURIComponent(known.id)}`;
  return client.request("PUT", path, Written, { body, ifMatch: known.etag });
}

async function named(client: Client, name: string): Promise<Written | undefined> {
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? {} : { cursor };
    const page = await client.request("GET", "/v1/policies", Page, { query });
    const found = page.items.find((item) => item.name === name && item["status"] !== "retired");
    if (found) return found;
    cursor = page.next;
  } while (cursor !== undefined);
  return undefined;
}

async function publish(client: Client, id: string, options: PublishOptions): Promise<number> {
  const path = `/v1/policies/${encodeURIComponent(id)}/publish`;
  const body = options.shadow ? { as: "shadow" } : {};
  try {
    const { digest, version } = await client.request("POST", path, Published, { body, waitMs: limits.policyAckMs });
    const how = options.shadow ? "watched beside what runs" : "acknowledged by every live worker";
    await writeOut(`${id} published: version ${version}, ${how}, ${digest}\n`);
    return 0;
  } catch (error) {
    if (!isFault(error) || error.code !== "two_person_required") throw error;
    const next = `holdpoint policy publish --id ${id}`;
    throw new Fault(error.code, `${error.message}; it is written, and somebody else publishes it with: ${next}`);
  }
}
