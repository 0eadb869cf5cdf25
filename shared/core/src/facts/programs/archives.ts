// archives.ts — archives: packing reaches everything below, unpacking writes wherever the archive says

import {
  addHost,
  type Call,
  HERE,
  has,
  looksOnly,
  opaque,
  optionValue,
  optionValues,
  raise,
  reachesUrl,
  runs,
  touch,
  touches,
} from "../call.ts";
import type { Program } from "../grammar.ts";
import { literal } from "../shell/word.ts";

/** tar: the archive and the members change roles with the mode. */
function readTar(call: Call): void {
  const archive = optionValue(call, "file");
  const packs = has(call, "create", "append", "update", "concatenate");
  const unpacks = has(call, "extract");
  // Only what is packed and unpacked lies where `-C` says.
  if (archive) touch(call.reading, call.atom, call.origin, archive, packs || has(call, "delete") ? "write" : "read");
  if (packs) {
    for (const word of call.operands) touches(call, word, "read", { deep: true });
    if (has(call, "remove-files")) for (const word of call.operands) touches(call, word, "delete", { deep: true });
  }
  if (unpacks && !has(call, "to-stdout")) touches(call, HERE, "write", { deep: true });
  if (has(call, "list", "diff", "compare") && !packs && !unpacks) looksOnly(call);
  if (has(call, "absolute-names") && unpacks) opaque(call, "the archive says where its files go");
  for (const action of optionValues(call, "checkpoint-action")) {
    const text = action.text ?? action.known;
    if (text.startsWith("exec=")) opaque(call, "the archive's reading runs a command");
    if (text.startsWith("exec="))
      call.nested.shell(
        { ...action, text: action.text === null ? null : text.slice(5), known: text.slice(5) },
        call.program,
      );
  }
  if (has(call, "checkpoint-action", "to-command", "use-compress-program", "info-script", "rsh-command"))
    runs(call, "option");
}

function readZip(call: Call): void {
  const [archive, ...members] = call.operands;
  if (archive) touches(call, archive, "write");
  for (const word of members) touches(call, word, "read", { deep: true });
  if (has(call, "move")) for (const word of members) touches(call, word, "delete", { deep: true });
  if (has(call, "unzip-command")) runs(call, "option");
}

/** What ends the subcommands: the words behind are folders and names. */
const BACKUP_VERBS = new Set(
  "backup create restore check forget prune list ls copy init snapshots stats mount extract diff info delete find cat verify status dump".split(
    " ",
  ),
);

/** Where copies are kept: a folder, or with a scheme or a host before the colon another machine. */
function keptElsewhere(call: Call, sends: boolean): void {
  const named = [
    ...call.operands.filter((word) => /^(?:[\w-]+:\/\/|[^/:]+@[^/:]+:|[^/]+::)/.test(word.known)),
    ...optionValues(call, "repo"),
  ];
  for (const word of named) {
    const text = word.text ?? word.known;
    if (!/^[^/]*:/.test(text)) {
      if (!call.operands.includes(word)) touches(call, word, "write");
      continue;
    }
    const url = /\b[a-z]+:\/\/\S+/.exec(text)?.[0];
    if (url) reachesUrl(call, literal(url), sends);
    else
      addHost(call.reading, call.atom, word.raw, { host: "", zone: "unknown", scheme: text.split(":", 1)[0]! }, sends);
  }
}

