// firewalls.ts — the network of the machine itself: interfaces, routes, filters

import { type Call, has, looksOnly } from "../call.ts";
import type { Program } from "../grammar.ts";

const LOOKING_WORDS =
  /^(list|show|status|-getinfo|-listall\S*)\b|^(device|dev|radio|general|connection|con)( (status|show|list|wifi|wifi list))?$|^app list$/;
const LOOKING_OPTIONS = new Set([
  "L",
  "n",
  "v",
  "all",
  "s",
  "list-all",
  "list-ports",
  "list-services",
  "state",
  "get-active-zones",
  "get-default-zone",
  "zone",
  "r",
  "N",
  "j",
  "l",
]);
/** Named with an interface and nothing else, these describe it. */
const DESCRIBES = new Set(["ifconfig", "iwconfig", "ethtool", "arp", "wg"]);
/** Called with no word at all, these describe everything. */
const DESCRIBES_ALL = new Set([...DESCRIBES, "route", "brctl", "nmcli", "firewall-cmd", "rfkill", "iw"]);

/** Only what is known to look does; any other word or option changes the network. */
function readNetworkSetting(call: Call): void {
  const { operands } = call;
  const text = operands.map((word) => word.text ?? "?").join(" ");
  const plain = [...call.options.keys()].every((name) => LOOKING_OPTIONS.has(name));
  if (!plain) return;
  const describes =
    text === "" ? DESCRIBES_ALL.has(call.program) : operands.length === 1 && DESCRIBES.has(call.program);
  if (LOOKING_WORDS.test(text) || describes) looksOnly(call);
}

export const firewalls: Record<string, Program> = {
  // network configuration
  "iptables ip6iptables ip6tables iptables-legacy iptables-nft ebtables arptables": {
    class: "blocked",
    options:
      "-L --list; -S --list-rules; -n --numeric; -v --verbose; -t --table=T; -F --flush; -X --delete-chain; -P --policy=C; -A --append=C; -D --delete=C; -I --insert=C; -R --replace=C; -N --new-chain=C; -Z --zero; -E --rename-chain; -C --check=C; --line-numbers; -j --jump=T; -p --protocol=P; -s --source=S; -d --destination=D; -i=I; -o=O; --dport=P; --sport=P; -m=M; -w; -x",
    effects: (call) => {
      if (has(call, "list", "list-rules", "check")) looksOnly(call);
    },
  },
  "iptables-restore ip6tables-restore nft-restore ipset conntrack tc ethtool iwconfig ifconfig ifup ifdown route brctl wg wg-quick openvpn ipsec strongswan networksetup scutil pfctl dhclient dhcpcd iw rfkill nmcli nmtui firewall-cmd ufw nft bridge arp vconfig ipvsadm":
    {
      class: "blocked",
      options:
        "-L; -n; -v; -a --all; -s; -t=T; -f --force --file=<read>; -e; -F; -d; -p=P; --list-all; --list-ports; --list-services; --state; --get-active-zones; --get-default-zone; --permanent; --zone=Z; -r; -c; -N; -j; -m=M; -i=I; -l",
      effects: readNetworkSetting,
    },
  "iptables-save ip6tables-save": { class: "safe", options: "-t=T; -c; -f=<write>" },
  ip: {
    class: "blocked",
    options:
      "-4; -6; -br --brief; -c --color[=W]; -j --json; -p --pretty; -s --stats; -d --details; -o --oneline; -n --netns=N; -a --all; -h; -r",
    style: "single",
    subs: { max: 2 },
    effects: (call) => {
      const [object = "", verb = ""] = call.subs;
      if (/^n(etns?)?$/.test(object) && verb === "exec") call.nested.words(call.operands.slice(1), call.program);
      else if (verb === "" || /^(s|sh|sho|show|l|ls|li|lis|list|g|ge|get|mon|monitor|save)$/.test(verb))
        looksOnly(call);
    },
  },
};
