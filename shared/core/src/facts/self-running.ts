// self-running.ts — files that run, or make others run, without being called: a write to one is an `execute` (rulings §B4)

import { baseName } from "./paths.ts";

/** By name, wherever they lie. */
const NAMES = new Map(
  Object.entries({
    // build tools and package managers read these before anything else
    "package.json": "package scripts",
    "pnpm-workspace.yaml": "package manager",
    ".npmrc": "package manager configuration",
    ".yarnrc": "package manager configuration",
    ".yarnrc.yml": "package manager configuration",
    ".pnpmfile.cjs": "package manager hook",
    ".pnpmfile.mjs": "package manager hook",
    "bunfig.toml": "package manager configuration",
    "pip.conf": "package manager configuration",
    Makefile: "build",
    makefile: "build",
    GNUmakefile: "build",
    Justfile: "build",
    justfile: "build",
    Rakefile: "build",
    Gemfile: "build",
    Vagrantfile: "build",
    "build.rs": "build",
    "setup.py": "build",
    "setup.cfg": "build",
    "build.gradle": "build",
    "build.gradle.kts": "build",
    "settings.gradle": "build",
    "Taskfile.yml": "build",
    "noxfile.py": "build",
    "tox.ini": "tests",
    "conftest.py": "tests",
    "sitecustomize.py": "interpreter start",
    "usercustomize.py": "interpreter start",
    ".pythonrc": "interpreter start",
    ".irbrc": "interpreter start",
    ".pryrc": "interpreter start",
    ".gdbinit": "debugger start",
    ".lldbinit": "debugger start",
    // shells and their kin
    ".envrc": "shell environment",
    ".bashrc": "shell start",
    ".bash_profile": "shell start",
    ".bash_login": "shell start",
    ".bash_logout": "shell end",
    ".bash_aliases": "shell start",
    ".profile": "shell start",
    ".zshrc": "shell start",
    ".zshenv": "shell start",
    ".zprofile": "shell start",
    ".zlogin": "shell start",
    ".kshrc": "shell start",
    ".cshrc": "shell start",
    ".tcshrc": "shell start",
    "config.fish": "shell start",
    ".inputrc": "shell start",
    ".vimrc": "editor start",
    ".nvimrc": "editor start",
    ".exrc": "editor start",
    ".emacs": "editor start",
    ".tmux.conf": "terminal start",
    ".screenrc": "terminal start",
    ".xinitrc": "session start",
    ".xprofile": "session start",
    ".xsession": "session start",
    // git
    ".gitconfig": "git configuration",
    ".gitmodules": "git submodules",
    ".lfsconfig": "git configuration",
    ".pre-commit-config.yaml": "git hook",
    "lefthook.yml": "git hook",
    ".lintstagedrc": "git hook",
    // continuous integration and deployment
    ".gitlab-ci.yml": "ci",
    ".travis.yml": "ci",
    "azure-pipelines.yml": "ci",
    "bitbucket-pipelines.yml": "ci",
    Jenkinsfile: "ci",
    "cloudbuild.yaml": "ci",
    "buildspec.yml": "ci",
    ".drone.yml": "ci",
    Procfile: "deployment",
    // agents and editors: hooks and servers that they start
    ".mcp.json": "agent servers",
    "mcp.json": "agent servers",
    "mcp_config.json": "agent servers",
    "claude_desktop_config.json": "agent servers",
    ".claude.json": "agent configuration",
    "hooks.json": "agent hooks",
    // accounts and time
    authorized_keys: "login",
    rc: "login",
    sudoers: "privileges",
    crontab: "timer",
  }),
);

/** By the folder they lie in: `/…/` anywhere in the path. */
const FOLDERS: readonly [string, string][] = [
  ["/.git/hooks/", "git hook"],
  ["/.githooks/", "git hook"],
  ["/.husky/", "git hook"],
  ["/.github/workflows/", "ci"],
  ["/.github/actions/", "ci"],
  ["/.circleci/", "ci"],
  ["/.buildkite/", "ci"],
  ["/.gitea/workflows/", "ci"],
  ["/.forgejo/workflows/", "ci"],
  ["/.claude/hooks/", "agent hooks"],
  ["/.claude/commands/", "agent commands"],
  ["/.claude/agents/", "agent commands"],
  ["/.claude/skills/", "agent commands"],
  ["/.cursor/hooks/", "agent hooks"],
  ["/.codex/hooks/", "agent hooks"],
  ["/.gemini/extensions/", "agent hooks"],
  ["/.opencode/plugin/", "agent hooks"],
  ["/.config/opencode/plugin/", "agent hooks"],
  ["/.config/autostart/", "session start"],
  ["/.config/systemd/user/", "service"],
  ["/Library/LaunchAgents/", "service"],
  ["/Library/LaunchDaemons/", "service"],
  ["/.oh-my-zsh/", "shell start"],
  ["/.config/fish/", "shell start"],
  ["/.config/nvim/", "editor start"],
  ["/.vim/", "editor start"],
  ["/.local/bin/", "program path"],
];

