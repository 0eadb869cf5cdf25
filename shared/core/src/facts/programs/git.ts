// git.ts — git: the subcommands that look, the ones that change, and the ones that lose something

import { HERE, has, looksOnly, raise, runs, touches, touchesHere } from "../call.ts";
import type { Program } from "../grammar.ts";
import {
  cloned,
  readBisect,
  readBranch,
  readCheckout,
  readClean,
  readConfig,
  readDiff,
  readPush,
  readRebase,
  readReset,
  readRestore,
  readRm,
  readStash,
  readSubmodule,
  readWorktree,
} from "./git-effects.ts";
import { plumbing } from "./git-plumbing.ts";

const LOOKS = `
  -p -u --patch; --stat[=W]; --name-only; --name-status; --oneline; --graph; -n --max-count=N; --since --after=D; --until --before=D; --author=P; --grep=P; -S=S; -G=R; --format --pretty=F; --all; --follow; -L=R; --decorate[=W]
  --output=<write>; --ext-diff; --textconv; --no-ext-diff; --no-textconv; --cached --staged; -w; -b; -U --unified=N; --word-diff[=W]; --color[=W]; -M; -C; --diff-filter=F; -q --quiet; -s --no-patch; -z; -O=<read>; --no-index; --check; --abbrev[=N]; --skip=N; --reverse; -1; -2; -3; -5; -10; --exit-code; --shortstat; --numstat; --summary; --raw; --first-parent; --merges; --no-merges; --date=F; -i; --left-right; --cherry-pick; --relative[=P]; --submodule[=W]; --show-signature
`;
const looks: Program = { class: "safe", options: LOOKS, effects: readDiff };
const safe = (options = "", more: Partial<Program> = {}): Program => ({ class: "safe", options, ...more });
/** Changes the working tree and may run the repository's hooks. */
const hooks = (options: string, more: Partial<Program> = {}): Program => ({ options, runs: "git-hooks", ...more });

