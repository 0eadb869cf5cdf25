// machines.ts — what sets up other machines by a description: ansible and its kin

import { type Call, has, looksOnly, optionValue } from "../call.ts";
import type { Program } from "../grammar.ts";

const GALAXY =
  "-r --role-file=<read>; -p --roles-path=<into>; -f --force; --force-with-deps; -s --server=<url>; --token=T; --api-key=T; -n; -c; --init-path=<into>; --collections-path=<into>; -v; -g; --offline; --pre; -U --upgrade";
function galaxyLooks(call: Call): void {
  if (/^(list|search|info|verify)$/.test(call.subs[1] ?? "")) call.atom.runsCode.length = 0;
}

/** `-ls`, `-cat`: a file system of many machines, whose paths are not this one's. */
const FAR_LOOKS = /^-(ls|lsr|cat|du|df|stat|test|tail|text|count|find|head|checksum|help|usage|getfacl|getfattr)$/;

export const machines: Record<string, Program> = {
  "hdfs hadoop": {
    raw: true,
    effects: (call) => {
      call.operands.push(...call.words);
      const [group, verb] = call.words.map(({ text }) => text ?? "?");
      if (/^(dfs|fs)$/.test(group ?? "") && FAR_LOOKS.test(verb ?? "")) looksOnly(call);
    },
  },
  // roles and collections come as packages do
  "ansible-galaxy": {
    sub: {
      "role collection": { subs: { max: 1 }, runs: "package", options: GALAXY, effects: galaxyLooks },
      "install setup import": { runs: "package", options: GALAXY },
      "init list search info": { options: GALAXY },
      "remove delete": { options: GALAXY },
    },
  },
  "ansible-config ansible-doc ansible-inventory ansible-lint": {
    subs: { max: 1 },
    class: "safe",
    options:
      "-i --inventory=<config>; -c --config=<config>; -t --type=T; -l --list; --host=H; --graph; -o --output=<write>; --fix",
  },
  "ansible-vault": {
    subs: { max: 1 },
    use: "<edit>...",
    options:
      "--vault-password-file=<run>; --vault-id=I; --ask-vault-pass; --output=<write>; -n --name=N; --encrypt-vault-id=I; -p --prompt",
  },
  "ansible ansible-playbook ansible-pull ansible-console salt chef-client puppet knife": {
    runs: "remote",
    options:
      "-i --inventory=<config>; -m --module-name=M; -a --args=<shell>; -e --extra-vars=V; -l --limit=H; -t --tags=T; -u --user=U; -b --become; -K; -k; -C --check; -D --diff; --ask-vault-pass; --vault-password-file=<run>; -f=N; -v; --skip-tags=T; --private-key=<read>; -c=C; --list-hosts; --syntax-check; --list-tasks; --list-tags; --start-at-task=T",
    use: "<config>...",
    dry: ["check"],
    effects: (call) => {
      // What would be done is said, and not done.
      const module = optionValue(call, "module-name")?.text ?? "command";
      const told = call.reading.atoms.filter((atom) => atom.wrappers.includes("ansible"));
      const asks =
        call.program === "ansible" &&
        (/^(ping|setup|debug|stat|(service|package)_facts)$/.test(module) ||
          (/^(command|shell)$/.test(module) &&
            told.length > 0 &&
            told.every((atom) => atom.class === "safe" && atom.opaque.length === 0)));
      if (asks || has(call, "check", "syntax-check", "list-hosts", "list-tasks", "list-tags")) {
        call.atom.runsCode = call.atom.runsCode.filter((kind) => kind !== "remote");
        return;
      }
      if (call.operands.length > 0 || call.options.size !== 1 || !has(call, "version", "help")) return;
      looksOnly(call);
      call.atom.runsCode.length = 0;
    },
  },
};