/** By where they begin. */
const ROOTS: readonly [string, string][] = [
  ["/etc/cron", "timer"],
  ["/var/spool/cron/", "timer"],
  ["/etc/systemd/", "service"],
  ["/lib/systemd/", "service"],
  ["/usr/lib/systemd/", "service"],
  ["/etc/init.d/", "service"],
  ["/etc/rc", "service"],
  ["/etc/profile", "shell start"],
  ["/etc/bash", "shell start"],
  ["/etc/zsh", "shell start"],
  ["/etc/environment", "shell start"],
  ["/etc/sudoers", "privileges"],
  ["/etc/ld.so", "loader"],
  ["/etc/pam.d/", "login"],
  ["/etc/ssh/", "login"],
  ["/etc/udev/", "devices"],
  ["/etc/apt/apt.conf.d/", "package manager hook"],
  ["/etc/update-motd.d/", "login"],
  ["/etc/gitconfig", "git configuration"],
  ["/etc/npmrc", "package manager configuration"],
  ["/usr/local/bin/", "program path"],
  ["/usr/local/sbin/", "program path"],
  ["/usr/bin/", "program path"],
  ["/usr/sbin/", "program path"],
  ["/bin/", "program path"],
  ["/sbin/", "program path"],
];

/** Most absolute paths begin as none of the roots does: told by the letter behind the slash. */
const ROOT_LETTERS = new Set(ROOTS.map(([root]) => root.charCodeAt(1)));

/** Settings files of agents and editors: a common name inside a telling folder. */
const SETTINGS: readonly [string, string, string][] = [
  ["/.claude/", "settings", "agent hooks"],
  ["/.gemini/", "settings", "agent hooks"],
  ["/.codex/", "config", "agent hooks"],
  ["/.cursor/", "", "agent configuration"],
  ["/.copilot/", "", "agent configuration"],
  ["/.opencode/", "opencode", "agent configuration"],
  ["/.vscode/", "", "editor tasks"],
  ["/.idea/", "", "editor tasks"],
  ["/.devcontainer/", "", "container start"],
  ["/.git/", "config", "git configuration"],
  ["/.config/git/", "config", "git configuration"],
  ["/.cargo/", "config", "build"],
  ["/.ssh/", "config", "login"],
  ["/.ssh/", "rc", "login"],
  ["/.ssh/", "environment", "login"],
  ["/.config/pip/", "pip.conf", "package manager configuration"],
];

/** Why a write to `path` makes code run later; undefined when it does not. */
export function runsByItself(path: string): string | undefined {
  const name = baseName(path);
  const byName = NAMES.get(name);
  if (byName && (name !== "rc" || path.includes("/.ssh/"))) return byName;
  if (name.endsWith(".pth") && path.includes("site-packages")) return "interpreter start";
  if (name.startsWith("opencode.json")) return "agent configuration";
  const rooted = path.charCodeAt(0) === 47 ? path : `/${path}`;
  // Everything below holds a dot folder or begins in a system root.
  if (rooted.includes("/.") || rooted.includes("/Library/")) {
    const inFolder = `${rooted}/`;
    for (const [folder, kind] of FOLDERS) if (inFolder.includes(folder)) return kind;
    for (const [folder, start, kind] of SETTINGS) {
      const found = rooted.indexOf(folder);
      if (found >= 0 && rooted.startsWith(start, found + folder.length) && name.startsWith(start)) return kind;
    }
  }
  if (ROOT_LETTERS.has(rooted.charCodeAt(1)))
    for (const [root, kind] of ROOTS) if (rooted.startsWith(root)) return kind;
  return undefined;
}
