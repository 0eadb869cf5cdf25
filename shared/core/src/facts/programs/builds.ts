// builds.ts — build tools, test runners and agents: programs whose purpose is to run the project's own code

import {
  type Call,
  HERE,
  has,
  looksOnly,
  opaque,
  optionValue,
  optionValues,
  raise,
  runs,
  sets,
  touches,
  touchesHere,
} from "../call.ts";
import type { Program } from "../grammar.ts";
import { literal } from "../shell/word.ts";
import { servesFolder } from "./interpreters.ts";

const HERE_FILES =
  "-C --directory=<chdir>; -f --file --makefile=<config>; -j --jobs[=N]; -k --keep-going; -n --just-print --dry-run --recon; -s --silent --quiet; -B --always-make; -i --ignore-errors; -e --environment-overrides; -l=N; -o=F; -W=F; -I=<read>; -p; -q; -r; -R; -t --touch; -v --version; -w; -d; --debug[=F]; --eval=TEXT; --trace; -O; --no-print-directory";

/** `make SHELL=…`, `make CC=…`: variables on the command line that name commands. */
function readMake(call: Call): void {
  for (const word of call.operands) {
    const known = word.text ?? word.known;
    const found = /^([A-Za-z_][\w.]*)\s*[:?+]?=(.*)$/s.exec(known);
    if (found && /^(SHELL|CC|CXX|LD|AR|MAKE|\.SHELLFLAGS|PYTHON|NODE|RM|INSTALL)$/.test(found[1]!))
      sets(call, found[1]!);
  }
  if (has(call, "eval") || /^(-|\/dev\/(stdin|fd\/0))$/.test(optionValue(call, "file")?.text ?? ""))
    opaque(call, "a makefile that is given as text");
  if (has(call, "version")) {
    looksOnly(call);
    call.atom.runsCode.length = 0;
  }
}

