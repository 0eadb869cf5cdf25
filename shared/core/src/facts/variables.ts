// variables.ts — variables and settings that make a program run other code (rulings §B5), as a table

/** What the value is: a command for a shell, a file or folder of code, options or settings, or a place to find programs. */
export type VariableKind = "command" | "code" | "settings" | "search";

const EXACT: Record<string, VariableKind> = {
  // shells
  BASH_ENV: "code",
  ENV: "code",
  PROMPT_COMMAND: "command",
  PS0: "command",
  PS4: "command",
  SHELLOPTS: "settings",
  BASHOPTS: "settings",
  ZDOTDIR: "code",
  PATH: "search",
  SHELL: "code",
  // pagers, editors, askers: run by others when they need one
  PAGER: "command",
  MANPAGER: "command",
  LESSOPEN: "command",
  LESSCLOSE: "command",
  EDITOR: "command",
  VISUAL: "command",
  BROWSER: "command",
  SSH_ASKPASS: "command",
  SUDO_ASKPASS: "command",
  SYSTEMD_PAGER: "command",
  AWS_PAGER: "command",
  GH_PAGER: "command",
  GH_EDITOR: "command",
  GH_BROWSER: "command",
  KUBE_EDITOR: "command",
  PSQL_PAGER: "command",
  PSQL_EDITOR: "command",
  FZF_DEFAULT_COMMAND: "command",
  RSYNC_RSH: "command",
  CVS_RSH: "command",
  TAR_OPTIONS: "settings",
  APT_CONFIG: "code",
  RPM_CONFIGDIR: "code",
  MAKEFLAGS: "settings",
  MFLAGS: "settings",
  GNUMAKEFLAGS: "settings",
  // interpreters
  NODE_OPTIONS: "settings",
  NODE_PATH: "search",
  NODE_REPL_EXTERNAL_MODULE: "code",
  BUN_OPTIONS: "settings",
  DENO_DIR: "search",
  PERL5LIB: "search",
  PERL5OPT: "settings",
  PERL5DB: "command",
  PERLLIB: "search",
  RUBYOPT: "settings",
  RUBYLIB: "search",
  GEM_HOME: "search",
  GEM_PATH: "search",
  BUNDLE_GEMFILE: "code",
  PHPRC: "settings",
  PHP_INI_SCAN_DIR: "settings",
  LUA_INIT: "code",
  LUA_PATH: "search",
  JAVA_TOOL_OPTIONS: "settings",
  _JAVA_OPTIONS: "settings",
  JDK_JAVA_OPTIONS: "settings",
  CLASSPATH: "search",
  MAVEN_OPTS: "settings",
  GRADLE_OPTS: "settings",
  ERL_FLAGS: "settings",
  R_PROFILE: "code",
  R_PROFILE_USER: "code",
  JULIA_LOAD_PATH: "search",
  // compilers and builds
  CC: "command",
  CXX: "command",
  LD: "command",
  AR: "command",
  RUSTC: "command",
  RUSTC_WRAPPER: "command",
  RUSTC_WORKSPACE_WRAPPER: "command",
  RUSTFLAGS: "settings",
  RUSTDOC: "command",
  GOFLAGS: "settings",
  GOENV: "settings",
  GOPROXY: "settings",
  GONOSUMDB: "settings",
  GOTOOLCHAIN: "settings",
  CMAKE_TOOLCHAIN_FILE: "code",
  // where tools read what to run or whom to trust
  GLIBC_TUNABLES: "settings",
  GCONV_PATH: "search",
  OPENSSL_CONF: "settings",
  CURL_HOME: "settings",
  WGETRC: "settings",
  KUBECONFIG: "settings",
  DOCKER_CONFIG: "settings",
  DOCKER_HOST: "settings",
  TF_CLI_CONFIG_FILE: "settings",
  TERRAFORM_CONFIG: "settings",
  HELM_PLUGINS: "search",
  ANSIBLE_CONFIG: "settings",
  AWS_CONFIG_FILE: "settings",
  PIP_CONFIG_FILE: "settings",
  PIP_INDEX_URL: "settings",
  PIP_EXTRA_INDEX_URL: "settings",
  PIP_TRUSTED_HOST: "settings",
  UV_INDEX_URL: "settings",
  UV_DEFAULT_INDEX: "settings",
  VIMINIT: "command",
  EXINIT: "command",
  INPUTRC: "settings",
  TERMINFO: "settings",
  HTTP_PROXY: "settings",
  HTTPS_PROXY: "settings",
  ALL_PROXY: "settings",
  http_proxy: "settings",
  https_proxy: "settings",
  all_proxy: "settings",
};

