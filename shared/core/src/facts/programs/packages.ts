// packages.ts — package managers: what installs, what publishes, what runs scripts on the way

import { addHost, type Call, has, looksOnly, operandText, raise, runs, sets, touches, touchesHere } from "../call.ts";
import type { Program } from "../grammar.ts";
import { literal } from "../shell/word.ts";

const LOOK = (options = ""): Program => ({
  class: "safe",
  options: `-l --long; --json; --depth=N; -g --global; -a --all; ${options}`,
});
const install = (options = "", more: Partial<Program> = {}): Program => ({
  options,
  runs: "package-script",
  class: "warn",
  ...more,
});
const publishes = (call: Call): void =>
  addHost(
    call.reading,
    call.atom,
    `${call.program} ${call.subs.join(" ")}`,
    { host: "", zone: "unknown", scheme: "registry" },
    true,
  );

/** `npm run x`, `yarn x`: a script of package.json, which is a shell text that is not read here. */
const script: Program = {
  runs: "package-script",
  stopAtOperand: true,
  options:
    "-s --silent; --if-present; -w --workspace=NAME; -ws --workspaces; --prefix=<chdir>; -r --recursive; --filter=F; --parallel; --stream; --aggregate-output; -C=<chdir>",
  effects: (call) => call.operands.push(...call.rest),
};
/** `npm exec -- x`, `pnpm dlx x`: the package's program with its own arguments. */
const once: Program = {
  runs: "package",
  stopAtOperand: true,
  options:
    "-p --package=NAME; -c --call=<shell>; -y --yes; --no; -w --workspace=NAME; -q --quiet; -s; --allow-build=N; -r --recursive; --parallel; --no-install; --filter=F; -C=<chdir>; --silent; --shell-mode",
  effects: (call) => {
    call.operands.push(...call.rest);
    call.nested.words(call.rest, `${call.program} ${call.subs[0]}`);
  },
};

const NODE_OPTIONS =
  "-g --global; --prefix=<chdir>; -C --dir --cwd=<chdir>; -D --save-dev; -S --save; -E --save-exact; -O --save-optional; -P --save-prod; --no-save; -w --workspace=NAME; -W --ignore-workspace-root-check; --workspaces; -f --force; --legacy-peer-deps; --ignore-scripts; --frozen-lockfile; --production; --omit=T; --include=T; --registry=<url>; --userconfig=<config>; --globalconfig=<config>; --script-shell=<shell>; --node-options=TEXT; -y --yes; -s --silent; -q --quiet; -d; -v; --tag=T; --otp=N; --access=A; --dry-run; --offline; --prefer-offline; --no-audit; --no-fund; --audit; --package-lock-only; -F --filter=F; -r --recursive; --exact; --dev; --peer; --optional; --immutable; --no-lockfile; --json; -L --latest; -i --interactive; -T --tilde; --depth=N";

const node: Record<string, Program> = {
  "list|ls|ll|la view|info|show|v outdated why explain search docs repo bugs home ping whoami fund doctor root prefix bin licenses get help diff query sbom find-dupes stats":
    LOOK(),
  audit: {
    class: "safe",
    sub: { "fix signatures": { class: "warn", runs: "package-script" } },
    options: "--audit-level=L; --fix; --production",
  },
  "install|i|in|ins|isntall add ci|clean-install|ic install-test|it install-ci-test link|ln rebuild|rb dedupe|ddp update|up|upgrade import fetch deploy":
    install(),
  "uninstall|un|r|unlink remove|rm prune": install(),
  "run|run-script test|t|tst start stop restart": script,
  "exec|x dlx": once,
  "create init|innit": { runs: "package" },
  "publish pack stage": {
    runs: "package-script",
    effects: (call) => {
      if (call.subs[0] === "publish" && !has(call, "dry-run")) {
        publishes(call);
      }
    },
  },
  unpublish: { class: "blocked", effects: publishes },
  "deprecate undeprecate owner access dist-tag team token login adduser logout star unstar stars hook org profile": {
    subs: { max: 1 },
    effects: (call) => {
      const verb = call.subs[1] ?? "";
      if (/^(ls|list|get)$/.test(verb) || call.subs[0] === "stars") looksOnly(call);
      else if (/^(rm|remove|revoke|delete|destroy)$/.test(verb)) raise(call, "blocked-by-default");
    },
  },
  "config|c set": {
    sub: {
      "get list ls": { class: "safe" },
      "set delete edit fix": {
        effects: (call) => {
          sets(call, "npm_config");
          touches(call, literal("~/.npmrc"), "write");
        },
      },
    },
    effects: (call) => {
      if (call.subs[0] === "set") sets(call, "npm_config");
    },
  },
  cache: { subs: { max: 1 } },
  version: { runs: "package-script" },
  pkg: {
    sub: {
      get: { class: "safe" },
      "set delete fix": { effects: (call) => touches(call, literal("package.json"), "write") },
    },
  },
  store: { subs: { max: 1 } },
  "patch patch-commit patch-remove approve-builds setup env self-update workspace workspaces plugin": {
    subs: { max: 2 },
    runs: "package-script",
  },
};

