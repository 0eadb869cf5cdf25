// git-plumbing.ts — git's subcommands for history, objects, servers and other tools

import { has, opaque, optionValue, raise, runs } from "../call.ts";
import type { Program } from "../grammar.ts";

/** Loses history or objects, or serves and calls other programs. */
export const plumbing: Record<string, Program> = {
  "gc prune repack pack-refs prune-packed maintenance": {
    options:
      "--prune[=D]; --aggressive; --auto; -q; --force; --expire=T; -n --dry-run; -a; -d; -A; -l; -v; --all; --no-prune; --keep-largest-pack; --cruft; --task=T; --schedule=S",
  },
  "filter-branch": {
    options:
      "--tree-filter=<shell>; --index-filter=<shell>; --env-filter=<shell>; --msg-filter=<shell>; --commit-filter=<shell>; --tag-name-filter=<shell>; --parent-filter=<shell>; --setup=<shell>; --subdirectory-filter=D; -f --force; --prune-empty; --original=N; -d=D; --state-branch=B",
    runs: "git-hooks",
    class: "blocked",
  },
  "filter-repo": {
    style: "single",
    class: "blocked",
    options: "--path=P; --invert-paths; --force; --replace-text=<read>; --subdirectory-filter=D; --analyze; --dry-run",
    effects: (call) => {
      if (has(call, "analyze", "dry-run")) call.base = "warn";
    },
  },
  // git-extras: what rewrites history, throws changes away, or removes from the remote as well
  "obliterate clear reset-file delete-branch delete-tag delete-submodule": {},
  undo: { options: "-s --soft; -h --hard" },
  "update-ref symbolic-ref": {
    options: "-d --delete; -m=T; --no-deref; --stdin; -z; --create-reflog; -q; --short",
  },
  "replace read-tree update-index write-tree commit-tree hash-object mktree mktag unpack-objects index-pack fast-import fast-export bundle rerere sparse-checkout":
    {
      options:
        "-m=T; -u; -w; -f --force; --reset; --assume-unchanged; --skip-worktree; -p=C; -t=T; --stdin; -F=<read>; -o=<write>; -q; -v; --cone; --no-cone; -d; -i; --add; --remove; --refresh; --index-info; --cacheinfo=I; --chmod=M; --all; --prefix=P",
    },
  archive: {
    options:
      "--format=F; -o --output=<write>; --prefix=P; --remote=<source>; --exec=<shell>; -l; -v; --add-file=<read>; -0; -9; --worktree-attributes",
    class: "safe",
    effects: (call) => {
      // Another machine packs what it has; a program of one's own for it runs there.
      if (optionValue(call, "remote") && has(call, "exec")) runs(call, "remote");
    },
  },
  lfs: { subs: { max: 1 }, runs: "git-hooks", options: "-I --include=P; -X --exclude=P; --all; -f --force" },
  "send-email request-pull imap-send": {
    options: "--to=A; --cc=A; --from=A; --subject=T; --smtp-server=<upload>; -o=O",
    class: "warn",
    runs: "git-hooks",
  },
  instaweb: { runs: "server" },
  // Whoever connects may read; who may write as well is asked about.
  daemon: {
    runs: "server",
    use: "<tree>...",
    options:
      "--base-path=<tree>; --export-all; --enable=S; --allow-override=S; --forbid-override=S; --disable=S; --listen=H; --port=P; --reuseaddr; --detach; --verbose; --informative-errors; --inetd; --user=U; --group=G; --pid-file=<write>; --access-hook=<run>; --interpolated-path=P; --strict-paths; --user-path[=P]; --max-connections=N; --timeout=N; --init-timeout=N",
    effects: (call) => {
      if (has(call, "enable", "allow-override", "access-hook", "user-path")) raise(call, "blocked-by-default");
      if (call.operands.length === 0 && !has(call, "base-path"))
        opaque(call, "every repository of this machine is served");
    },
  },
  "http-backend shell upload-pack receive-pack": { class: "blocked" },
  "mergetool difftool gui citool gitk web--browse": {
    runs: "git-setting",
    options: "-t --tool=T; -x --extcmd=<shell>; -y --no-prompt; --prompt; -d --dir-diff; -g --gui",
  },
  flow: { subs: { max: 2 }, runs: "git-hooks" },
  "credential credential-store credential-cache": { class: "blocked" },
};