const GIT: Record<string, VariableKind> = {
  GIT_SSH: "command",
  GIT_SSH_COMMAND: "command",
  GIT_EDITOR: "command",
  GIT_SEQUENCE_EDITOR: "command",
  GIT_PAGER: "command",
  GIT_EXTERNAL_DIFF: "command",
  GIT_ASKPASS: "command",
  GIT_PROXY_COMMAND: "command",
  GIT_EXEC_PATH: "search",
  GIT_TEMPLATE_DIR: "code",
};
/** git's variables that only say who, where, or how much is printed. */
const HARMLESS_GIT = new Set([
  "GIT_AUTHOR_NAME",
  "GIT_AUTHOR_EMAIL",
  "GIT_AUTHOR_DATE",
  "GIT_COMMITTER_NAME",
  "GIT_COMMITTER_EMAIL",
  "GIT_COMMITTER_DATE",
  "GIT_TERMINAL_PROMPT",
  "GIT_MERGE_AUTOEDIT",
  "GIT_OPTIONAL_LOCKS",
  "GIT_LFS_SKIP_SMUDGE",
  "GIT_TRACE",
  "GIT_CURL_VERBOSE",
  "GIT_DISCOVERY_ACROSS_FILESYSTEM",
  "GIT_PAGER_IN_USE",
]);
const HARMLESS_PYTHON = new Set([
  "PYTHONUNBUFFERED",
  "PYTHONDONTWRITEBYTECODE",
  "PYTHONIOENCODING",
  "PYTHONUTF8",
  "PYTHONHASHSEED",
]);

/** Why setting `name` makes code run, or undefined when it does not. */
export function codeVariable(name: string): VariableKind | undefined {
  const exact = Object.hasOwn(EXACT, name) ? EXACT[name] : undefined;
  if (exact) return exact;
  if (name.startsWith("LD_") || name.startsWith("DYLD_")) return name.endsWith("_PATH") ? "search" : "code";
  if (name.startsWith("GIT_"))
    return Object.hasOwn(GIT, name) ? GIT[name] : HARMLESS_GIT.has(name) ? undefined : "settings";
  if (name.startsWith("PYTHON")) {
    if (HARMLESS_PYTHON.has(name)) return undefined;
    return name === "PYTHONPATH" || name === "PYTHONHOME" ? "search" : "code";
  }
  if (/^npm_config_|^NPM_CONFIG_|^pnpm_config_|^YARN_/.test(name)) return "settings";
  if (name.startsWith("BASH_FUNC_")) return "command";
  if (name.startsWith("CARGO_TARGET_") && name.endsWith("_RUNNER")) return "command";
  return undefined;
}

/** Settings of git that name a command, a folder of scripts or another file of settings. */
export function gitSettingRuns(key: string): VariableKind | undefined {
  const lower = key.toLowerCase();
  const exact = Object.hasOwn(GIT_SETTINGS, lower) ? GIT_SETTINGS[lower] : undefined;
  if (exact) return exact;
  if (lower.startsWith("alias.")) return "command";
  if (lower.startsWith("includeif.") || lower.startsWith("url.") || lower.startsWith("protocol.")) return "settings";
  if (lower.startsWith("pager.") || lower.startsWith("man.") || lower.startsWith("hook.")) return "command";
  if (
    /^(diff|merge|filter|difftool|mergetool|guitool|browser|gpg|trailer|tar)\..+\.(command|cmd|textconv|driver|clean|smudge|process|program)$/.test(
      lower,
    )
  )
    return "command";
  if (/^remote\..+\.(vcs|uploadpack|receivepack|proxy)$|^submodule\..+\.update$/.test(lower)) return "command";
  if (/^credential\..+\.helper$/.test(lower)) return "command";
  return undefined;
}
const GIT_SETTINGS: Record<string, VariableKind> = {
  "core.hookspath": "code",
  "core.sshcommand": "command",
  "core.editor": "command",
  "core.pager": "command",
  "core.fsmonitor": "command",
  "core.askpass": "command",
  "core.gitproxy": "command",
  "core.alternaterefscommand": "command",
  "core.worktree": "settings",
  "core.attributesfile": "settings",
  "sequence.editor": "command",
  "include.path": "settings",
  "credential.helper": "command",
  "diff.external": "command",
  "interactive.difffilter": "command",
  "gpg.program": "command",
  "gpg.ssh.program": "command",
  "gpg.ssh.defaultkeycommand": "command",
  "init.templatedir": "code",
  "uploadpack.packobjectshook": "command",
  "sendemail.smtpserver": "settings",
  "sendemail.tocmd": "command",
  "sendemail.cccmd": "command",
  "http.proxy": "settings",
  "http.sslverify": "settings",
  "safe.directory": "settings",
};
