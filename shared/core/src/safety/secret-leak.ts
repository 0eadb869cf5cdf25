// secret-leak.ts — a secret on its way to a host where it is not at home (rulings §B13, seed 004)

import type { Finding } from "@holdpoint/wire/decision.ts";
import type { Atom, Facts, HostFact, SecretFact } from "@holdpoint/wire/facts.ts";
import type { Checker } from "./checker.ts";
import { findingsOf, strictestFirst } from "./finding.ts";
import { hostListed, secretHomes } from "./hosts.ts";

const id = "secret-leak";
const AWAY: readonly HostFact["zone"][] = ["public", "unknown"];

/** Files that hold secrets, by the last parts of their paths. */
const SECRET_FILES =
  /(?:^|\/)(?:\.env(?:\.(?!example$|sample$|template$|dist$)[\w.-]+)?|\.netrc|\.npmrc|\.pypirc|\.pgpass|\.git-credentials|id_(?:rsa|dsa|ecdsa|ed25519)|[\w.-]+\.(?:pem|key|p12|pfx|kdbx)|credentials(?:\.json)?|\.vault-token|kubeconfig)$|\/\.(?:ssh|aws|gnupg|kube|azure)(?:\/|$)|\/\.config\/(?:gcloud|gh)(?:\/|$)|\/proc\/(?:self|\d+)\/environ$/;
const ENVIRONMENT_PROGRAMS = ["env", "printenv"];

export interface SecretLeakOptions {
  /** hosts that may get any secret: an own vault, an own proxy */
  trustedHosts?: readonly string[];
}

const homesOf = (kind: string): readonly string[] =>
  secretHomes.filter(([begin]) => kind.startsWith(begin)).flatMap(([, hosts]) => hosts);

/** The same argument, or the whole call: what an atom of it sends may be what another one holds. */
const sameText = (atom: Atom, at: string): boolean => atom.kind === "call" || atom.at === at;

/**
 * A secret that is part of an address goes to that address: `postgres://user:password@db`. Only for kinds that have no
 * home of their own; a cloud key in front of an `@` is still a leak.
 */
function isOwnAddress(host: HostFact, value: string): boolean {
  const user = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i.exec(host.raw)?.[1];
  return value !== "" && (value.toLowerCase().includes(`@${host.host}`) || user?.includes(value) === true);
}

/** Where secrets of this call may go that is not their home; asked for each secret, worked out once for each place and kind. */
function leaksOf(facts: Facts, trusted: readonly string[]): (secret: SecretFact) => HostFact | undefined {
  const texts = new Map(facts.strings.map(({ at, text }) => [at, text]));
  const commands = new Set(facts.atoms.flatMap(({ kind, at }) => (kind === "command" ? [at] : [])));
  const away = new Map<string, HostFact[]>();
  return (secret) => {
    const homes = homesOf(secret.kind);
    const key = `${homes.join(" ")} ${commands.has(secret.at) ? secret.at : ""}`;
    let hosts = away.get(key);
    if (!hosts) {
      hosts = awayFrom(facts, secret.at, [...homes, ...trusted]);
      away.set(key, hosts);
    }
    const value = texts.get(secret.at)?.slice(secret.start, secret.end) ?? "";
    return homes.length > 0 ? hosts[0] : hosts.find((host) => !isOwnAddress(host, value));
  };
}

/** Hosts that a text is sent to, each address once, without those that are listed. */
function awayFrom(facts: Facts, at: string, listed: readonly string[]): HostFact[] {
  const hosts = new Map<string, HostFact>();
  for (const atom of facts.atoms) {
    if (!sameText(atom, at)) continue;
    for (const fact of atom.hosts) {
      const address = `${fact.host} ${fact.raw}`;
      if (AWAY.includes(fact.zone) && !hosts.has(address) && !hostListed(fact.host, listed)) hosts.set(address, fact);
    }
  }
  return [...hosts.values()];
}

const finding = findingsOf(id);

/** Options that name a key to log in with: it is used, not sent. */
const IDENTITY_OPTIONS = [
  "-i",
  "-F",
  "-E",
  "-K",
  "--key",
  "--cert",
  "--cacert",
  "--netrc-file",
  "--identity",
  "--private-key",
  "--certificate",
];

/** What the options of a command name as keys: `-i KEY`, `-iKEY`, `--key=KEY`. */
function identities(words: Atom["words"]): Set<string> {
  const named = new Set<string>();
  for (const [index, word] of words.entries()) {
    if (word === null) continue;
    for (const option of IDENTITY_OPTIONS) {
      if (!word.startsWith(option)) continue;
      const rest = word.slice(option.length);
      const next = words[index + 1];
      if (rest !== "") named.add(rest).add(rest.replace(/^=/, ""));
      else if (typeof next === "string") named.add(next);
    }
  }
  return named;
}

function readsSecrets(atom: Atom): string | undefined {
  const { program, words, paths } = atom;
  if (program !== undefined && ENVIRONMENT_PROGRAMS.includes(program) && words.length === 0) return "the environment";
  const secret = paths.filter(({ path, access }) => access === "read" && SECRET_FILES.test(path));
  if (secret.length === 0) return undefined;
  const used = identities(words);
  return secret.find(({ raw }) => !used.has(raw))?.path;
}

/** Reading a file of secrets and sending to a stranger in one text: a pipe between them is not needed to be sure. */
function uploads(facts: Facts, trusted: readonly string[]): Finding[] {
  const senders = facts.atoms.flatMap((atom) => {
    const to = atom.hosts.find(({ host, zone, upload }) => upload && AWAY.includes(zone) && !hostListed(host, trusted));
    return to === undefined ? [] : [{ at: atom.at, to }];
  });
  if (senders.length === 0) return [];
  const readers = facts.atoms.flatMap((atom) => {
    const source = readsSecrets(atom);
    return source === undefined ? [] : [{ atom, source }];
  });
  return senders.flatMap(({ at, to }) => {
    const read = readers.find(({ atom }) => sameText(atom, at));
    return read === undefined ? [] : [finding("block", "secret_file_upload", `sends ${read.source} to ${to.host}`, at)];
  });
}

export const secretLeak = ({ trustedHosts = [] }: SecretLeakOptions = {}): Checker => ({
  id,
  version: trustedHosts.length === 0 ? "1" : `1:${[...trustedHosts].sort().join(",")}`,
  timeoutMs: 200,
  check(_action, facts) {
    const leak = leaksOf(facts, trustedHosts);
    const found = facts.secrets.map((secret) => {
      const to = leak(secret);
      return to === undefined
        ? finding("warn", "secret_in_arguments", `holds a secret (${secret.kind})`, secret.at)
        : finding("block", "secret_sent", `sends a secret (${secret.kind}) to ${to.host}`, secret.at);
    });
    return strictestFirst([...uploads(facts, trustedHosts), ...found]);
  },
});
