// egress.ts — where an action talks to: unknown hosts, uploads to them, and addresses that hide where they lead

import type { Finding } from "@holdpoint/wire/decision.ts";
import type { HostFact } from "@holdpoint/wire/facts.ts";
import type { Checker } from "./checker.ts";
import { findingsOf, strictestFirst } from "./finding.ts";
import { everydayHosts, hostListed } from "./hosts.ts";

const id = "egress";

export interface EgressOptions {
  /** beside the everyday ones */
  knownHosts?: readonly string[];
}

/** Schemes that no tool needs and that reach what HTTP cannot. */
const STRANGE_SCHEMES = ["gopher", "dict", "ldap", "tftp", "jar", "netdoc", "expect", "php", "phar"];
/** Services that take a paste, a tunnel or a call-back from anyone: what leaves through them is gone. */
const DROP_PLACES = [
  "pastebin.com",
  "*.pastebin.com",
  "transfer.sh",
  "webhook.site",
  "*.webhook.site",
  "requestbin.com",
  "*.requestbin.net",
  "*.ngrok.io",
  "*.ngrok-free.app",
  "*.trycloudflare.com",
  "*.oast.fun",
  "*.oast.pro",
  "*.oastify.com",
  "*.burpcollaborator.net",
  "file.io",
  "0x0.st",
  "temp.sh",
];

const finding = findingsOf(id);

function ofHost(fact: HostFact, known: readonly string[]): Finding[] {
  const { host, zone, upload, userinfo, scheme, at } = fact;
  const found: Finding[] = [];
  if (zone === "metadata")
    found.push(finding("warn", "metadata_address", `${host} answers with credentials of this machine`, at));
  if (scheme !== undefined && STRANGE_SCHEMES.includes(scheme.toLowerCase()))
    found.push(finding("warn", "strange_scheme", `reaches ${host} by ${scheme}`, at));
  if (userinfo) found.push(finding("warn", "user_in_url", `the address of ${host} begins with a user name`, at));
  if (host.split(".").some((label) => label.startsWith("xn--")))
    found.push(finding("warn", "punycode_host", `${host} is written in other letters`, at));
  if (zone !== "public" && zone !== "unknown") return found;
  if (hostListed(host, DROP_PLACES)) found.push(finding("warn", "drop_place", `${host} takes data from anyone`, at));
  else if (!hostListed(host, known)) {
    found.push(
      upload
        ? finding("warn", "unknown_upload", `sends to ${host}, which is not known`, at)
        : finding("info", "unknown_egress", `reaches ${host}, which is not known`, at),
    );
  }
  return found;
}

/** It warns: who may be reached is for rules to say, who leaks is for `secret-leak`. */
export const egress = ({ knownHosts = [] }: EgressOptions = {}): Checker => ({
  id,
  version: knownHosts.length === 0 ? "1" : `1:${[...knownHosts].sort().join(",")}`,
  timeoutMs: 200,
  check(_action, facts) {
    const known = [...everydayHosts, ...knownHosts];
    if (facts.atoms.every(({ hosts }) => hosts.length === 0)) return [];
    const hosts = facts.atoms.flatMap((atom) => atom.hosts);
    const unique = new Map(
      hosts.flatMap((host) => ofHost(host, known)).map((each) => [`${each.code} ${each.note}`, each]),
    );
    return strictestFirst([...unique.values()]);
  },
});