const PYTHON =
  "-r --requirement=<read>; -e --editable=<read>; -c --constraint=<read>; -i --index-url=<url>; --extra-index-url=<url>; -f --find-links=<source>; --trusted-host=<host>; -t --target=<into>; --prefix=<into>; --root=<into>; --user; -U --upgrade; --force-reinstall; --no-deps; --pre; -q --quiet; -v --verbose; -y --yes; --no-cache-dir; --break-system-packages; --dry-run; --no-index; --no-binary=L; --only-binary=L; --python=P; -d --dest=<into>; -w --wheel-dir=<into>; --proxy=<host>; --config-settings=S; --progress-bar=W; --timeout=N; --log=<write>; --cache-dir=<write>; --format=F; --outdated; -o";
const pip: Record<string, Program> = {
  "list show freeze check search index inspect debug help hash": { class: "safe", options: PYTHON },
  "install download wheel sync compile": {
    use: "<source>...",
    options: PYTHON,
    runs: "package-script",
    dry: ["dry-run"],
    effects: (call) => {
      if (has(call, "break-system-packages")) raise(call, "blocked-by-default");
    },
  },
  uninstall: { options: PYTHON },
  config: { subs: { max: 1 }, options: PYTHON },
  cache: { subs: { max: 1 }, options: PYTHON },
};

const PYTHON_TOOL =
  "-q --quiet; -v --verbose; --project=<chdir>; --directory -C=<chdir>; -n --no-interaction; --python -p=V; --with=N; --group -G=N; --dev; --extra -E=N; --all-extras; --frozen; --locked; --index-url -i=<url>; --default-index=<url>; --index=<url>; --env-file=<read>; --no-sync; --isolated; --no-dev; --with-requirements=<read>; --with-editable=<read>; -m --module; -r --requirement=<read>; -s --script; --from=N; --no-root; --only=N; --without=N";
/** `uv run x`, `poetry run x`, `bundle exec x`: a program with the project's packages around it. */
const runsWith = (kind: string): Program => ({
  stopAtOperand: true,
  runs: kind,
  options: PYTHON_TOOL,
  effects: (call) => {
    call.operands.push(...call.rest);
    if (has(call, "module")) call.nested.words([literal("python"), literal("-m"), ...call.rest], `${call.program} run`);
    else call.nested.words(call.rest, `${call.program} ${call.subs.at(-1)}`);
  },
});

/** Packages of the system: always privilege in the end. */
const SYSTEM =
  "-y --yes --assume-yes; -q --quiet; -s --simulate --dry-run --just-print --no-act; -f; -t --target-release=R; -o --option=O; -c --config-file=<config>; --no-install-recommends; --allow-unauthenticated; --purge; --fix-broken; -d --download-only; --reinstall; --force; --installed; --upgradable; -n; --nogpgcheck; --enablerepo=R; --repo=R; --installroot=<into>; -v; -u; -R --root=<into>; --noconfirm; --needed; -i; --autoremove; --allow-downgrades; --only-upgrade; -a; --no-cache; --virtual=N; -X --repository=<url>; --allow-untrusted; --classic; --channel=C; --user; --system";
const system = (looks: string, changes: string): Program => ({
  options: SYSTEM,
  class: "blocked",
  sub: {
    [looks]: { class: "safe" },
    [changes]: { class: "blocked", runs: "package-script", dry: ["simulate", "dry-run"], effects: localPackages },
  },
});
/** `apt install ./x.deb`, `rpm -i URL`. */
function localPackages(call: Call): void {
  for (const word of call.operands) {
    if (word.text === null || !/[/]|\.(deb|rpm|apk|pkg|snap)$/.test(word.text)) continue;
    if (/^[\w.+-]+\/[\w.+-]+$/.test(word.text) && !word.text.includes(".deb")) continue;
    touches(call, word, "read");
  }
}

