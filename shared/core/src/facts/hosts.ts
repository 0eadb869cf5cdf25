// hosts.ts — which machine a text names: URLs and host words in every notation, and the zone they lie in

import type { HostFact, HostZone } from "@holdpoint/wire/facts.ts";
import { parseAddress, zoneOfAddress } from "./addresses.ts";

export interface Target {
  host: string;
  zone: HostZone;
  scheme?: string;
  port?: number;
  userinfo?: boolean;
}

const METADATA_NAMES = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "instance-data",
  "instance-data.ec2.internal",
  "metadata.azure.com",
  "metadata.azure.internal",
  "metadata.tencentyun.com",
  "rancher-metadata",
  "metadata.packet.net",
  "metadata.platformequinix.com",
  "metadata.cloud.ibm.com",
]);
const LOOPBACK_NAMES = new Set([
  "localhost",
  "localhost.localdomain",
  "ip6-localhost",
  "ip6-loopback",
  "host.docker.internal",
]);
/** Public names that always answer with loopback. */
const LOOPBACK_ZONES = ["localhost", "localtest.me", "lvh.me", "vcap.me", "lacolhost.com", "fuf.me", "localho.st"];
/** Names that answer with whatever their owner likes, or hand on to it: nothing public about what stands behind. */
const STRANGE_ZONES = [
  "r3dir.me",
  "ssrf.localdomain.pw",
  "lock.cmpxchg8b.com",
  "burpcollaborator.net",
  "oastify.com",
  "interact.sh",
  "oast.pro",
  "oast.live",
  "oast.fun",
  "oast.me",
  "oast.site",
  "requestbin.net",
  "pipedream.net",
  "webhook.site",
  "dnslog.cn",
  "ngrok.io",
  "ngrok.app",
  "ngrok-free.app",
  "trycloudflare.com",
  "localhost.run",
  "serveo.net",
  "loca.lt",
  "beeceptor.com",
  "requestcatcher.com",
  "hookb.in",
  "postb.in",
  "canarytokens.com",
  // these answer with one address and then with another
  "rbndr.us",
  "rebind.network",
  "1u.ms",
];
/** Services that answer with the address spelled in the name. */
const ADDRESS_ZONES = ["nip.io", "sslip.io", "xip.io", "traefik.me", "local-ip.co", "backname.io"];
const PRIVATE_SUFFIXES = ["local", "internal", "lan", "intranet", "corp", "home", "home.arpa", "cluster.local", "svc"];

const endsWithLabel = (host: string, zone: string): boolean => host === zone || host.endsWith(`.${zone}`);

function zoneOfName(host: string): HostZone {
  if (METADATA_NAMES.has(host)) return "metadata";
  if (LOOPBACK_NAMES.has(host)) return "loopback";
  if (!host.includes(".")) return "unknown";
  if (LOOPBACK_ZONES.some((zone) => endsWithLabel(host, zone))) return "loopback";
  for (const zone of ADDRESS_ZONES) {
    if (!endsWithLabel(host, zone)) continue;
    const spelled = /(?:^|[.-])(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})\./.exec(host);
    const hex = /(?:^|\.)([0-9a-f]{8})\./.exec(host);
    const address = parseAddress(spelled ? spelled.slice(1).join(".") : hex ? `0x${hex[1]}` : "");
    return address ? zoneOfAddress(address) : "unknown";
  }
  if (STRANGE_ZONES.some((zone) => endsWithLabel(host, zone))) return "unknown";
  // What ends in a number is an address or nothing; what holds odd characters is read differently by each reader.
  if (!/^[a-z0-9._-]+$/.test(host) || /(^|\.)(\d+|0x[0-9a-f]*)$/.test(host)) return "unknown";
  if (PRIVATE_SUFFIXES.some((zone) => endsWithLabel(host, zone))) return "private";
  return "public";
}

/** NFKC and punycode as a resolver would see it; what cannot be encoded stays, lower-cased, zone unknown. */
function ascii(host: string): string {
  let plain = true;
  for (let i = 0; i < host.length; i++) if (host.charCodeAt(i) > 126) plain = false;
  if (plain) return host.toLowerCase();
  try {
    return new URL(`http://${host}/`).hostname;
  } catch (error) {
    if (error instanceof TypeError) return host.normalize("NFKC").toLowerCase();
    throw error;
  }
}

/** A bare host word, as in `ssh host` or between `//` and `/` of a URL. */
export function namedHost(text: string): { host: string; zone: HostZone } {
  let host = text.includes("%") ? percentDecoded(text) : text;
  host = ascii(host);
  if (host.startsWith("[") && host.endsWith("]")) host = host.slice(1, -1);
  while (host.endsWith(".")) host = host.slice(0, -1);
  const address = parseAddress(host);
  if (address) return { host: address.text, zone: zoneOfAddress(address) };
  return { host, zone: zoneOfName(host) };
}

