// inside.ts — does a URL lead to this machine or its network? Asked of Node's own parser, which is not what is measured

import { BlockList, isIP } from "node:net";
import type { Json } from "@holdpoint/wire/scalars.ts";

const inside = new BlockList();
for (const [net, bits] of [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  ["100.64.0.0", 10],
  ["0.0.0.0", 8],
] as const)
  inside.addSubnet(net, bits, "ipv4");
for (const [net, bits] of [
  ["::", 127],
  ["fc00::", 7],
  ["fe80::", 10],
] as const)
  inside.addSubnet(net, bits, "ipv6");

/** Names of this machine and of services that hand out credentials. */
const NAMES =
  /(^|\.)(localhost|localtest\.me|lvh\.me|metadata(\.google)?(\.internal)?|instance-data)\.?$|\.nip\.io$|\.xip\.io$/;

export function leadsInside(url: Json | undefined): boolean {
  if (typeof url !== "string") return false;
  if (!/^https?:/i.test(url)) return true;
  // What no parser accepts may still be accepted by whoever fetches it.
  if (!URL.canParse(url)) return true;
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(host);
  if (family > 0) return inside.check(host, family === 4 ? "ipv4" : "ipv6");
  return NAMES.test(host);
}
