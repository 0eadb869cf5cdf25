// credentials.ts — the API keys of a one-person `up`: the agent's is kept, the person's are shown once (rulings §D2)

import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import type { Keys } from "@holdpoint/store/store.ts";
import type { KeyRequest } from "@holdpoint/wire/access.ts";
import { readIfThere, writePrivate } from "../folder.ts";

export interface PersonKeys {
  approverKey: string;
  adminKey: string;
  auditorKey: string;
}
export interface UpCredentials {
  agentKey: string;
  /** only at the first start, and with `--new-keys` */
  person?: PersonKeys;
}

const BY = { system: "up" };
const agentKeyPath = (folder: string): string => join(folder, "agent.key");

/** A user without an entry in the system's list (some containers) is still somebody. */
function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 0}`;
  }
}

/** rulings §A2: the OS user as owner, environment `development`, role `developer`, this machine's home. */
const agentRequest = (): KeyRequest => ({
  role: "agent",
  agents: ["*"],
  attests: {
    onBehalfOf: osUser(),
    roles: ["developer"],
    environment: { name: "development" },
    home: homedir(),
  },
});

/** The kept key where the store still knows it; else a new one, kept from now on. */
async function agentKey(folder: string, tenant: string, keys: Keys): Promise<string> {
  const path = agentKeyPath(folder);
  const known = readIfThere(path)?.trim();
  if (known !== undefined && (await keys.authenticate(known))?.role === "agent") return known;
  const { key } = await keys.create(tenant, agentRequest(), BY);
  writePrivate(path, `${key}\n`);
  return key;
}

/** Where they are lost, `--new-keys` mints others; those before stay valid until they are deleted. */
async function personKeys(tenant: string, keys: Keys): Promise<PersonKeys> {
  const person = osUser();
  const mint = async (role: KeyRequest["role"]) => (await keys.create(tenant, { role, person }, BY)).key;
  return { approverKey: await mint("approver"), adminKey: await mint("admin"), auditorKey: await mint("auditor") };
}

export async function credentials(
  folder: string,
  tenant: string,
  keys: Keys,
  newKeys: boolean,
): Promise<UpCredentials> {
  const first = !(await keys.list(tenant)).some(({ role }) => role === "admin");
  return {
    agentKey: await agentKey(folder, tenant, keys),
    ...(first || newKeys ? { person: await personKeys(tenant, keys) } : {}),
  };
}