export const packages: Record<string, Program> = {
  npm: { options: NODE_OPTIONS, sub: node },
  pnpm: { options: NODE_OPTIONS, sub: node, effects: bareScript },
  yarn: {
    options: NODE_OPTIONS,
    sub: node,
    effects: (call) => {
      if (call.subs.length === 0) runs(call, "package-script");
      bareScript(call);
    },
  },
  bun: {
    options: `${NODE_OPTIONS}; -e --eval=CODE; -p --print=CODE; -b --bun; --watch; --hot; --preload=<run>; --env-file=<read>; --outdir=<into>; --outfile=<write>; --target=T; --minify; --compile`,
    sub: {
      ...node,
      pm: { subs: { max: 1 } },
      build: { runs: "build-tool", use: "<read>..." },
      repl: { runs: "interpreter" },
    },
    effects: bareScript,
  },
  "corepack nvm fnm n volta asdf mise rtx nodenv pyenv rbenv goenv jenv sdk rustup": {
    subs: { max: 1 },
    runs: "package-script",
    options: "-g; -y; --version; --default; --install; --lts; -d",
    effects: (call) => {
      const verb = call.subs[0] ?? "";
      if (/^(ls|list|current|which|versions|version|show|ls-remote|help|where|doctor|active-toolchain)$/.test(verb)) {
        looksOnly(call);
        call.atom.runsCode.length = 0;
      }
      if (verb === "exec" || verb === "run")
        call.nested.words(
          call.operands.slice(
            verb === "run" && call.program === "rustup" ? 1 : call.program === "nvm" || call.program === "n" ? 1 : 0,
          ),
          call.program,
        );
    },
  },
  "pip pip2": { options: PYTHON, sub: pip },
  uv: {
    options: PYTHON_TOOL,
    sub: {
      pip: { sub: pip, options: PYTHON },
      run: runsWith("package"),
      tool: {
        sub: { run: runsWith("package"), "install upgrade uninstall": install(PYTHON), "list dir": { class: "safe" } },
      },
      "add remove sync lock init venv build": install(PYTHON_TOOL),
      "tree version help export": { class: "safe", options: "-o --output-file=<write>" },
      "python cache self": { subs: { max: 1 } },
      publish: { class: "blocked", effects: publishes },
    },
  },
  "poetry pdm hatch pipenv rye": {
    options: PYTHON_TOOL,
    sub: {
      run: runsWith("package"),
      "install add remove update lock sync build self": install(PYTHON_TOOL),
      "show check env version list config about search graph": { class: "safe" },
      shell: { runs: "shell" },
      publish: { class: "blocked", effects: publishes },
      "new init": {},
    },
  },
  pipx: {
    sub: {
      run: runsWith("package"),
      "install inject upgrade uninstall reinstall": install(PYTHON),
      list: { class: "safe" },
    },
  },
  "conda mamba micromamba": {
    options: "-n --name=N; -p --prefix=<into>; -c --channel=C; -y --yes; -f --file=<read>; --all; -q",
    sub: {
      "install create update upgrade": install(),
      "remove uninstall": {},
      "list info search env config": { class: "safe" },
      run: {
        stopAtOperand: true,
        runs: "package",
        options: "-n --name=N; -p --prefix=P; --no-capture-output",
        effects: (call) => call.nested.words(call.rest, call.program),
      },
      "activate deactivate clean init": {},
    },
  },
  easy_install: { use: "<source>...", runs: "package-script" },
  "twine flit": { subs: { max: 1 }, class: "blocked", use: "<read>...", effects: publishes },
  cargo: {
    options:
      "-q --quiet; -v --verbose; --release -r; -p --package=N; --features -F=F; --all-features; --no-default-features; --manifest-path=<config>; --target=T; --target-dir=<into>; -j --jobs=N; --config=<config>; -Z=F; --locked; --offline; --frozen; --bin=N; --example=N; --test=N; --lib; --all-targets; --workspace --all; --color=W; -C=<chdir>; --message-format=F; --profile=P; --exclude=N; --bench=N",
    sub: {
      "build|b check|c clippy doc|d rustc rustdoc fix fmt": { runs: "build-tool" },
      "test|t nextest bench": { runs: "test-runner" },
      "run|r": { runs: "build-tool" },
      install: install("--git=<url>; --path=<read>; --version=V; -f --force; --root=<into>; --locked; --registry=R"),
      uninstall: {},
      "add remove|rm update init new generate-lockfile vendor fetch": {
        options:
          "--git=<url>; --path=<read>; --dev; --build; --branch=B; --rev=R; --tag=T; --edition=E; --lib; --bin; --vcs=V",
      },
      "search tree metadata locate-project info pkgid verify-project version help audit outdated deny machete udeps": {
        class: "safe",
      },
      clean: { effects: (call) => touches(call, literal("target"), "delete", { deep: true }) },
      "publish yank owner": { class: "blocked", effects: publishes },
      "login logout": {},
      package: { runs: "build-tool" },
      watch: { options: "-x --exec=CMD; -s --shell=<shell>", runs: "build-tool" },
    },
    effects: (call) => {
      if (
        call.subs.length > 0 &&
        call.atom.runsCode.length === 0 &&
        !/^(uninstall|add|remove|rm|update|init|new|generate-lockfile|vendor|fetch|search|tree|metadata|locate-project|info|pkgid|verify-project|version|help|audit|outdated|deny|machete|udeps|clean|publish|yank|owner|login|logout)$/.test(
          call.subs[0]!,
        )
      )
        runs(call, "tool");
    },
  },
  go: {
    options:
      "-v; -x; -n; -race; -tags=T; -o=<write>; -ldflags=F; -mod=M; -modfile=<config>; -run=R; -bench=R; -count=N; -timeout=T; -cover; -coverprofile=<write>; -toolexec=<shell>; -exec=<shell>; -C=<chdir>; -u; -t; -short; -json; -p=N; -gcflags=F; -cpuprofile=<write>; -memprofile=<write>; -trimpath; -a; -fuzz=R; -overlay=<read>; -vettool=<run>; -m; -w; -cache; -modcache; -testcache",
    style: "single",
    sub: {
      "build vet fix tool": { runs: "build-tool" },
      generate: { runs: "build-tool" },
      test: { runs: "test-runner" },
      run: { runs: "build-tool", use: "<run>" },
      "install get": install(),
      "list version env doc help": {
        class: "safe",
        effects: (call) => {
          if (has(call, "w", "u")) {
            raise(call, "warn");
            sets(call, "GOENV");
          }
        },
      },
      fmt: { effects: (call) => touchesHere(call, "write") },
      "mod work": { subs: { max: 1 } },
      clean: {},
    },
  },
  gem: {
    sub: {
      "install update": install(
        "-v --version=V; --source=<url>; -i --install-dir=<into>; --user-install; -N --no-document",
      ),
      "uninstall cleanup": {},
      "list search info environment query specification outdated which contents help": { class: "safe" },
      "push yank owner": { class: "blocked", effects: publishes },
      build: { runs: "build-tool", use: "<config>" },
      exec: runsWith("package"),
    },
  },
  "bundle bundler": {
    options: "--gemfile=<config>; --path=<into>; --jobs -j=N; --without=G; --with=G",
    sub: {
      exec: runsWith("package"),
      "install update add remove": install(),
      "show list info outdated check doctor": { class: "safe" },
      "clean config cache init lock open binstubs": {},
    },
    effects: (call) => {
      if (call.subs.length === 0) runs(call, "package-script");
    },
  },
  composer: {
    options:
      "-d --working-dir=<chdir>; -n --no-interaction; -q; --no-dev; --no-scripts; --ignore-platform-reqs; -o; --dev; -W; --dry-run",
    sub: {
      "install|i update|u|upgrade require remove create-project dump-autoload dumpautoload global reinstall self-update selfupdate":
        install(),
      "run-script run exec": { runs: "package-script", stopAtOperand: true },
      "show info search outdated validate why depends licenses status diagnose about audit fund": { class: "safe" },
      config: {},
      "clear-cache clearcache": {},
    },
  },
  "apt apt-get aptitude": system(
    "list show search policy depends rdepends showsrc changelog download madison moo",
    "install remove purge autoremove update upgrade dist-upgrade full-upgrade build-dep source clean autoclean edit-sources reinstall satisfy markauto hold unhold",
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
    "install remove erase autoremove update upgrade distro-sync downgrade reinstall groupinstall group clean makecache config-manager localinstall in rm up dup ref refresh ar addrepo rr add del fix delete autoclean module swap mark",
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
          if (call.subs[1] === "list" || call.subs[1] === "info") raise(call, "warn");
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
      "-p --packages; -i --install; -A --attr=A; -f --file=<config>; --run=<shell>; --command=<shell>; -c --command; -E --expr=E; -I=P; -d; --delete-old; --pure; -e; -q; -iA=A; -u; --extra-experimental-features=F",
    effects: (call) => {
      if (call.program === "nixos-rebuild" || call.program === "nix-collect-garbage") raise(call, "blocked-by-default");
      if (/^(search|eval|show-config|flake)$/.test(call.subs[0] ?? "") && operandText(call, 0) !== "update")
        looksOnly(call);
    },
  },
};

/** `yarn build`, `pnpm lint`, `bun x.ts`: a name that is no subcommand is a script or a file. */
function bareScript(call: Call): void {
  const [sub] = call.subs;
  if (sub === undefined || call.subs.length !== 1) return;
  if (!KNOWN_NODE.has(sub) && !(call.program === "bun" && KNOWN_BUN.has(sub)))
    runs(call, /\.[cm]?[jt]sx?$/.test(sub) ? "script" : "package-script");
}
const KNOWN_NODE = new Set(Object.keys(node).flatMap((names) => names.split(/[ |]/)));
const KNOWN_BUN = new Set(["pm", "build", "repl"]);
