// files.ts — programs that make, move, change and remove files

import type { PathFact } from "@holdpoint/wire/facts.ts";
import { type Call, HERE, has, operandText, optionValue, raise, runs, touches, touchesHere } from "../call.ts";
import type { Program } from "../grammar.ts";
import { linked } from "../roles.ts";
import { LOSING } from "./verbs.ts";

/** `chmod 777`, `chmod a+w`, `chmod u+s`: a mode that opens a file to everybody or lends its owner's rights. */
function permissive(call: Call): void {
  setsRights(call, operandText(call, 0));
}

function setsRights(call: Call, mode: string): void {
  if (/^[0-7]{3,4}$/.test(mode)) {
    // 2xxx keeps the group of a shared folder; 4xxx lends the rights of whoever owns the file.
    if (mode.length === 4 && Number(mode[0]) >= 4) raise(call, "blocked-by-default");
  } else if (/(^|,)[uao]*[+=][rwxXt]*s/.test(mode)) raise(call, "blocked-by-default");
}

const operandsFrom = (call: Call, index: number, access: "write" | "read", deep: boolean): void => {
  for (const word of call.operands.slice(index)) touches(call, word, access, { deep });
};

/** chmod, chown, chgrp: the first operand is a mode or an owner unless `--reference` gives it. */
function changeMode(call: Call): void {
  operandsFrom(call, has(call, "reference") ? 0 : 1, "write", has(call, "recursive"));
}

