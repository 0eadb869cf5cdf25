// looking.ts — programs that only look: at files, at texts, at the machine

import { type Call, HERE, has, optionValue, optionValues, raise, runs, touches } from "../call.ts";
import type { Program } from "../grammar.ts";
import { looksLikePath } from "../paths.ts";
import { literal, type Output } from "../shell/word.ts";

/** echo and printf: the text that comes out, where every word is known. */
function spoken(call: Call): Output {
  const words = call.program === "echo" ? [...call.words] : [...call.words];
  let escapes = call.program === "printf";
  if (call.program === "echo") {
    while (words[0]?.text && /^-[neE]+$/.test(words[0].text)) {
      if (words[0].text.includes("e")) escapes = true;
      words.shift();
    }
  }
  if (words.some((word) => word.text === null || word.glob)) {
    const only = words.length === 1 ? words[0]! : undefined;
    // `echo *.txt | xargs rm`, `echo "$(find …)"`.
    if (only?.prints?.kind === "paths") return only.prints;
    return { kind: "unknown" };
  }
  const texts = words.map((word) => word.text!);
  if (call.program === "printf") {
    const [format = "", ...args] = texts;
    if (args.length === 0) return { kind: "text", text: unescaped(format) };
    if (!/^(?:[^%]|%s|%b|%%)*$/.test(format)) return { kind: "unknown" };
    let next = 0;
    let text = "";
    do {
      text += unescaped(format).replace(/%[sb%]/g, (mark) => {
        if (mark === "%%") return "%";
        const arg = args[next++] ?? "";
        return mark === "%b" ? unescaped(arg) : arg;
      });
    } while (next < args.length && next > 0 && text.length < 32_768);
    return { kind: "text", text };
  }
  const text = texts.join(" ");
  return { kind: "text", text: `${escapes ? unescaped(text) : text}\n` };
}

const ESCAPES: Record<string, string> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  e: "\x1b",
  '"': '"',
};
const unescaped = (text: string): string =>
  text.includes("\\")
    ? text.replace(/\\(x[0-9a-fA-F]{1,2}|0?[0-7]{1,3}|.)/gs, (whole, code: string) => {
        if (code[0] === "x" && code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
        if (/^[0-7]+$/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) % 256);
        return ESCAPES[code] ?? whole;
      })
    : text;

/** cat without files hands on what it is given. */
const handedOn = (call: Call): Output => {
  if (call.operands.length === 0 || (call.operands.length === 1 && call.operands[0]!.text === "-"))
    return call.stdin ?? { kind: "unknown" };
  return call.operands.length === 1 ? { kind: "file", word: call.operands[0]! } : { kind: "unknown" };
};

/** base64 -d of a literal: decoded, so that what hides in it is read. */
function decoded(call: Call): Output {
  if (!has(call, "decode", "D")) return { kind: "unknown" };
  const given = call.stdin;
  if (given?.kind !== "text" || given.text.length > 16_384)
    return given?.kind === "network" ? given : { kind: "unknown" };
  const compact = given.text.replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/=_-]*$/.test(compact)) return { kind: "unknown" };
  return { kind: "text", text: Buffer.from(compact, "base64").toString("utf8") };
}

/** test and [ … ]: operators and operands in a row; files are only asked for. */
function tested(call: Call): void {
  for (const word of call.words) {
    call.operands.push(word);
    if (word.text !== null && looksLikePath(word.text) && !word.text.startsWith("-")) touches(call, word, "read");
  }
}

