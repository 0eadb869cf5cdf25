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

function leaks(facts: Facts, secret: SecretFact, trusted: readonly string[]): HostFact[] {
  const homes = homesOf(secret.kind);
  const value = facts.strings.find(({ at }) => at === secret.at)?.text.slice(secret.start, secret.end) ?? "";
  return facts.atoms
    .filter((atom) => sameText(atom, secret.at))
    .flatMap(({ hosts }) => hosts)
    .filter(({ host, zone }) => AWAY.includes(zone) && !hostListed(host, [...homes, ...trusted]))
    .filter((host) => homes.length > 0 || !isOwnAddress(host, value));
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

const isIdentity = ({ words }: Atom, raw: string): boolean =>
  words.some(
    (word, index) =>
      (word === raw && IDENTITY_OPTIONS.includes(words[index - 1] ?? "")) ||
      IDENTITY_OPTIONS.some((option) => word === `${option}=${raw}` || word === `${option}${raw}`),
  );

function readsSecrets(atom: Atom): string | undefined {
  const { program, words, paths } = atom;
  if (program !== undefined && ENVIRONMENT_PROGRAMS.includes(program) && words.length === 0) return "the environment";
  return paths.find(({ path, raw, access }) => access === "read" && SECRET_FILES.test(path) && !isIdentity(atom, raw))
    ?.path;
}

/** Reading a file of secrets and sending to a stranger in one text: a pipe between them is not needed to be sure. */
function uploads(facts: Facts, trusted: readonly string[]): Finding[] {
  return facts.atoms.flatMap((sender) => {
    const to = sender.hosts.find(
      ({ host, zone, upload }) => upload && AWAY.includes(zone) && !hostListed(host, trusted),
    );
    if (to === undefined) return [];
    const source = facts.atoms
      .filter((atom) => sameText(atom, sender.at))
      .map(readsSecrets)
      .find((found) => found !== undefined);
    return source === undefined
      ? []
      : [finding("block", "secret_file_upload", `sends ${source} to ${to.host}`, sender.at)];
  });
}

export const secretLeak = ({ trustedHosts = [] }: SecretLeakOptions = {}): Checker => ({
  id,
  version: trustedHosts.length === 0 ? "1" : `1:${[...trustedHosts].sort().join(",")}`,
  timeoutMs: 200,
  check(_action, facts) {
    const found = facts.secrets.map((secret) => {
      const to = leaks(facts, secret, trustedHosts)[0];
      return to === undefined
        ? finding("warn", "secret_in_arguments", `holds a secret (${secret.kind})`, secret.at)
        : finding("block", "secret_sent", `sends a secret (${secret.kind}) to ${to.host}`, secret.at);
    });
    return strictestFirst([...uploads(facts, trustedHosts), ...found]);
  },
});