function percentDecoded(text: string): string {
  // A zone id (`fe80::1%eth0`) is no escape.
  if (text.includes(":")) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

const isSchemeChar = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 48 && code <= 57) ||
  code === 43 ||
  code === 45 ||
  code === 46;

/** `https` of `https://x`, lower-case; undefined where the text has no `scheme:`. */
export function schemeOf(text: string): string | undefined {
  for (let i = 0; i < text.length && i < 32; i++) {
    const code = text.charCodeAt(i);
    if (code === 58) return i > 0 ? text.slice(0, i).toLowerCase() : undefined;
    if (!isSchemeChar(code)) return undefined;
  }
  return undefined;
}

/**
 * Every machine that some reader of this URL would go to. Readers disagree about `\`, several `@` and control characters:
 * then each reading is returned.
 */
export function urlTargets(url: string): Target[] {
  let text = stripInvisible(url);
  let scheme = schemeOf(text);
  if (scheme !== undefined && text.startsWith(":", scheme.length)) {
    const after = text.slice(scheme.length + 1);
    // `localhost:8080/x` and `user:pw@host` have no scheme: what follows the colon is a port or a password.
    if (!after.startsWith("/") && !after.startsWith("\\") && !NESTED.has(scheme)) scheme = undefined;
    else if (NESTED.has(scheme)) {
      const inner = urlTargets(after.replace(/!.*$/s, ""));
      return inner.map((target) => ({ ...target, scheme: scheme! }));
    } else text = after;
  }
  let start = 0;
  while (text[start] === "/" || text[start] === "\\") start++;
  let end = start;
  while (end < text.length && !"/?#".includes(text[end]!)) end++;
  const authority = text.slice(start, end);
  const readings = new Set<string>();
  if (authority.includes("\\")) {
    readings.add(authority.slice(0, authority.indexOf("\\")));
    readings.add(authority.slice(authority.lastIndexOf("\\") + 1));
  } else readings.add(authority);
  const targets: Target[] = [];
  for (const reading of readings) {
    const at = reading.lastIndexOf("@");
    targets.push(fromAuthority(reading.slice(at + 1), scheme, at >= 0));
    const first = reading.indexOf("@");
    if (first >= 0 && first !== at) targets.push(fromAuthority(reading.slice(first + 1, at), scheme, true));
  }
  const hash = text.indexOf("#", start);
  // `http://good#@evil/`: some readers cut at `#`, some at `@`.
  if (hash >= 0 && text.indexOf("@", hash) >= 0 && end === hash)
    targets.push(fromAuthority(text.slice(text.indexOf("@", hash) + 1).split(/[/?#]/, 1)[0]!, scheme, true));
  return targets.filter((target) => target.host !== "");
}

const NESTED = new Set(["jar", "view-source", "feed", "blob", "url"]);

/** White space and controls that URL readers drop or refuse. */
function stripInvisible(text: string): string {
  return text.replaceAll(/[\0-\x20]+/g, "");
}

function fromAuthority(authority: string, scheme: string | undefined, userinfo: boolean): Target {
  let host = authority;
  let port: number | undefined;
  if (authority.startsWith("[")) {
    const close = authority.indexOf("]");
    if (close < 0) host = authority.slice(1);
    else if (close > 0) {
      host = authority.slice(0, close + 1);
      port = portOf(authority.slice(close + 2));
    }
  } else {
    const colon = authority.lastIndexOf(":");
    if (colon >= 0 && authority.indexOf(":") === colon) {
      host = authority.slice(0, colon);
      port = portOf(authority.slice(colon + 1));
    } else if (colon >= 0 && !parseAddress(authority)) host = authority.slice(0, authority.indexOf(":"));
  }
  const target: Target = namedHost(host);
  if (scheme !== undefined) target.scheme = scheme;
  if (port !== undefined) target.port = port;
  if (userinfo) target.userinfo = true;
  return target;
}

function portOf(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) ? Number(text) : undefined;
}

export function hostFact(
  raw: string,
  target: Target,
  at: string,
  extra?: { upload?: boolean; dynamic?: boolean },
): HostFact {
  const fact: HostFact = { raw, host: target.host, zone: target.zone, at };
  if (target.scheme !== undefined) fact.scheme = target.scheme;
  if (target.port !== undefined) fact.port = target.port;
  if (target.userinfo) fact.userinfo = true;
  if (extra?.upload) fact.upload = true;
  if (extra?.dynamic) fact.dynamic = true;
  return fact;
}
