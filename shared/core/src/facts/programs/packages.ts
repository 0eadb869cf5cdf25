// packages.ts — package managers of languages: what installs, what publishes, what runs scripts on the way

import { type Call, has, looksOnly, raise, runs, sets, touches, touchesHere } from "../call.ts";
import type { Program } from "../grammar.ts";
import { literal } from "../shell/word.ts";
import { install, publishes } from "./package-kinds.ts";

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

/** `conda env list`, `conda config --show`: names and settings; the other words of both groups change them. */
function readConda(call: Call): void {
  const [group, verb] = call.subs;
  const shows = has(call, "show", "show-sources", "get", "describe", "validate");
  if (group === "env" ? /^(list|export|config)$/.test(verb ?? "") : shows) looksOnly(call);
}

export const packages: Record<string, Program> = {
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
      "list info search compare doctor notices": { class: "safe" },
      "env config": {
        subs: { max: 1 },
        options:
          "--show[=K]; --show-sources; --get[=K]; --describe[=K]; --validate; --set=K; --remove=K; --add=K; --prune",
        effects: readConda,
      },
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
  "twine flit": {
    use: "<read>...",
    sub: {
      "check help": { class: "safe", use: "<read>..." },
      "build init install": { runs: "build-tool" },
      "upload register publish": { class: "blocked", use: "<read>...", effects: publishes },
    },
  },
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
      "publish yank": { class: "blocked", effects: publishes },
      owner: {
        class: "blocked",
        options: "-l --list; -a --add=U; -r --remove=U; --token=T; --index=I; --registry=R",
        effects: (call) => {
          if (has(call, "list")) looksOnly(call);
          else publishes(call);
        },
      },
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
};
