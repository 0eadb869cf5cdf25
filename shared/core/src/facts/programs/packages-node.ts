// packages-node.ts — npm, pnpm, yarn, bun, and what chooses versions of languages

import { type Call, has, looksOnly, optionValues, raise, runs, sets, touches } from "../call.ts";
import { readForeignCode } from "../code.ts";
import type { Program } from "../grammar.ts";
import { literal } from "../shell/word.ts";
import { install, LOOK, publishes } from "./package-kinds.ts";

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

/** What npm says and shows; none of it names a program, a place or a machine. */
const HARMLESS_SETTINGS =
  /^(fund|audit|audit-level|loglevel|progress|color|save-exact|save-prefix|package-lock|engine-strict|legacy-peer-deps|update-notifier|init-(license|version|author-(name|email|url)))$/;

/** Who may publish, and what is said about what was published. */
const account: Program = {
  subs: { max: 1 },
  effects: (call) => {
    const verb = call.subs[1] ?? "";
    if (/^(ls|list|get)$/.test(verb) || call.subs[0] === "stars") looksOnly(call);
    else if (/^(rm|remove|revoke|delete|destroy)$/.test(verb)) raise(call, "blocked-by-default");
  },
};

const node: Record<string, Program> = {
  "list|ls|ll|la view|info|show|v outdated why explain search docs repo bugs home ping whoami fund doctor root prefix bin licenses get help diff query sbom find-dupes stats":
    LOOK(),
  audit: {
    class: "safe",
    sub: { "fix signatures": { class: "warn", runs: "package-script" } },
    options: "--audit-level=L; --fix; --production",
  },
  "install|i|in|ins|isntall add ci|clean-install|ic install-test|it install-ci-test link|ln rebuild|rb dedupe|ddp update|up|upgrade import fetch deploy":
    install("", { use: "<source>..." }),
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
  "deprecate undeprecate owner access dist-tag team token login adduser logout star unstar stars hook org profile":
    account,
  "config|c set": {
    sub: {
      "get list ls": { class: "safe" },
      delete: {},
      "set edit fix": {
        effects: (call) => {
          if (HARMLESS_SETTINGS.test((call.operands[0]?.text ?? "?").split("=", 1)[0]!)) return;
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

export const nodePackages: Record<string, Program> = {
  npm: { options: NODE_OPTIONS, sub: node },
  pnpm: { options: NODE_OPTIONS, sub: node, effects: bareScript },
  yarn: {
    options: NODE_OPTIONS,
    sub: { ...node, npm: { sub: { ...node, tag: account } } },
    effects: (call) => {
      // `yarn npm publish`: what npm does, by yarn.
      if (call.subs[0] === "npm") call.subs.shift();
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
    effects: (call) => {
      for (const code of [...optionValues(call, "eval"), ...optionValues(call, "print")]) readForeignCode(call, code);
      bareScript(call);
    },
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
