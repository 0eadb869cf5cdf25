// lending.ts — `holdpoint delegate` and `delegations`: one's roles in somebody else's hands for a time

import { Delegation } from "@holdpoint/wire/approval.ts";
import { z } from "zod";
import { openClient } from "../api.ts";
import type { AccessOptions } from "../gateway-url.ts";
import { writeOut } from "../output.ts";
import { harmless, paintFor, table } from "../terminal.ts";
import { idOf } from "./ids.ts";
import { untilOf } from "./until.ts";

export interface LendingOptions extends AccessOptions {
  until: string;
  /** one request only */
  approval?: string;
}

const Lent = z.looseObject({ id: z.string(), to: z.string(), until: z.string() });
const List = z.looseObject({ items: z.array(z.looseObject(Delegation.shape)) });

export async function delegate(to: string, options: LendingOptions): Promise<number> {
  const only = options.approval === undefined ? {} : { approvalId: idOf("apr", options.approval) };
  const body = { to, until: untilOf("--until", options.until, Date.now()), ...only };
  const lent = await (await openClient(options)).request("POST", "/v1/delegations", Lent, { body });
  const what = options.approval ?? "every request";
  await writeOut(`${lent.id} ${harmless(lent.to)} may answer ${what} for you until ${lent.until}\n`);
  return 0;
}

export async function delegations(options: AccessOptions & { json?: boolean }): Promise<number> {
  const { items } = await (await openClient(options)).request("GET", "/v1/delegations", List);
  if (options.json) return writeOut(items.map((item) => `${JSON.stringify(item)}\n`).join("")).then(() => 0);
  const rows = items.map(({ id, from, to, until, approvalId }) => [
    id,
    harmless(from),
    harmless(to),
    approvalId ?? "every request",
    until,
  ]);
  const head = ["id", "from", "to", "for", "until"];
  await writeOut(
    items.length === 0 ? "nobody has lent anything\n" : `${table(head, rows, paintFor(process.stdout))}\n`,
  );
  return 0;
}

export async function endDelegation(id: string, options: AccessOptions): Promise<number> {
  await (await openClient(options)).request("DELETE", `/v1/delegations/${idOf("dlg", id)}`, z.undefined());
  await writeOut(`${id} ended\n`);
  return 0;
}