export const looking: Record<string, Program> = {
  "echo printf": {
    class: "safe",
    raw: true,
    effects: (call) => {
      call.operands.push(...call.words);
      if (call.program === "printf" && call.words[0]?.text === "-v") call.operands.splice(0, 2);
    },
    prints: spoken,
  },
  "true false :": { class: "safe", prints: () => ({ kind: "text", text: "" }) },
  "yes seq sleep clear tput": { class: "safe" },
  "pv ts": {
    use: "<read>...",
    class: "safe",
    prints: "input",
    options: "-l --line-mode; -s --size=N; -L=N; -N=T; -q; -n; -i=N",
  },
  pwd: {
    class: "safe",
    options: "-L --logical; -P --physical",
    prints: (call) =>
      call.place.cwds.length === 1 && call.place.cwds[0]!.startsWith("/")
        ? { kind: "text", text: call.place.cwds[0]! }
        : { kind: "paths", roots: call.place.cwds },
  },
  "cat tac bat batcat": {
    use: "<read>...",
    class: "safe",
    options:
      "-A --show-all; -b; -e; -E; -n --number; -s; -t; -T; -u; -v; -p --plain; -l --language=L; --style=S; --paging=W; --pager=<shell>; --theme=T; -r --line-range=R; --color=W; -f; -h; -d --diff",
    prints: handedOn,
  },
  "less more most": {
    use: "<read>...",
    class: "safe",
    options: "-N; -S; -R; -F; -X; -i; -n; -o=<write>; -O=<write>; -p=P; -x=N; +F; -e; -E; -r",
    effects: (call) => {
      for (const word of call.operands)
        if (word.text?.startsWith("+!")) {
          runs(call, "option");
          call.nested.shell(literal(word.text.slice(2)), call.program);
        }
    },
  },
  "head tail": {
    use: "<read>...",
    class: "safe",
    options:
      "-n --lines=N; -c --bytes=N; -q --quiet; -v --verbose; -f --follow[=HOW]; -F; --pid=N; -s --sleep-interval=N; --retry; -z; -r; -1; -2; -5; -b=N",
    prints: (call) =>
      call.operands.length === 1 && !has(call, "bytes")
        ? { kind: "file", word: call.operands[0]! }
        : call.operands.length === 0 && call.stdin?.kind === "paths"
          ? call.stdin
          : { kind: "unknown" },
  },
  wc: {
    use: "<read>...",
    class: "safe",
    options: "-l --lines; -c --bytes; -m --chars; -w --words; -L --max-line-length; --files0-from=<read>",
  },
  "ls dir vdir": {
    use: "<read>...",
    class: "safe",
    options:
      "-a --all; -A --almost-all; -l; -h --human-readable; -R --recursive; -r --reverse; -t; -S; -d --directory; -1; -i --inode; -s --size; -F --classify[=W]; -g; -n; -o; -p; -q; -u; -U; -x; -X; -Z; -G; -C; -c; -f; -k; -L; -H; -m; -N; -Q; -T=N; -w --width=N; -I --ignore=P; --hide=P; --color[=W]; --sort=W; --time=W; --time-style=S; --group-directories-first; --full-time; --format=W; -e; -@; -O",
    prints: "operands",
    effects: (call) => {
      if (call.operands.length === 0) touches(call, HERE, "read");
    },
  },
  "exa eza lsd tree": {
    use: "<tree>...",
    class: "safe",
    options:
      "-L --level=N; -I --ignore-glob=P; -P=P; -o=<write>; -a --all; -d; -l --long; -s --sort=W; --git; -T --tree; -f; -i; -h; -D; -C; -F; -J; -X; --filelimit=N; --charset=C; --icons[=W]; --color[=W]; -1; -R; -p; -u; -g; -H=U; -n; -r; -t; --prune; --dirsfirst; --noreport; --du; -N",
    prints: "operands",
  },
  "stat file readlink realpath basename dirname md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum shasum md5 cksum sum du df lsattr getfacl getfattr namei hexdump xxd od strings nm objdump readelf size cmp comm diff colordiff delta sdiff diff3 column nl fold fmt pr expand unexpand paste join rev tsort iconv look zcat bzcat xzcat zless zgrep zegrep zfgrep zdiff zcmp bzgrep xzgrep zmore lzcat zstdcat jless csvlook csvcut csvstat csvgrep identify ffprobe mediainfo exiftool pdfinfo pdftotext lscpu":
    {
      use: "<read>...",
      class: "safe",
      options:
        "-f --format=F; -c=F; -t=C; -d --delimiter=C; -n=N; -w=N; -s; -o=<write>; --output=<write>; -N --name=N; -i; -u; -b; -a; -h; -r --recursive; --max-depth=N; --exclude=P; -x; -v; -k; -m; -g; -e; -L; -z; -q; -y; -p; -l",
      effects: (call) => lookMore(call),
      prints: "operands",
    },
  ldd: { use: "<read>...", runs: "script" },
  sort: {
    use: "<read>...",
    class: "safe",
    options:
      "-o --output=<write>; -k --key=K; -t --field-separator=C; -n --numeric-sort; -r --reverse; -u --unique; -h --human-numeric-sort; -V --version-sort; -f --ignore-case; -b; -d; -g; -i; -M; -R; -s --stable; -z; -c --check[=H]; -C; -m --merge; -S --buffer-size=N; -T --temporary-directory=DIR; --parallel=N; --files0-from=<read>; --compress-program=<shell>; --batch-size=N",
    prints: "input",
  },
  "uniq tr cut": {
    class: "safe",
    use: "maybe",
    options:
      "-c --count; -d --delimiter=C; -f --fields=L; -b --bytes=L; -c --characters=L; -s --only-delimited; -u --unique; -i; -w=N; -D; -z; -t; -C; --complement; --output-delimiter=S",
    prints: "input",
    effects: (call) => {
      if (call.program === "cut") for (const word of call.operands) touches(call, word, "read");
      if (call.program === "uniq") {
        if (call.operands[0]) touches(call, call.operands[0], "read");
        if (call.operands[1]) touches(call, call.operands[1], "write");
      }
    },
  },
  shuf: {
    use: "<read>",
    class: "safe",
    options: "-e --echo; -i --input-range=R; -n --head-count=N; -o --output=<write>; -r; -z; --random-source=<read>",
    useWith: { echo: "word..." },
    prints: "input",
  },
  "jq yq xq gojq jaq fx dasel tomlq": {
    use: "filter <read>...",
    useWith: { "from-file": "<read>..." },
    class: "safe",
    options:
      "-r --raw-output; -c --compact-output; -n --null-input; -s --slurp; -e --exit-status; -S --sort-keys; -R --raw-input; -j --join-output; -a; -C; -M; -f --from-file=<read>; --arg=NAME; --argjson=NAME; --slurpfile=NAME; --rawfile=NAME; --args; --jsonargs; --indent=N; --tab; -L=<read>; -i --inplace; -P; -o=F; -p=F; -y",
    effects: (call) => {
      if (has(call, "inplace")) for (const word of call.operands.slice(1)) touches(call, word, "write");
    },
  },
  "base64 base32 basenc": {
    use: "<read>",
    class: "safe",
    options: "-d --decode; -D; -i --ignore-garbage; -w --wrap=N; -o --output=<write>; -b=N; --base64url",
    prints: decoded,
  },
  "which whereis type whatis apropos man info help tldr where": {
    class: "safe",
    options: "-a; -p; -t; -f; -P=<shell>; --pager=<shell>; -k; -s; -H[=B]; --html[=B]; -r; -d; -l; -C=<read>",
    effects: (call) => {
      if (optionValues(call, "pager").length + optionValues(call, "P").length > 0 || optionValue(call, "H"))
        runs(call, "option");
    },
  },
  "command builtin": { class: "safe" },
  "test [ [[": { class: "safe", raw: true, effects: tested },
  "expr bc dc factor numfmt cal": { class: "safe" },
  date: {
    class: "safe",
    options:
      "-d --date=TEXT; -f --file=<read>; -r --reference=<read>; -s --set=TEXT; -u --utc; -I --iso-8601[=S]; -R --rfc-email; --rfc-3339=S; -j; -v=V",
    effects: (call) => {
      if (has(call, "set")) raise(call, "blocked-by-default");
    },
  },
  "ipcs ps pgrep top htop btop free uptime vmstat iostat mpstat sar lsof lsblk lspci lsusb lsmod uname whoami id groups who w users last lastlog finger logname tty getent locale arch nproc getconf netstat ifstat pstree pidof printenv uuidgen sw_vers system_profiler ioreg vm_stat numastat dmidecode lshw inxi neofetch fastfetch screenfetch lsns lsipc lslocks lsmem findmnt blkid pmap nvidia-smi vainfo glxinfo":
    {
      class: "safe",
      style: "bundle",
      options:
        "-o=F; -p --pid=N; -u --user=U; -n=N; -d=N; -C=N; -G=N; -g=N; -t=T; -s=S; --sort=K; -f; -e; -a; -x; -l; -F=F; -i; -b; -k; -A; -T; -c; -L; -H; -v; -m; -r; -h; -y; -w",
    },
  ss: {
    class: "safe",
    options:
      "-a; -l; -t; -u; -n; -p; -4; -6; -s; -o; -e; -m; -i; -x; -r; -w; -K --kill; -f --family=F; -A --query=Q; -D --diag=<write>; -F --filter=<read>; -N --net=N; -H; -O; -Z; -E",
    effects: (call) => {
      if (has(call, "kill")) raise(call, "blocked-by-default");
    },
  },
  dmesg: {
    class: "safe",
    options:
      "-C --clear; -c --read-clear; -T; -H; -l --level=L; -f --facility=F; -w --follow; -n --console-level=N; -x; -k; -u",
    effects: (call) => {
      if (has(call, "clear", "read-clear")) raise(call, "blocked-by-default");
    },
  },
  "hostname domainname dnsdomainname": {
    class: "safe",
    options: "-f; -i; -I; -s; -d; -a; -A; -F --file=<read>; -y; -b",
    effects: (call) => {
      if (call.operands.length > 0) raise(call, "blocked-by-default");
    },
  },
  journalctl: {
    class: "safe",
    options:
      "-u --unit=U; -f --follow; -n --lines=N; -b --boot[=ID]; -k; -p --priority=P; --since=T; --until=T; -o --output=F; -r; -x; -e; --no-pager; -S=T; -U=T; -t=T; -D --directory=<read>; --file=<read>; --vacuum-size=N; --vacuum-time=N; --vacuum-files=N; --rotate; --flush; --disk-usage; --user; -g --grep=P; -q; -a",
    effects: (call) => {
      if (has(call, "vacuum-size", "vacuum-time", "vacuum-files", "rotate")) raise(call, "blocked-by-default");
    },
  },
  history: {
    class: "safe",
    options: "-c --clear; -d=N; -w=<write>; -a=<write>; -r=<read>; -n; -p; -s",
    effects: (call) => {
      if (has(call, "clear", "d", "w")) raise(call, "blocked-by-default");
    },
  },
};

/** Options that take a value for some of these programs and none for others: their value may be a file. */
const DOUBTFUL = ["c", "t", "d", "delimiter", "f", "format", "n", "w", "N", "name"];

function lookMore(call: Call): void {
  for (const name of DOUBTFUL)
    for (const word of optionValues(call, name))
      if (word.text === null || !/^(\d+|[^\w]|.*%.*)$/.test(word.text)) touches(call, word, "read");
  if (call.program === "diff" && call.operands.length === 0) return;
  if (call.program === "du" && call.operands.length === 0) touches(call, HERE, "read");
  if ((call.program === "basename" || call.program === "dirname") && call.atom.paths.length > 0)
    call.atom.paths.length = 0;
}
