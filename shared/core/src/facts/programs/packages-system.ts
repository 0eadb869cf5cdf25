// packages-system.ts — packages of the operating system: always privilege in the end

import { type Call, has, looksOnly, operandText, raise, runs, touches } from "../call.ts";
import type { Program } from "../grammar.ts";
import { install } from "./package-kinds.ts";

/** Packages of the system: always privilege in the end. */
const SYSTEM =
  "-y --yes --assume-yes; -q --quiet; -s --simulate --dry-run --just-print --no-act; -f; -t --target-release=R; -o --option=O; -c --config-file=<config>; --no-install-recommends; --allow-unauthenticated; --purge; --fix-broken; -d --download-only; --reinstall; --force; --installed; --upgradable; -n; --nogpgcheck; --enablerepo=R; --repo=R; --installroot=<into>; -v; -u; -R --root=<into>; --noconfirm; --needed; -i; --autoremove; --allow-downgrades; --only-upgrade; -a; --no-cache; --virtual=N; -X --repository=<url>; --allow-untrusted; --classic; --channel=C; --user; --system";
const system = (looks: string, changes: string, installs = ""): Program => ({
  options: SYSTEM,
  class: "blocked",
  effects: (call) => {
    if (call.subs.length === 0 && call.operands.length === 0) looksOnly(call);
  },
  sub: {
    [looks]: { class: "safe" },
    ...(installs === ""
      ? {}
      : {
          [installs]: {
            class: "blocked",
            runs: "package-script",
            dry: ["simulate", "dry-run"],
            effects: installsTrusted,
          },
        }),
    [changes]: { class: "blocked", runs: "package-script", dry: ["simulate", "dry-run"], effects: localPackages },
  },
});
/** Options under which what is installed still comes, whole and signed, from where the machine's owner set it up. */
const TRUSTING = new Set(
  "yes assume-yes quiet q y n v d verbose simulate dry-run no-install-recommends no-install-suggests target-release only-upgrade reinstall download-only no-cache virtual enablerepo disablerepo releasever best skip-broken needed noconfirm non-interactive refresh update color show-progress no-progress cacheonly".split(
    " ",
  ),
);

/** Packages by name from the repositories that are set up: `trusted-package`. `apt install x-` removes x, a path is a file. */
function installsTrusted(call: Call): void {
  localPackages(call);
  const plain = call.operands.every(
    ({ text }) => text !== null && /^@?[A-Za-z0-9][\w.+:=*~]*(-[\w.+:=*~]+)*$/.test(text),
  );
  // Whatever else is set may name other repositories, settings or programs.
  const quiet = call.atom.variables.every((name) =>
    /^(DEBIAN_(FRONTEND|PRIORITY)|LC_ALL|LANG|LANGUAGE|TZ|NEEDRESTART_MODE|ACCEPT_EULA)$/.test(name),
  );
  if (plain && quiet && [...call.options.keys()].every((name) => TRUSTING.has(name))) runs(call, "trusted-package");
}

/** `apt install ./x.deb`, `rpm -i URL`. */
function localPackages(call: Call): void {
  for (const word of call.operands) {
    if (word.text === null || !/[/]|\.(deb|rpm|apk|pkg|snap)$/.test(word.text)) continue;
    if (/^[\w.+-]+\/[\w.+-]+$/.test(word.text) && !word.text.includes(".deb")) continue;
    touches(call, word, "read");
  }
}

export const systemPackages: Record<string, Program> = {
  "apt apt-get aptitude": system(
    "list show search policy depends rdepends showsrc changelog download madison moo",
    "remove purge autoremove dist-upgrade full-upgrade build-dep source edit-sources satisfy markauto hold unhold",
    "install reinstall update upgrade clean autoclean",
  ),
  "apt-cache apt-file dpkg-query rpmquery": { class: "safe", subs: { max: 1 } },
  "apt-key add-apt-repository apt-add-repository apt-mark dpkg-reconfigure update-alternatives debconf-set-selections apt-config":
    { class: "blocked", use: "<source>...", options: "-y; -r; --remove; --keyserver=<host>; --recv-keys" },
  "dpkg rpm pacman yay paru emerge xbps-install eopkg pkgutil installer": {
    options: `${SYSTEM}; -l --list; -L --listfiles; -S; -I --info; -e --erase; -P; -r --remove; -Q --query; -V --verify; -p; -U; -F; -h; -G; -x; -qa; -ql; -pkg=<read>; -target=T; -D`,
    class: "blocked",
    runs: "package-script",
    effects: (call) => {
      const list = call.words[0]?.text ?? "";
      if (
        /^(-l|-L|-s|-S|-p|--list|--listfiles|--status|--search|--get-selections|--print-architecture|-I|--info|-c|--contents|-W|--show|-q\w*|--query|-Q\w*|-Ss\w*|-Si\w*|-F\w?|-V|--version|--verify)$/.test(
          list,
        ) &&
        !(call.program === "pacman" && /^-S$/.test(list))
      ) {
        looksOnly(call);
        call.atom.runsCode.length = 0;
      }
      localPackages(call);
    },
  },
  "dnf yum microdnf zypper apk pkg port tdnf swupd slackpkg pkg_add": system(
    "list ls search info repolist provides repoquery history check-update se if lr lu what-provides stats policy query which audit",
    "remove erase autoremove distro-sync downgrade group config-manager localinstall rm dup ar addrepo rr del fix delete module swap mark",
    "install update upgrade reinstall groupinstall clean autoclean makecache in up ref refresh add",
  ),
  "brew linuxbrew": {
    options:
      "-f --force; -v --verbose; -q --quiet; -d --debug; --cask; --formula; --HEAD; -n --dry-run; --zap; -s; --json[=V]; --installed; -g --greedy; --file=<config>; --prune=N",
    sub: {
      "list|ls info search desc deps uses leaves outdated config doctor home homepage log cat options --version --prefix --cellar --cache --repository commands formulae casks":
        { class: "safe" },
      "install reinstall upgrade update tap bundle link postinstall fetch": install(),
      "uninstall|remove|rm untap cleanup autoremove unlink": {},
      services: {
        subs: { max: 1 },
        class: "blocked",
        effects: (call) => {
          if (call.subs[1] === "list" || call.subs[1] === "info") looksOnly(call);
        },
      },
    },
  },
  "snap flatpak": system(
    "list find info search version remotes history interfaces connections changes",
    "install remove refresh uninstall update run enable disable connect disconnect revert alias set unset remote-add remote-delete override repair start stop restart",
  ),
  "nix nix-env nix-shell nix-build nix-store nix-collect-garbage nixos-rebuild guix home-manager": {
    subs: { max: 2 },
    runs: "package",
    options:
      "-p --packages; -i --install; -A --attr=A; -f --file=<config>; --run=<shell>; --command=<shell>; -c --command; -E --expr=E; -I=P; -d; --delete-old; --delete-older-than=T; --pure; -e; -q; -iA=A; -u; --extra-experimental-features=F",
    effects: (call) => {
      // What nothing refers to is fetched or built again; with `-d` the way back goes too.
      const forgets = call.program === "nix-collect-garbage" && has(call, "d", "delete-old", "delete-older-than");
      if (call.program === "nixos-rebuild" || forgets) raise(call, "blocked-by-default");
      if (/^(search|eval|show-config|flake)$/.test(call.subs[0] ?? "") && operandText(call, 0) !== "update")
        looksOnly(call);
    },
  },
};