export const archives: Record<string, Program> = {
  "tar gtar bsdtar": {
    style: "bundle",
    options: `
      -c --create; -x --extract --get; -t --list; -r --append; -u --update; -A --concatenate; -d --diff; --compare; --delete
      -f --file=FILE; -C --directory=<chdir>; -z --gzip; -j --bzip2; -J --xz; -a --auto-compress; -Z; --zstd; --lzma; --lz4; -I --use-compress-program=<shell>
      -v --verbose; -p --preserve-permissions; -P --absolute-names; -k --keep-old-files; -m; -O --to-stdout; -S; -W; -w --interactive; -h --dereference; -l; -o; -n; -i; -G; -s; -B; -b=N; -g=<write>; -K=F; -N=D; -V=L; -L=N; -M; -U; -R
      --strip-components=N; --exclude=P; -X --exclude-from=<read>; -T --files-from=<read>; --transform --xform=E; --wildcards; --remove-files; --overwrite; --no-same-owner; --same-owner; --owner=O; --group=G; --mode=M; --mtime=D; --one-file-system; --checkpoint[=N]; --checkpoint-action=A; --to-command=<shell>; -F --info-script --new-volume-script=<shell>; --rsh-command=<shell>; --rmt-command=<shell>; --warning=W; --sort=O; --exclude-vcs; --no-recursion; --numeric-owner; --totals; --skip-old-files; --one-top-level[=<into>]; --format=F; --anchored; --no-anchored; --ignore-failed-read; --no-xattrs; --xattrs; --null; --newer=D
    `,
    effects: readTar,
  },
  zip: {
    options:
      "-r --recurse-paths; -q --quiet; -u; -f; -d --delete; -m --move; -j; -x=P; -i=P; -e; -P=P; -0; -9; -y; -T --test; -TT --unzip-command=<shell>; -@; -v; -s=N; -o; -X; -l; -n=S; -A; -D; -b=P; -k; -FS; -g; -z; -S",
    effects: readZip,
  },
  "unzip unar": {
    use: "<read>",
    options: "-d=<into>; -o; -n; -q; -l; -t; -v; -p; -j; -P=P; -x=P; -a; -u; -f; -Z; -c; -C; -L; -O=E; -I=E",
    effects: (call) => {
      if (has(call, "l", "t", "v", "p", "Z", "c")) looksOnly(call);
      else if (!optionValue(call, "d")) touches(call, HERE, "write", { deep: true });
    },
  },
  "7z 7za 7zz rar unrar p7zip": {
    raw: true,
    effects: (call) => {
      const words = call.words.filter((word) => !(word.text ?? "").startsWith("-"));
      const [mode, archive, ...rest] = words;
      call.operands.push(...words);
      if (!archive) return;
      if (/^[lt]/.test(mode?.text ?? "")) {
        touches(call, archive, "read");
        looksOnly(call);
        return;
      }
      if (/^[xe]/.test(mode?.text ?? "")) {
        touches(call, archive, "read");
        const out = call.words.find((word) => (word.text ?? "").startsWith("-o"));
        touches(
          call,
          out
            ? {
                ...out,
                raw: out.known.slice(2),
                text: out.text === null ? null : out.known.slice(2),
                known: out.known.slice(2),
              }
            : HERE,
          "write",
          { deep: true },
        );
        return;
      }
      touches(call, archive, "write");
      for (const word of rest) touches(call, word, "read", { deep: true });
      if (call.words.some((word) => word.text === "-sdel"))
        for (const word of rest) touches(call, word, "delete", { deep: true });
    },
  },
  "gzip gunzip bzip2 bunzip2 xz unxz lzma unlzma zstd unzstd lz4 unlz4 compress uncompress pigz unpigz pbzip2 lzip brotli":
    {
      use: "<read>...",
      options:
        "-d --decompress; -c --stdout --to-stdout; -k --keep; -f --force; -r --recursive; -v; -q; -t --test; -l --list; -1; -9; -n; -N; -S=S; -T --threads=N; -o --output=<write>; -z; --rm; -p=N; -L; -a; -e; -q --quality=N; -D=<read>; -i; -h; -V",
      effects: (call) => {
        if (has(call, "stdout", "list", "test") || call.operands.length === 0) {
          looksOnly(call);
          return;
        }
        for (const word of call.operands) {
          touches(call, word, "write");
          if (!has(call, "keep") && !/^(un)?zstd$|brotli|lz4/.test(call.program)) touches(call, word, "delete");
        }
      },
    },
  "cpio pax": {
    options:
      "-i --extract; -o --create; -p --pass-through; -t --list; -d; -m; -u; -v; -F --file=<edit>; -I=<read>; -O=<write>; -E=<read>; -H=F; -D --directory=<chdir>; -r; -w; -f=<edit>; --no-absolute-filenames; --rsh-command=<shell>; -x; -q; -c; -s",
    use: "<maybe>...",
    effects: (call) => {
      if (has(call, "list")) looksOnly(call);
      else if (has(call, "extract", "pass-through", "x", "r")) touches(call, HERE, "write", { deep: true });
      if (has(call, "rsh-command")) runs(call, "option");
    },
  },
  jar: {
    style: "bundle",
    options:
      "-c --create; -x --extract; -t --list; -u --update; -f --file=FILE; -v; -m=<read>; -e=E; -C=<read>; -M; -0",
    effects: (call) => {
      const file = optionValue(call, "file");
      if (has(call, "list")) {
        looksOnly(call);
        return;
      }
      if (file) touches(call, file, has(call, "extract") ? "read" : "write");
      if (has(call, "extract")) touches(call, HERE, "write", { deep: true });
      else for (const word of call.operands) touches(call, word, "read", { deep: true });
    },
  },
  "restic borg borgmatic duplicity rdiff-backup kopia bup tarsnap rsnapshot duplicati timeshift tmutil snapper": {
    subs: { max: 2, until: BACKUP_VERBS },
    options:
      "-r --repo=REPOSITORY; -p --password-file=<read>; --password-command=<shell>; --prune; -n --dry-run; --keep-last=N; --force; --keep-daily=N; --stats; -v; --exclude=P; -e=P; --target=<into>; --older-than=T; -C=C",
    use: "<tree>...",
    dry: ["dry-run"],
    effects: (call) => {
      const verb = call.subs.join(" ");
      keptElsewhere(call, /^(backup|copy|create|init|upload|snapshot)\b/.test(verb));
      if (
        /\b(forget|prune|delete|destroy|remove\S*|purge|cleanup|maintenance|expire|break-lock|unlock|deleteInterval|disable|disablelocal)\b/.test(
          verb,
        ) ||
        has(call, "prune")
      ) {
        if (!has(call, "dry-run")) raise(call, "blocked-by-default");
      } else if (/^(list|snapshots|ls|info|check|stats|diff|status|find|cat|verify|show)/.test(verb)) looksOnly(call);
    },
  },
  "convert magick mogrify ffmpeg sox pandoc wkhtmltopdf latex pdflatex xelatex lualatex tex bibtex dot inkscape gimp libreoffice soffice ghostscript gs qpdf pdftk img2pdf cwebp optipng jpegoptim svgo handbrake yt-dlp youtube-dl gallery-dl imagemagick montage":
    {
      use: "<maybe>...",
      options:
        "-i=<read>; -o --output=<write>; -f --from=F; -t --to=T; -y; -c=C; -vf=F; -r=N; -s=S; -b=B; -q; -v; -T=F; -resize=G; -quality=Q; -ss=T; -acodec=C; -vcodec=C; -an; -vn; -map=M; --template=<read>; --filter=<run>; --lua-filter=<run>; --pdf-engine=<run>; -shell-escape --shell-escape; -interaction=M; --exec=<shell>; --outdir=<into>; --headless; --convert-to=F; -d --output-directory=<into>; -P=<into>; -K=N; -dSAFER; -sDEVICE=D; -sOutputFile=<write>; -x",
      style: "single",
      effects: (call) => {
        if (has(call, "shell-escape", "exec", "filter")) runs(call, "option");
        if (call.program === "mogrify") for (const word of call.operands) touches(call, word, "write");
        else {
          const last = call.operands.at(-1);
          if (last && call.operands.length > 1) touches(call, last, "write");
          else if (optionValue(call, "i") && last) touches(call, last, "write");
        }
        for (const url of call.operands) if ((url.text ?? "").includes("://")) touches(call, HERE, "write");
      },
    },
};