/** `-ex '!cmd'`, `-ex 'shell cmd'`: a debugger's own commands reach a shell, and its languages anything. */
function readDebugger(call: Call): void {
  for (const word of ["eval-command", "init-eval-command", "one-line-before-file"].flatMap((name) =>
    optionValues(call, name),
  )) {
    const text = (word.text ?? word.known).trim();
    const command = /^(?:!|(?:platform )?shell\s|make\s|pipe\b.*\|)\s*(.*)$/s.exec(text)?.[1];
    if (command !== undefined) call.nested.shell(literal(command), call.program);
    else if (
      word.text === null ||
      /^(python|py|pi|script|guile|gu|compile)\b|\b(system|execv?[lpe]*|popen)\s*\(/.test(text)
    )
      opaque(call, "a debugger runs code of its own");
  }
  if (has(call, "args")) call.nested.words(call.operands, call.program);
}

const test = (options = "", more: Partial<Program> = {}): Program => ({
  runs: "test-runner",
  use: "<maybe>...",
  options,
  ...more,
});
const build = (options = "", more: Partial<Program> = {}): Program => ({
  runs: "build-tool",
  use: "<maybe>...",
  options: `-o --output=<write>; -c --config=<config>; -p --project=<config>; -w --watch; -v --version; --help; ${options}`,
  ...more,
});

export const builds: Record<string, Program> = {
  "make gmake bmake nmake": { options: HERE_FILES, runs: "build-tool", effects: readMake },
  "just task mage invoke nox tox doit earthly dagger bazel bazelisk buck buck2 pants please meson ninja samu scons waf xmake premake5 gradle gradlew mvn mvnw sbt mill ant lein rebar3 mix dune cabal stack msbuild xcodebuild swiftc fastbuild turbo nx lerna rush moon wireit gulp grunt jake brunch webpack rollup vite parcel esbuild swc babel tsup tsdown rolldown rspack rsbuild snowpack next nuxt astro remix gatsby ng vue-cli-service react-scripts svelte-kit eleventy hugo jekyll hexo docusaurus vuepress vitepress mkdocs sphinx-build storybook expo-cli metro ionic cordova flutter pod carthage xcpretty phing dotnet nuget cmake ctest autoconf automake autoreconf libtoolize protoc buf sqlc graphql-codegen openapi-generator wasm-pack trunk cross maturin cibuildwheel setuptools pyinstaller electron-builder electron electron-forge tauri capacitor":
    build(
      "-f --file=<config>; -D=V; -B=<write>; -S=<read>; -G=G; -j=N; --build=<write>; --target=T; --install; --parallel[=N]; -x=T; --offline; -q; -P=P; -pl=P; -am; --filter=F; --outdir=<into>; --outfile=<write>; --bundle; --minify; -t=T; --env=E; --mode=M; --port=P; --host[=H]; --open; --dry-run; -m=M; -y; -C=<chdir>; -I=<read>; --prefix=<into>; -r=R; --configuration=C; --no-restore; --framework=F; -e=E; --scope=S; --force",
      {
        effects: (call) => {
          const first = call.operands[0]?.text ?? "";
          if (call.program === "dotnet" && /^(--info|--list-sdks|--version|list)$/.test(first)) looksOnly(call);
          if (/^(clean|clobber|distclean|mrproper)$/.test(first)) touchesHere(call, "delete");
          if (/^(publish|deploy|release|push)$/.test(first) && call.program !== "dotnet") raise(call, "warn");
        },
      },
    ),
  // Where things are to be installed one day is only noted.
  configure: build(
    "--prefix=P; --exec-prefix=P; --sysconfdir=P; --localstatedir=P; --libdir=P; --includedir=P; --bindir=P; --mandir=P; --datadir=P; --host=H; --build=B; --target=T; -C; -q; --srcdir=<read>; --cache-file=<write>",
  ),
  "tsc vue-tsc svelte-check pyright mypy pylint flake8 pyre pytype shellcheck hadolint yamllint markdownlint markdownlint-cli2 commitlint knip depcheck madge jscpd cspell codespell vale lychee typos actionlint tflint tfsec checkov trivy grype syft semgrep bandit safety snyk gitleaks trufflehog detect-secrets cloc scc tokei sloccount lizard radon vulture pydocstyle proselint alex htmlhint csslint jshint jslint swiftlint checkstyle spotbugs pmd staticcheck govulncheck gosec errcheck revive":
    {
      runs: "tool",
      use: "<tree>...",
      options:
        "-p --project=<config>; -b --build; -w --watch; --noEmit; --outDir=<into>; --init; -c --config=<config>; --strict; -o --output=<write>; -f --format=F; -s --severity=S; -e --exclude=E; --ignore=P; --fix; -q; -v; -x; -l=L; --report=<write>; --pretty; --skipLibCheck; --target=T; --module=M; --lib=L; --jsx=J; -i; --json; -r; -d; --by-file",
    },
  "pytest py.test unittest nose2 nosetests behave robot green ward": test(
    "-k=EXPR; -m=MARK; -x --exitfirst; -v --verbose; -q --quiet; -s; -n --numprocesses=N; --maxfail=N; --lf --last-failed; --ff; --cov[=P]; --cov-report=R; -c --config-file=<config>; -p=PLUGIN; --rootdir=<chdir>; --junitxml --junit-xml=<write>; -o=O; --tb=S; --durations=N; -r=C; --pdb; --co --collect-only; --ignore=P; --deselect=I; --no-header; --timeout=N; --basetemp=<write>; --pyargs; -W=W; --import-mode=M; --reruns=N; -l; --asyncio-mode=M; --html=<write>; --color=W; -f; --setup-show; --fixtures; --markers; --count=N; -t=T; --no-cov; --capture=M; --strict-markers",
  ),
  "jest vitest mocha ava tap tape jasmine karma cypress playwright testcafe wdio nightwatch qunit uvu bats nyc c8 newman artillery k6 locust cucumber cucumber-js rspec minitest phpunit pest codecept busted prove gotestsum ginkgo testem detox stryker mutmut":
    test(
      "-t --testNamePattern --grep -g=P; -c --config=<config>; --coverage; -w --watch; --watchAll; -u --update --updateSnapshot; --run; --project=P; --reporter=R; --reporters=R; --outputFile=<write>; --ui; -r --require=<run>; --timeout=N; --maxWorkers=N; -i --runInBand; --ci; --verbose; --silent; --bail[=N]; --changed; --testPathPattern=P; --environment=E; --setupFiles=<run>; --exit; -b; --spec=P; --browser=B; --headed; --debug; --workers=N; --retries=N; --trace=M; --filter=F; --testsuite=S; --bootstrap=<run>; -f --format=F; -e=E; --tag=T; -o --out=<write>; -I=<read>; -v; -s; --globals; --passWithNoTests; --root=<chdir>; --dir=<read>; --forceExit; --detectOpenHandles; --no-coverage; -n=N; -j=N; -k",
    ),
  "gcc g++ clang clang++ cc c++ cpp ld as ar ranlib rustc ocamlc ocamlopt fpc gfortran javac kotlinc scalac mcs csc valac nasm yasm gdc ldc2 dmd iverilog verilator emcc nvcc tinycc tcc":
    {
      use: "<read>...",
      options:
        "-o=<write>; -c; -S; -E; -g; -Wall; -Wextra; -I=<read>; -L=<read>; -l=LIB; -D=DEF; -U=DEF; -O=N; -std=S; -f=F; -m=F; -W=W; -x=L; -include=<read>; -isystem=<read>; -shared; -static; -pthread; -fplugin=<run>; -wrapper=<run>; -B=<run>; -specs=<run>; -d=<into>; -cp -classpath=<read>; --out-dir=<into>; --crate-type=T; --edition=E; -C=O; -v; --version; -MF=<write>; -MD; -MMD; -MT=T; -framework=F; -arch=A; -target=T; -T=<read>; -s; -pipe; -march=A; -dumpversion",
      style: "single",
      runs: "build-tool",
      effects: (call) => {
        if (has(call, "version", "dumpversion") && call.operands.length === 0) {
          looksOnly(call);
          call.atom.runsCode.length = 0;
        } else if (optionValue(call, "o") === undefined) touches(call, HERE, "write");
      },
    },
  "pkg-config ctags etags gcov lcov objcopy install_name_tool addr2line c++filt dsymutil gprof cscope doxygen": {
    use: "<read>...",
    options: "-o=<write>; -f=<write>; -R; --version; --libs; --cflags; -c; -d=<into>; -r; -s; -e=E",
  },
  strip: {
    use: "<edit>...",
    options: "-s; -g; -S; -x; -o=<write>; -K=S; -N=S; -R=S; --strip-all; --strip-unneeded; --strip-debug",
  },
  // other agents: what they do is their own affair
  "claude codex gemini copilot opencode cursor-agent aider amp crush qwen droid auggie cline kiro-cli q llm sgpt aichat mods fabric ollama interpreter open-interpreter plandex gpt-engineer openhands swe-agent":
    {
      runs: "agent",
      stopAtOperand: true,
      options:
        "-p --print --prompt=TEXT; -c --continue; -r --resume[=ID]; --model -m=M; --dangerously-skip-permissions; --yolo; --full-auto; --dangerously-bypass-approvals-and-sandbox; --allow-all-tools; --permission-mode=M; --output-format=F; --allowedTools=T; --disallowedTools=T; --mcp-config=<config>; -s --sandbox=M; -a --ask-for-approval=M; -C --cd=<chdir>; --add-dir=<tree>; --message=T; --yes-always; -v --version; --help",
      effects: (call) => {
        if (has(call, "version", "help")) {
          looksOnly(call);
          call.atom.runsCode.length = 0;
        }
        call.operands.push(...call.rest);
        if (
          has(
            call,
            "dangerously-skip-permissions",
            "yolo",
            "full-auto",
            "dangerously-bypass-approvals-and-sandbox",
            "allow-all-tools",
            "yes-always",
          )
        )
          raise(call, "blocked-by-default");
      },
    },
  "gdb lldb": {
    runs: "debugger",
    use: "<read>...",
    useWith: { args: "word..." },
    style: "single",
    options:
      "--args -args; -ex -o -eval-command --eval-command=COMMAND; -iex -init-eval-command=COMMAND; -O --one-line-before-file=COMMAND; -x -s -command --source=<run>; -ix; -batch --batch; -q -quiet --quiet; -p -pid --pid=N; -nx; -nh; -n; -c -core --core=<read>; -cd=<chdir>; -f -file --file=<read>; -tui",
    effects: readDebugger,
  },
  "dlv rr": { runs: "debugger", use: "<read>..." },
  "pre-commit husky lefthook lint-staged overcommit": {
    runs: "git-hooks",
    subs: { max: 1 },
    options: "-a --all-files; -c=<config>; --hook-stage=S; --files=<read>; -v; -t=T",
  },
  "act gitlab-runner circleci woodpecker-cli drone jenkins-cli": {
    runs: "ci",
    subs: { max: 1 },
    effects: (call) => {
      if (/^(unregister|delete\S*|uninstall|stop|reset-token)$/.test(call.subs[0] ?? ""))
        raise(call, "blocked-by-default");
    },
  },
  "serve http-server live-server caddy nginx apachectl httpd gunicorn uvicorn hypercorn flask streamlit gradio uwsgi puma unicorn thin rackup json-server browser-sync nodemon concurrently npm-run-all wait-on cross-env dotenvx env-cmd jupyter jupyter-lab jupyter-notebook notebook celery airflow dbt prefect luigi great_expectations scrapy":
    {
      runs: "server",
      use: "<maybe>...",
      options:
        "-p --port=P; -h --host=H; -b --bind=A; -c --config=<config>; -w --workers=N; --reload; -d --debug --directory=<read>; --exec -x=<shell>; -e --ext=E; --watch=<read>; --ignore=P; -n --names=N; -k --kill-others; -s; -t=T; -A --app=A; -v --version; --root-path=P; --env-file=<read>; --factory; --log-level=L; --project-dir=<chdir>; --select=S; --target=T; --profiles-dir=<read>",
      effects: readRunners,
    },
};

/** concurrently "a" "b", cross-env X=1 cmd: calls inside the call. */
function readRunners(call: Call): void {
  if (call.program === "concurrently") for (const word of call.operands) call.nested.shell(word, call.program);
  else if (/^(cross-env|env-cmd|dotenvx)$/.test(call.program)) {
    let words = call.operands;
    while (words[0] && /^[A-Za-z_]\w*=/.test(words[0].known)) {
      sets(call, words[0].known.slice(0, words[0].known.indexOf("=")));
      words = words.slice(1);
    }
    if (words[0]?.text === "run") words = words.slice(1);
    call.nested.words(words, call.program);
  } else if (/^(serve|http-server|live-server)$/.test(call.program)) servesFolder(call, call.operands[0]);
  else if (call.program === "nodemon" && has(call, "exec")) runs(call, "script");
}
