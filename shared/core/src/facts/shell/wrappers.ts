// wrappers.ts — programs whose arguments are another program's call, as a table

import { compile, type Grammar } from "../grammar.ts";

export interface Wrapper {
  options?: string;
  /** operands of its own before the called program: `timeout 5 …`, `chroot /mnt …` */
  takes?: number;
  /** `NAME=value` words before the called program */
  assigns?: true;
  /** the words are joined and given to a shell: `watch`, `ssh`, `eval` */
  joins?: true;
  /** options whose value is a shell text */
  text?: string[];
  /** a bare `-c TEXT` after its own operands: flock, su */
  dashC?: true;
  /** operands are a user or a file, never a call: only a text is read */
  textOnly?: true;
  /** words from standard input are added: xargs */
  adds?: true;
  /** the call runs on another machine or in a container */
  elsewhere?: true;
  /** what runs unread besides: a package from a registry */
  runs?: string;
  /** it is called by others without arguments of its own: then it is a program like any other */
  alone?: true;
  /** words that end its own part: `--` is enough for most */
  until?: string;
}

const WRAPPERS: Record<string, Wrapper> = {
  // privileges
  sudo: {
    options: `
      -u --user=NAME; -g --group=NAME; -h --host=NAME; -p --prompt=TEXT; -C --close-from=N; -D --chdir=DIR; -R --chroot=DIR
      -r --role=NAME; -t --type=NAME; -T --command-timeout=N; -U --other-user=NAME
      -A --askpass; -b --background; -E --preserve-env[=LIST]; -H --set-home; -n --non-interactive; -S --stdin; -P --preserve-groups
      -e --edit; -i --login; -s --shell; -l --list; -v --validate; -K --remove-timestamp; -k --reset-timestamp; -V --version
    `,
    assigns: true,
    alone: true,
  },
  doas: { options: "-u --user=NAME; -C --config=FILE; -n; -s --shell; -L; -a=STYLE", assigns: true, alone: true },
  run0: { options: "-u --user=NAME; -g --group=NAME; -D --chdir=DIR; --setenv=VAR; --unit=NAME", alone: true },
  pkexec: { options: "--user=NAME; --disable-internal-agent; --keep-cwd", alone: true },
  "gosu su-exec": { takes: 1, alone: true },
  runuser: {
    options: "-u --user=NAME; -g --group=NAME; -c --command=TEXT; -l --login; -s --shell=FILE; -P --pty",
    text: ["command"],
    alone: true,
    dashC: true,
  },
  su: {
    options:
      "-c --command=TEXT; -l --login; -s --shell=FILE; -m -p --preserve-environment; -g --group=NAME; -P --pty; -",
    text: ["command"],
    textOnly: true,
    alone: true,
    dashC: true,
  },
  // environment, time, priority
  env: {
    options:
      "-i --ignore-environment; -0 --null; -u --unset=NAME; -C --chdir=DIR; -S --split-string=TEXT; -v --debug; --block-signal[=S]; --default-signal[=S]; --ignore-signal[=S]; -P=PATH",
    assigns: true,
    alone: true,
  },
  timeout: { options: "-k --kill-after=N; -s --signal=NAME; --preserve-status; --foreground; -v --verbose", takes: 1 },
  nice: { options: "-n --adjustment=N; -1; -5", alone: true },
  ionice: { options: "-c --class=N; -n --classdata=N; -t --ignore; -p --pid=N", alone: true },
  "nohup setsid": { options: "-c --ctty; -f --fork; -w --wait", alone: true },
  stdbuf: { options: "-i --input=MODE; -o --output=MODE; -e --error=MODE" },
  unbuffer: { options: "-p" },
  chrt: { options: "-f --fifo; -r --rr; -o --other; -b --batch; -i --idle; -p --pid=N; -T=N; -P=N; -D=N", takes: 1 },
  taskset: { options: "-c --cpu-list; -p --pid", takes: 1, alone: true },
  numactl: {
    options:
      "-N --cpunodebind=N; -m --membind=N; -C --physcpubind=N; -i --interleave=N; -l --localalloc; -H --hardware",
    alone: true,
  },
  prlimit: { options: "-p --pid=N; --as=N; --cpu=N; --nofile=N; --nproc=N; --core=N", alone: true },
  time: { options: "-p --portability; -o --output=FILE; -f --format=TEXT; -v --verbose; -a --append", alone: true },
  caffeinate: { options: "-d; -i; -m; -s; -u; -t=N; -w=N", alone: true },
  faketime: { options: "-f; -m", takes: 1 },
  "chronic catchsegv xvfb-run dbus-run-session": {
    options: "-a --auto-servernum; -s --server-args=TEXT; -n --server-num=N; -e --error-file=FILE",
    alone: true,
  },
  arch: { options: "-x86_64; -arm64; -arm64e; -i386; -e=VAR", alone: true },
  "proxychains proxychains4 tsocks torsocks torify": { options: "-q; -f=FILE", alone: true },
  dotenv: { options: "-e --env=FILE; -f --file=FILE; -v=VAR; -c; -o --override", alone: true },
  direnv: { takes: 2, until: "exec", alone: true },
  // shell words
  command: { options: "-p; -v; -V", alone: true },
  builtin: { alone: true },
  exec: { options: "-c; -l; -a=NAME", alone: true },
  "coproc noglob nocorrect -": { alone: true },
  // fish joins commands with words
  "and or not": { alone: true },
  "busybox toybox": { alone: true },
  // sandboxes and roots
  chroot: { options: "--userspec=NAME; --groups=LIST; --skip-chdir", takes: 1, elsewhere: true, alone: true },
  unshare: {
    options:
      "-m --mount[=F]; -u --uts[=F]; -i --ipc[=F]; -n --net[=F]; -p --pid[=F]; -U --user[=F]; -C --cgroup[=F]; -T --time[=F]; -f --fork; -r --map-root-user; --map-user=N; --map-group=N; -c --map-current-user; -R --root=DIR; -w --wd=DIR; --mount-proc[=DIR]; --kill-child[=S]; -S --setuid=N; -G --setgid=N; --propagation=P",
    alone: true,
  },
  nsenter: {
    options:
      "-t --target=N; -a --all; -m --mount[=F]; -u --uts[=F]; -i --ipc[=F]; -n --net[=F]; -p --pid[=F]; -U --user[=F]; -C --cgroup[=F]; -T --time[=F]; -r --root[=D]; -w --wd[=D]; -S --setuid=N; -G --setgid=N; -F --no-fork",
    alone: true,
  },
  firejail: { alone: true },
  // observers
  "strace ltrace": {
    options:
      "-e=EXPR; -o=FILE; -p=PID; -s=N; -u=NAME; -E=VAR; -P=PATH; -S=BY; -a=N; -O=N; -b=CALL; -X=F; -f; -ff; -c; -C; -v; -t; -tt; -ttt; -T; -r; -y; -yy; -q; -n=N; -l=F; -L; -A=F; -D=N",
    alone: true,
  },
  valgrind: { options: "--tool=NAME; --leak-check=MODE; --log-file=FILE; --suppressions=FILE; --vgdb=MODE; -v; -q" },
  perf: {
    takes: 1,
    options:
      "-e --event=E; -o --output=FILE; -g; -a; -F --freq=N; -p --pid=N; -r --repeat=N; -d; -i --input=FILE; --call-graph=M; --",
    alone: true,
  },
  // in turns
  xargs: {
    options: `
      -0 --null; -a --arg-file=FILE; -d --delimiter=C; -E=EOF; -e[=EOF]; -I --replace=R; -i[=R]; -J=R; -L --max-lines=N; -l[=N]
      -n --max-args=N; -P --max-procs=N; -s --max-chars=N; -R=N; -S=N; -o --open-tty; -p --interactive; -r --no-run-if-empty; -t --verbose; -x --exit
    `,
    adds: true,
    alone: true,
  },
  parallel: {
    options:
      "-j --jobs=N; -a --arg-file=FILE; -N --max-replace-args=N; -n --max-args=N; -I=R; -C --colsep=R; --delay=N; --joblog=FILE; --results=DIR; -k --keep-order; -X; -m; -0 --null; --bar; --eta; --dry-run; -S --sshlogin=HOST; --timeout=N; --retries=N; --halt=H; -q --quote; --tmpdir=DIR; -d=C; --pipe; --block=N; --progress; -u --ungroup; --will-cite; --tag; --citation",
    adds: true,
    joins: true,
    alone: true,
    until: ":::",
  },
  watch: {
    options:
      "-n --interval=N; -d --differences[=P]; -t --no-title; -b --beep; -e --errexit; -g --chgexit; -c --color; -x --exec; -p --precise; -w --no-wrap; -q --equexit=N",
    joins: true,
  },
  entr: { options: "-a; -c; -d; -n; -p; -r; -s; -z; -x", alone: true },
  watchexec: {
    options:
      "-e --exts=LIST; -w --watch=DIR; -i --ignore=P; -f --filter=P; -r --restart; -c --clear[=M]; -s --signal=S; --shell=S; -n; -d --debounce=N; -p --postpone",
    joins: true,
    alone: true,
  },
  // locks, sessions, records
  flock: {
    options:
      "-s --shared; -x -e --exclusive; -u --unlock; -n --nonblock; -w --timeout=N; -o --close; -E --conflict-exit-code=N; -F --no-fork; -v --verbose; -c --command=TEXT",
    takes: 1,
    dashC: true,
    text: ["command"],
    alone: true,
  },
  script: {
    options:
      "-c --command=TEXT; -a --append; -e --return; -f --flush; -q --quiet; -O --log-out=FILE; -I --log-in=FILE; -B --log-io=FILE; -T --log-timing=FILE; -t[=FILE]",
    text: ["command"],
    textOnly: true,
    alone: true,
  },
  "systemd-run": {
    options:
      "-u --unit=NAME; -p --property=P; -E --setenv=V; -t --pty; -P --pipe; -q --quiet; --user; --scope; --slice=N; --wait; -G --collect; --uid=N; --gid=N; --working-directory=DIR; --on-active=T; --on-calendar=T; -d --same-dir; -S --shell; -M --machine=N; -H --host=N; --description=T; --nice=N",
    alone: true,
  },
  "ssh-agent": { options: "-a=F; -t=N; -k; -s; -c; -d; -D; -E=H; -P=L", alone: true },
  "systemd-inhibit": { options: "--what=W; --who=W; --why=W; --mode=M; --list", alone: true },
  cpulimit: { options: "-l --limit=N; -p --pid=N; -e --exe=N; -i --include-children; -z --lazy", alone: true },
  // secrets handed to a command
  "aws-vault": { takes: 2, until: "exec", options: "-n --no-session; -d --duration=T; --debug", alone: true },
  chamber: { takes: 2, until: "exec", alone: true },
  // packages run at once
  "npx bunx pnpx": {
    options:
      "-p --package=NAME; -c --call=TEXT; -y --yes; --no; --no-install; -q --quiet; --ignore-existing; --bun; -w --workspace=NAME",
    text: ["call"],
    runs: "package",
    alone: true,
  },
  "uvx pipx-run": {
    options: "--from=NAME; --with=NAME; -p --python=V; --with-requirements=FILE; --index-url=URL; --isolated; -q",
    runs: "package",
    alone: true,
  },
};

export interface CompiledWrapper {
  wrapper: Wrapper;
  grammar: Grammar;
}

const wrappers = new Map<string, CompiledWrapper>();
for (const [names, wrapper] of Object.entries(WRAPPERS)) {
  const grammar = compile({ options: wrapper.options ?? "", stopAtOperand: true });
  for (const name of names.split(" ")) wrappers.set(name, { wrapper, grammar });
}

export const findWrapper = (name: string): CompiledWrapper | undefined => wrappers.get(name);
/** By its plain name, of any grammar. */
export const isShell = (name: string): boolean => SHELLS.has(name) || OTHER_SHELLS.has(name);

/** Shells whose texts are read here. */
export const SHELLS = new Set(["sh", "bash", "dash", "ash", "rbash"]);
/** Shells of other grammars: opaque, though read as if they were this one, so that a deny still sees what it can. */
export const OTHER_SHELLS = new Set([
  "zsh",
  "fish",
  "ksh",
  "ksh93",
  "mksh",
  "csh",
  "tcsh",
  "pwsh",
  "powershell",
  "cmd",
  "nu",
  "xonsh",
  "elvish",
  "yash",
  "rc",
  "es",
  "oil",
  "osh",
]);
