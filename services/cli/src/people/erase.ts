// erase.ts — `holdpoint erase <action>`: takes the arguments of an ended action out of the store

import { z } from "zod";
import { openClient } from "../api.ts";
import type { AccessOptions } from "../gateway-url.ts";
import { writeOut } from "../output.ts";
import { ask, saysYes } from "../prompt.ts";

export interface EraseOptions extends AccessOptions {
  reason?: string;
  yes?: boolean;
}

/** In a terminal it asks first: nothing brings the arguments back. */
export async function erase(actionId: string, options: EraseOptions): Promise<number> {
  const question = `erase what ${actionId} was given? Nothing brings it back. [y/N] `;
  if (!options.yes && process.stdin.isTTY && !saysYes(await ask(question))) {
    process.stderr.write("nothing was erased\n");
    return 2;
  }
  const client = await openClient(options);
  const path = `/v1/actions/${encodeURIComponent(actionId)}/erase`;
  const body = options.reason === undefined ? {} : { reason: options.reason };
  await client.request("POST", path, z.looseObject({}), { body });
  await writeOut(`${actionId} erased\n`);
  return 0;
}
