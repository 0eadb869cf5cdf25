// outbound-address.ts — which addresses may be spoken to: public unicast ones, and nothing that leads back inside

import { BlockList, isIP, isIPv4 } from "node:net";

// The special-purpose registries of IANA (RFC 6890 and its updates), plus the metadata address that Azure keeps in public space.
const CLOSED_V4 = [
  ["0.0.0.0", 8], // this host, unspecified
  ["10.0.0.0", 8],
  ["100.64.0.0", 10], // carrier NAT; Alibaba's metadata is in it
  ["127.0.0.0", 8],
  ["168.63.129.16", 32], // Azure's wire server
  ["169.254.0.0", 16], // link-local; most clouds' metadata
  ["172.16.0.0", 12],
  ["192.0.0.0", 24], // protocol assignments; Oracle's metadata
  ["192.0.2.0", 24],
  ["192.31.196.0", 24],
  ["192.52.193.0", 24],
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16],
  ["192.175.48.0", 24],
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, broadcast
] as const;

// Inside 2000::/3, the only block that is global unicast. All else is closed without being listed: `::1`, `::`, mapped
// `::ffff:0:0/96`, NAT64 `64:ff9b::/96`, unique local, link-local, site-local, multicast.
const CLOSED_V6 = [
  ["2001::", 23], // IETF protocols: Teredo, ORCHID, benchmarks
  ["2001:db8::", 32],
  ["2002::", 16], // 6to4 carries an IPv4 address
  ["2620:4f:8000::", 48],
  ["3fff::", 20],
] as const;

const closed = new BlockList();
const globalUnicast = new BlockList();
for (const [net, prefix] of CLOSED_V4) closed.addSubnet(net, prefix, "ipv4");
for (const [net, prefix] of CLOSED_V6) closed.addSubnet(net, prefix, "ipv6");
globalUnicast.addSubnet("2000::", 3, "ipv6");

/** @param address in its numeric form, as a resolver gives it; anything else (a name, a zone id) is not public */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !closed.check(address, "ipv4");
  if (isIP(address) !== 6 || address.includes("%")) return false;
  return globalUnicast.check(address, "ipv6") && !closed.check(address, "ipv6");
}