export const files: Record<string, Program> = {
  rm: {
    use: "<delete>...",
    options: `
      -f --force; -i; -I; --interactive[=WHEN]; -v --verbose; -d --dir
      -r -R --recursive
      -P; -W; -x
      --no-preserve-root; --preserve-root[=all]; --one-file-system
    `,
    effects: (call) => {
      // `rm -r *`: all of the folder one stands in.
      const all = ({ path, mayContain }: PathFact): boolean =>
        mayContain === true && path.endsWith("/*") && call.place.cwds.includes(path.slice(0, -2));
      if (has(call, "recursive") && call.atom.paths.some(all)) touchesHere(call, "delete");
    },
  },
  rmdir: { use: "<delete>...", options: "-p --parents; -v --verbose; --ignore-fail-on-non-empty" },
  unlink: { use: "<delete>..." },
  "trash trash-put gio-trash rmtrash": { use: "<delete>..." },
  "rimraf del-cli del rd erase": { use: "<destroy>...", options: "-g --glob; -f --force; -i; -v" },
  shred: {
    use: "<destroy>...",
    options:
      "-f --force; -n --iterations=N; -s --size=N; -u; --remove[=HOW]; -v --verbose; -x --exact; -z --zero; --random-source=<read>",
  },
  "srm wipe": { use: "<destroy>...", options: "-r -R --recursive; -f --force; -z; -l; -q; -i; -v; -k" },
  truncate: { use: "<destroy>...", options: "-s --size=N; -c --no-create; -o --io-blocks; -r --reference=<read>" },
  fallocate: {
    use: "<write>...",
    options:
      "-l --length=N; -o --offset=N; -p --punch-hole; -z --zero-range; -d --dig-holes; -n --keep-size; -c; -i; -x",
  },
  mv: {
    use: "<move>... <write>",
    useWith: { "target-directory": "<move>..." },
    options: `
      -f --force; -i --interactive; -n --no-clobber; -u; --update[=WHEN]; -v --verbose; -b; --backup[=HOW]
      -t --target-directory=<into>; -T --no-target-directory; -S --suffix=S; --strip-trailing-slashes; -Z; --exchange
    `,
    effects: (call) => {
      // Nothing comes out of there again.
      if (/^\/dev\/(null|zero|full)$/.test(call.operands.at(-1)?.text ?? "")) raise(call, "blocked-by-default");
    },
  },
  cp: {
    use: "<read>... <write>",
    useWith: { "target-directory": "<read>..." },
    options: `
      -r -R --recursive; -a --archive; -f --force; -i --interactive; -n --no-clobber; -u; --update[=WHEN]; -v --verbose; -b; --backup[=HOW]
      -p; --preserve[=LIST]; --no-preserve=LIST; -d; -P --no-dereference; -L --dereference; -H; -l --link; -s --symbolic-link; -x --one-file-system
      -t --target-directory=<into>; -T --no-target-directory; -S --suffix=S; --parents; --reflink[=WHEN]; --sparse=WHEN; -c; -X
    `,
  },
  install: {
    use: "<read>... <write>",
    useWith: { "target-directory": "<read>...", directory: "<write>..." },
    options:
      "-b; --backup[=HOW]; -c; -C --compare; -d --directory; -D; -g --group=NAME; -m --mode=MODE; -o --owner=NAME; -p --preserve-timestamps; -s --strip; -S --suffix=S; -t --target-directory=<into>; -T --no-target-directory; -v --verbose; -Z",
    effects: (call) => setsRights(call, optionValue(call, "mode")?.text ?? ""),
  },
  ln: {
    use: "<linked>... <write>",
    useWith: { "target-directory": "<linked>..." },
    options:
      "-s --symbolic; -f --force; -i --interactive; -n --no-dereference; -r --relative; -L --logical; -P --physical; -b; --backup[=HOW]; -t --target-directory=<into>; -T --no-target-directory; -v --verbose; -S --suffix=S; -h; -F",
    effects: (call) => {
      // `ln -s X` alone makes X's name here.
      if (call.operands.length !== 1 || has(call, "target-directory")) return;
      call.atom.paths.length = 0;
      linked(call, call.operands[0]!);
      touches(call, HERE, "write");
    },
  },
  link: { use: "<linked> <write>" },
  mkdir: { use: "<write>...", options: "-p --parents; -m --mode=MODE; -v --verbose; -Z" },
  touch: {
    use: "<write>...",
    options:
      "-a; -m; -c --no-create; -d --date=TEXT; -r --reference=<read>; -t=STAMP; -h --no-dereference; --time=WORD",
  },
  "mkfifo mknod": { use: "<write>", options: "-m --mode=MODE; -Z" },
  mktemp: {
    use: "<write>",
    options: "-d --directory; -u --dry-run; -q --quiet; -p --tmpdir[=<write>]; --suffix=S; -t",
    effects: (call) => {
      // A file that is new harms no place, wherever it lies; what is done with it later is judged then.
      if (has(call, "dry-run") || call.operands.some((word) => word.text === null)) call.atom.paths.length = 0;
    },
    // A new name in a scratch folder, where the call says nothing else.
    prints: (call) => {
      if (call.operands.some((word) => word.text === null)) return { kind: "unknown" };
      const given = call.atom.paths.filter((path) => path.access === "write").map((path) => path.path);
      return { kind: "paths", roots: given.length > 0 ? given : ["/tmp/tmp.*"] };
    },
  },
  chmod: {
    use: "mode",
    options:
      "-R --recursive; -f --silent; -v --verbose; -c --changes; --reference=<read>; --preserve-root; --no-preserve-root; -h; -H; -L; -P; -E; -N",
    effects: (call) => {
      // `chmod -x file`: a mode that looks like an option.
      const dashed = ["r", "w", "x", "s", "t", "X"].filter((letter) => call.options.has(letter));
      operandsFrom(
        call,
        has(call, "reference") || (dashed.length > 0 && call.operands.length === 1) ? 0 : 1,
        "write",
        has(call, "recursive"),
      );
      permissive(call);
    },
  },
  "chown chgrp": {
    use: "owner",
    options:
      "-R --recursive; -f --silent; -v --verbose; -c --changes; -h --no-dereference; --dereference; --from=OWNER; --reference=<read>; --preserve-root; --no-preserve-root; -H; -L; -P; -n; -x",
    effects: (call) => {
      changeMode(call);
      if (operandText(call, 0).startsWith("root")) raise(call, "blocked-by-default");
    },
  },
  chattr: {
    use: "mode",
    options: "-R --recursive; -V; -f; -v=N; -p=N",
    effects: (call) => {
      operandsFrom(call, 1, "write", has(call, "recursive"));
      raise(call, "blocked-by-default");
    },
  },
  setfacl: {
    use: "<write>...",
    options:
      "-m --modify=ACL; -x --remove=ACL; -M --modify-file=<read>; -X --remove-file=<read>; -b --remove-all; -k --remove-default; -R --recursive; -d --default; -n; -L; -P; --set=ACL; --set-file=<read>; --restore=<read>",
  },
  "setfattr xattr": {
    use: "<write>...",
    options: "-n --name=NAME; -v --value=V; -x --remove=NAME; -h; -w; -d; -c; -l; -r; -p",
  },
  setcap: { use: "caps <write>...", class: "blocked" },
  dd: {
    raw: true,
    effects: (call) => {
      for (const word of call.words) {
        const known = word.text ?? word.known;
        const equals = known.indexOf("=");
        if (equals < 0) continue;
        const name = known.slice(0, equals);
        const value = {
          ...word,
          raw: known.slice(equals + 1),
          text: word.text === null ? null : known.slice(equals + 1),
          known: known.slice(equals + 1),
        };
        call.options.set(name, value);
        call.values.set(name, [value]);
        if (name === "if") touches(call, value, "read");
        if (name === "of") touches(call, value, "write");
      }
    },
  },
  tee: {
    use: "<write>...",
    options: "-a --append; -i --ignore-interrupts; -p; --output-error[=MODE]",
    prints: (call) => call.stdin ?? { kind: "unknown" },
  },
  sponge: { use: "<write>", options: "-a" },
  split: {
    use: "<read> <write>",
    // No more than a file and a prefix: with a third word it is another client of this name, `split splits delete x`.
    effects: (call) => {
      if (call.operands.length > 2) {
        call.atom.paths.length = 0;
        raise(call, LOSING.test(operandText(call, 1)) ? "blocked-by-default" : "warn");
      }
    },
    options:
      "-a --suffix-length=N; -b --bytes=N; -C --line-bytes=N; -d --numeric-suffixes; -e; -l --lines=N; -n --number=N; -t --separator=C; -x; --additional-suffix=S; --filter=<shell>; --verbose",
  },
  csplit: { use: "<read>", options: "-f --prefix=<write>; -b --suffix-format=F; -n --digits=N; -k; -s; -z" },
  rename: {
    use: "expr expr <write>...",
    options: "-v --verbose; -n --nono; -f --force; -s --symlink; -e=EXPR; -a --all; -l --last",
    useWith: { e: "<write>..." },
    effects: (call) => {
      if (/[{}()]|\b(system|unlink|qx|`)/.test(operandText(call, 0))) runs(call, "interpreter");
    },
  },
  patch: {
    use: "<edit> <read>",
    options:
      "-p --strip=N; -i --input=<read>; -R --reverse; -d --directory=<chdir>; -o --output=<write>; -b --backup; -E; -f --force; -N --forward; -t --batch; -s --quiet; --dry-run; -r --reject-file=<write>; -u; -c; -l; --merge[=S]; --verbose",
    dry: ["dry-run"],
    effects: (call) => {
      if (call.operands.length === 0 && !has(call, "dry-run")) touches(call, HERE, "write", { deep: true });
    },
  },
  rsync: {
    use: "<remoteRead>... <remoteWrite>",
    options: `
      -a --archive; -r --recursive; -v --verbose; -z --compress; -h --human-readable; -n --dry-run; -u --update; -P; --progress; --partial
      -e --rsh=<shell>; --rsync-path=TEXT; --delete; --delete-before; --delete-during; --delete-after; --delete-excluded; --delete-delay; --remove-source-files
      --exclude=P; --exclude-from=<read>; --include=P; --include-from=<read>; -f --filter=P; --files-from=<read>; -l --links; -L --copy-links; -H --hard-links; -p --perms; -o --owner; -g --group; -t --times; -O; -x --one-file-system; -S --sparse
      --bwlimit=N; --port=N; --password-file=<read>; --log-file=<write>; --backup-dir=<write>; -b --backup; --suffix=S; --chown=O; --chmod=M; --info=F; --stats; --timeout=N; --max-size=N; --min-size=N; -q --quiet; -c --checksum; -i --itemize-changes; -R --relative; -d --dirs; -W --whole-file; --ignore-existing; --existing; --inplace; --append; --link-dest=<read>; -T --temp-dir=<write>; -C --cvs-exclude; -A --acls; -X --xattrs; -D; -k; -K; -E; -y; -m; -s; -4; -6
    `,
    dry: ["dry-run"],
    effects: (call) => {
      const last = call.operands.at(-1);
      if (last && [...call.options.keys()].some((name) => name.startsWith("delete")))
        touches(call, last, "delete", { deep: true });
      if (has(call, "remove-source-files"))
        for (const word of call.operands.slice(0, -1)) touches(call, word, "delete", { deep: true });
      if (optionValue(call, "rsync-path")) runs(call, "remote");
    },
  },
};