export const git: Record<string, Program> = {
  git: {
    options: `
      -C=<chdir>; -c --config=<gitSetting>; --config-env=<gitSetting>; --git-dir=<config>; --work-tree=<chdir>; --namespace=NAME; --exec-path[=<run>]
      -p --paginate; -P --no-pager; --bare; --no-replace-objects; --no-optional-locks; --literal-pathspecs; --glob-pathspecs; --noglob-pathspecs; --icase-pathspecs; --html-path; --version; --help; --list-cmds=L; --super-prefix=P; --attr-source=T
    `,
    sub: {
      // looks
      status: safe(
        "-s --short; -b --branch; -u --untracked-files[=M]; --porcelain[=V]; --ignored[=M]; -z; -v; --long; --show-stash",
      ),
      "log show diff whatchanged shortlog diff-tree diff-index diff-files range-diff": looks,
      "blame|annotate": safe(
        "-L=R; -w; -C; -M; -e; -l; -s; -t; --since=D; -p; --contents=<read>; --ignore-revs-file=<read>",
      ),
      "describe name-rev merge-base rev-list show-ref show-branch count-objects cherry var version help check-ignore check-attr check-mailmap for-each-ref verify-commit verify-tag verify-pack cat-file get-tar-commit-id diagnose fsck column stripspace whatis patch-id ls-tree interpret-trailers":
        safe(
          "--format=F; --sort=K; -n=N; --count=N; --abbrev[=N]; --match=P; --exclude=P; --contains=C; -t; -p; -s; -e; -v; --batch[=F]; --stdin",
        ),
      "rev-parse": safe(
        "--show-toplevel; --git-dir; --abbrev-ref[=M]; --short[=N]; --verify; -q --quiet; --show-prefix; --show-cdup; --is-inside-work-tree; --symbolic-full-name",
        { prints: "cwd" },
      ),
      "ls-files": safe(
        "-c --cached; -d --deleted; -m --modified; -o --others; -i --ignored; -s --stage; -u --unmerged; -z; -x --exclude=P; -X --exclude-from=<read>; --exclude-standard; --full-name; --error-unmatch",
        { prints: "cwd" },
      ),
      grep: safe(
        "-i --ignore-case; -n; -l; -L; -e=P; -f=<read>; -v; -w; -c; -A=N; -B=N; -C=N; -E; -F; -P; -G; --cached; --untracked; -O --open-files-in-pager[=<shell>]; -p; -W; -q; -h; -H; -r; -z; --and; --or; --not; --max-depth=N; -o; --heading; --break",
        {
          prints: "cwd",
          effects: (call) => {
            if (has(call, "open-files-in-pager")) runs(call, "option");
            // Behind the pattern stand revisions, and the files that are looked into.
            for (const word of call.operands.slice(has(call, "e", "f") ? 0 : 1)) touches(call, word, "read");
          },
        },
      ),
      "ls-remote": safe(
        "-h --heads; -t --tags; -q --quiet; --refs; --exit-code; --upload-pack=<shell>; --sort=K; -o=O",
        { use: "<source>", effects: cloned },
      ),
      reflog: {
        sub: {
          "show exists list": safe(),
          expire: {
            options: "--expire=T; --expire-unreachable=T; --all; --rewrite; --updateref; -n --dry-run; -v --verbose",
            dry: ["dry-run"],
          },
          "delete drop": { options: "--rewrite; --updateref; --all; -n --dry-run" },
        },
        class: "safe",
        effects: (call) => {
          if (/expire|delete|drop/.test(call.subs[1] ?? "")) raise(call, "warn");
        },
      },
      stash: {
        options:
          "-p --patch; -k --keep-index; -u --include-untracked; -a --all; -m --message=T; -q --quiet; -S --staged",
        sub: {
          "list show": safe(LOOKS),
          "push save": {
            options:
              "-p --patch; -k --keep-index; -u --include-untracked; -a --all; -m --message=T; -q --quiet; -S --staged; --pathspec-from-file=<read>",
          },
          "pop apply": { options: "--index; -q" },
          "drop clear": {},
          branch: {},
          create: safe(),
          store: { options: "-m=T" },
        },
        effects: readStash,
      },
      // works
      "add|stage": {
        use: "<read>...",
        options:
          "-A --all; -p --patch; -u --update; -f --force; -n --dry-run; -v; -i; -N --intent-to-add; -e --edit; --chmod=M; --renormalize; --pathspec-from-file=<read>; --ignore-errors",
      },
      rm: {
        use: "<delete>...",
        options:
          "-r --recursive; -f --force; --cached; -n --dry-run; -q --quiet; --ignore-unmatch; --sparse; --pathspec-from-file=<read>",
        effects: readRm,
      },
      mv: { use: "<move>... <write>", options: "-f --force; -k; -n --dry-run; -v" },
      commit: hooks(
        "-a --all; -m --message=T; -F --file=<read>; --amend; --no-edit; -n --no-verify; -s --signoff; -S --gpg-sign[=K]; -C --reuse-message=C; -c --reedit-message=C; --fixup=C; --squash=C; --author=A; --date=D; -t --template=<read>; -e --edit; -p --patch; -q --quiet; -v --verbose; --allow-empty; --allow-empty-message; -o --only; -i --include; --dry-run; --reset-author; --trailer=T; -u[=M]; --cleanup=M",
      ),
      checkout: hooks(
        "-b=NAME; -B=NAME; -f --force; -t --track; --track[=M]; --no-track; -m --merge; --detach -d; --orphan=NAME; -p --patch; --ours; --theirs; -q --quiet; --ignore-other-worktrees; --conflict=S; -l; --no-guess; --guess; --recurse-submodules; --overlay; --no-overlay; --pathspec-from-file=<read>; --pathspec-file-nul; -U --unified=N; --inter-hunk-context=N; --no-progress; --progress",
        { effects: readCheckout },
      ),
      switch: hooks(
        "-c --create=NAME; -C --force-create=NAME; -f --discard-changes --force; -d --detach; -t --track; --track[=M]; -m --merge; --orphan=NAME; -q --quiet; --guess; --conflict=S; --ignore-other-worktrees",
        {
          effects: (call) => {
            if (has(call, "discard-changes")) touchesHere(call, "write");
          },
        },
      ),
      restore: {
        options:
          "-s --source=T; -S --staged; -W --worktree; -p --patch; -q --quiet; --ours; --theirs; -m --merge; --conflict=S; --overlay; --no-overlay; --ignore-unmerged; --pathspec-from-file=<read>",
        effects: readRestore,
      },
      reset: {
        options:
          "--hard; --soft; --mixed; --merge; --keep; -q --quiet; -p --patch; -N; --pathspec-from-file=<read>; --recurse-submodules",
        effects: readReset,
      },
      clean: {
        options: "-f --force; -d; -x; -X; -n --dry-run; -i --interactive; -q --quiet; -e --exclude=P",
        effects: readClean,
      },
      branch: {
        options:
          "-d --delete; -D; -m --move; -M; -c --copy; -C; -f --force; -a --all; -r --remotes; -l --list; -v --verbose; -vv; --contains[=C]; --no-contains[=C]; --merged[=C]; --no-merged[=C]; -u --set-upstream-to=B; --unset-upstream; -t --track; --track[=M]; --show-current; --sort=K; --format=F; -q --quiet; --edit-description; --column[=O]; --points-at=O; -i --ignore-case; --color[=W]; --abbrev=N; --no-color",
        effects: readBranch,
      },
      tag: {
        options:
          "-a --annotate; -m --message=T; -F --file=<read>; -s --sign; -u --local-user=K; -f --force; -d --delete; -l --list; -n[=N]; -v --verify; --contains=C; --sort=K; --points-at=O; --merged[=C]; --format=F; --no-merged[=C]; -e --edit; -i",
        effects: (call) => {
          if (call.operands.length === 0 || has(call, "list", "contains", "points-at", "n", "merged", "verify"))
            looksOnly(call);
          else raise(call, "warn");
        },
      },
      merge: hooks(
        "--no-ff; --ff; --ff-only; --squash; --no-commit; -m --message=T; --abort; --continue; --quit; -s --strategy=S; -X --strategy-option=O; -q; -v; --no-verify; -e --edit; --no-edit; --allow-unrelated-histories; -S; --stat; -n; --log[=N]; -F --file=<read>; --autostash; --into-name=B; --signoff",
      ),
      rebase: hooks(
        "-i --interactive; --onto=B; --abort; --continue; --skip; --quit; --edit-todo; -m --merge; -x --exec=<shell>; -r --rebase-merges[=M]; --root; --autosquash; --no-autosquash; --autostash; -q; -v; -n; -f --force-rebase; -X --strategy-option=O; -s --strategy=S; --keep-empty; --no-verify; --update-refs; --committer-date-is-author-date; -S; --fork-point; --show-current-patch",
        { effects: readRebase },
      ),
      "cherry-pick revert": hooks(
        "-n --no-commit; -e --edit; --no-edit; -x; -m --mainline=N; -s --signoff; --abort; --continue; --skip; --quit; -X --strategy-option=O; --strategy=S; --ff; -S; --allow-empty",
      ),
      am: hooks(
        "-3 --3way; --abort; --continue; --skip; --quit; -s --signoff; -k; -i --interactive; -q; --reject; -p=N; --directory=D; --exclude=P; --include=P; --show-current-patch",
        { use: "<read>..." },
      ),
      apply: {
        use: "<read>...",
        options:
          "--stat; --check; --index; --cached; -3 --3way; -R --reverse; --reject; -p=N; --directory=D; --exclude=P; --include=P; --whitespace=A; -v; --summary; --numstat; --unsafe-paths; --recount; --allow-empty",
        effects: (call) => {
          if (has(call, "check", "stat", "summary", "numstat")) return;
          touchesHere(call, "write");
        },
      },
      "format-patch": {
        options:
          "-o --output-directory=<into>; -n; --stdout; -1; -2; -3; --cover-letter; --subject-prefix=T; -v=N; --signature=T; --start-number=N; --thread[=S]; --base=C; --root; -s --signoff; -k; -N; -q",
        effects: (call) => {
          if (!has(call, "stdout", "output-directory")) touches(call, HERE, "write");
        },
      },
      pull: hooks(
        "-r --rebase[=M]; --no-rebase; --ff-only; --no-ff; -q; -v; --all; -t --tags; -p --prune; --depth=N; -f --force; --autostash; --allow-unrelated-histories; -s --strategy=S; -X --strategy-option=O; --upload-pack=<shell>; --no-edit; --commit; --no-commit; --squash; -j=N; --unshallow; --set-upstream",
        { use: "<source> ref...", effects: cloned },
      ),
      fetch: {
        options:
          "--all; -p --prune; -P --prune-tags; -t --tags; --no-tags; --depth=N; --deepen=N; --unshallow; -f --force; -q; -v; -n; --upload-pack=<shell>; -j --jobs=N; --multiple; -o=O; --recurse-submodules[=M]; --dry-run; --shallow-since=D; --set-upstream; --refmap=R; -a; -k; -u; --filter=F",
        use: "<source> ref...",
        effects: cloned,
      },
      push: hooks(
        "-f --force; --force-with-lease[=R]; --force-if-includes; --no-force-with-lease; -d --delete; --mirror; --all; --branches; --tags; --follow-tags; --prune; -u --set-upstream; -n --dry-run; -q --quiet; -v --verbose; --no-verify; --atomic; -o --push-option=O; --receive-pack --exec=<shell>; --repo=<source>; --porcelain; --signed[=M]; --thin; --progress; --recurse-submodules=M; -4; -6",
        { dry: ["dry-run"], effects: readPush },
      ),
      clone: hooks(
        "-b --branch=B; --depth=N; --single-branch; --no-single-branch; --bare; --mirror; -q; -v; -n --no-checkout; -o --origin=N; --recurse-submodules[=P]; --recursive; -j=N; -u --upload-pack=<shell>; -c --config=<gitSetting>; --template=<run>; --reference=<read>; --filter=F; --sparse; --shallow-since=D; --separate-git-dir=<write>; -l --local; -s --shared; --no-hardlinks; --no-tags; --progress; --shallow-submodules; --bundle-uri=<url>",
        { use: "<source> <write>", effects: cloned },
      ),
      init: {
        use: "<write>",
        options:
          "--bare; -b --initial-branch=B; -q; --template=<run>; --separate-git-dir=<write>; --shared[=P]; --object-format=F",
        effects: (call) => {
          if (call.operands.length === 0) touches(call, HERE, "write");
        },
      },
      remote: {
        options: "-v --verbose",
        class: "safe",
        sub: {
          "show get-url": safe("-n; --all; --push"),
          add: { options: "-f; -t=B; -m=B; --tags; --mirror[=M]", use: "name <source>", class: "warn" },
          "set-url": { use: "name <source>", options: "--add; --push; --delete", class: "warn" },
          "remove rm rename set-head set-branches prune update": {
            class: "warn",
            options: "-n --dry-run; -p --prune; -a; -d; --add",
          },
        },
      },
      submodule: {
        class: "warn",
        runs: "git-hooks",
        options: "-q --quiet",
        sub: {
          "status summary": { class: "safe" },
          add: { use: "<source> <write>", options: "-b=B; -f --force; --name=N; --depth=N; --reference=<read>" },
          "update init sync set-url set-branch absorbgitdirs": {
            options:
              "--init; --recursive; --remote; -f --force; --depth=N; --merge; --rebase; -j=N; -N; --checkout; --reference=<read>; --single-branch",
          },
          deinit: { use: "<delete>...", options: "-f --force; --all" },
          foreach: { options: "--recursive; -q --quiet", stopAtOperand: true },
        },
        effects: readSubmodule,
      },
      worktree: {
        sub: {
          list: safe("-v; --porcelain; -z"),
          add: hooks(
            "-f --force; -b=B; -B=B; -d --detach; --checkout; --no-checkout; --lock; --reason=T; --orphan; --track; --guess-remote; -q",
            { use: "<write> ref" },
          ),
          remove: { use: "<destroy>", options: "-f --force" },
          "prune lock unlock move repair": { options: "-n --dry-run; -v; --expire=T; --reason=T; -f --force" },
        },
        effects: readWorktree,
      },
      config: {
        options:
          "--global; --system; --local; --worktree; -f --file=<edit>; --blob=B; --get; --get-all; --get-regexp; --get-urlmatch; --replace-all; --add; --unset; --unset-all; --remove-section; --rename-section; -l --list; -e --edit; -z; --name-only; --type=T; --bool; --int; --path; --show-origin; --show-scope; --default=V; --includes; --no-includes; --append; --all; --value=V; --fixed-value",
        effects: readConfig,
      },
      bisect: hooks("--term-new=T; --term-old=T; --no-checkout; --first-parent", {
        effects: readBisect,
        stopAtOperand: true,
      }),
      notes: {
        sub: {
          "list show": safe(),
          "add append edit copy remove merge prune": { options: "-m=T; -F=<read>; -f --force; -C=O; -c=O" },
        },
        options: "--ref=R",
      },
      ...plumbing,
    },
    effects: (call) => {
      const [sub] = call.subs;
      if (sub === undefined) looksOnly(call);
      else if (call.subs.length > 0 && !KNOWN.has(sub)) runs(call, "git-alias");
    },
  },
  "tig gitk lazygit gitui": { class: "safe", runs: "git-setting" },
  "git-lfs": { subs: { max: 1 }, runs: "git-hooks" },
};

const KNOWN = new Set(Object.keys(git["git"]!.sub!).flatMap((names) => names.split(/[ |]/)));
