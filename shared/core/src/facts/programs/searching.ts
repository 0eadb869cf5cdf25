// searching.ts — programs that search: texts by pattern, files by name, and what they do with what they find

import { type Call, HERE, has, operandText, optionValues, runs, touches } from "../call.ts";
import type { Program } from "../grammar.ts";
import type { Output } from "../shell/word.ts";
import { namedByGlob } from "./named-files.ts";

const GREP = `
  -e --regexp=PATTERN; -f --file=<read>; -i --ignore-case; -v --invert-match; -w --word-regexp; -x --line-regexp; -c --count; --color[=WHEN]; --colour[=WHEN]
  -l --files-with-matches; -L --files-without-match; -m --max-count=N; -o --only-matching; -q --quiet --silent; -s --no-messages; -b --byte-offset; -H --with-filename; -h --no-filename; --label=TEXT
  -n --line-number; -T --initial-tab; -Z --null; -A --after-context=N; -B --before-context=N; -C --context=N; -a --text; --binary-files=TYPE; -I; -D --devices=ACTION; -d --directories=ACTION
  --exclude=GLOB; --exclude-from=<read>; --exclude-dir=GLOB; --include=GLOB; -r -R --recursive; -z --null-data; -E --extended-regexp; -F --fixed-strings; -G --basic-regexp; -P --perl-regexp; -U --binary; -y; -u
`;

/** grep -r without a file searches the folder it is in; with -l it prints paths. */
function searched(call: Call): void {
  const given = has(call, "regexp", "file") ? 0 : 1;
  if (call.operands.length <= given && (has(call, "recursive") || call.program !== "grep") && call.stdin === undefined)
    touches(call, HERE, "read", { deep: true });
  // `grep -r KEY . --include=.env` and `rg KEY -g .env` read the files of that name.
  if (!has(call, "recursive") && call.program === "grep") return;
  const globs = ["include", "glob", "iglob"].flatMap((name) => optionValues(call, name).map(({ text }) => text));
  const names = optionValues(call, "file-search-regex").map(({ text }) => nameOf(text ?? ""));
  const roots = call.atom.paths.filter((path) => path.access === "read").map((path) => path.path);
  for (const glob of [...globs, ...names].slice(0, 8))
    for (const one of namedByGlob(roots, glob ?? "")) touches(call, one, "read");
}

/** A regex for names that is nearly a name: `\\.env$`. */
const nameOf = (regex: string): string =>
  /^\^?\\?[\w.-]*\w[\w.-]*\$?$/.test(regex) ? `*${regex.replaceAll(/[\^$\\]/g, "")}*` : "";
const found = (call: Call): Output => {
  if (!has(call, "files-with-matches", "files-without-match", "files", "l")) return { kind: "unknown" };
  const { cwds } = call.place;
  const listsAll = has(call, "files");
  // Something of the folder that was searched, not all of it.
  const roots = call.atom.paths
    .filter((path) => path.access === "read")
    .map(({ path }) => (!listsAll && cwds.includes(path) ? `${path}/**/*` : path));
  return roots.length > 0 ? { kind: "paths", roots } : { kind: "unknown" };
};

/** `find | grep x`: of the paths that were listed, some. */
function picked(call: Call): Output {
  const { stdin, place } = call;
  if (stdin?.kind !== "paths") return { kind: "unknown" };
  const pattern = optionValues(call, "regexp")[0]?.text ?? operandText(call, 0);
  if (has(call, "invert-match") || !/\w/.test(pattern)) return stdin;
  return { kind: "paths", roots: stdin.roots.map((root) => (place.cwds.includes(root) ? `${root}/**/*` : root)) };
}

/** Where what fd finds may lie: below its roots, by name where the pattern is a plain one. */
function namedBelow(call: Call, end: number): string[] {
  const roots = [...new Set(call.atom.paths.map((path) => path.path))];
  const first = call.operands[0];
  const pattern = first && call.words.indexOf(first) < end ? (first.text ?? "") : "";
  const kinds = optionValues(call, "extension").map(({ text }) => text ?? "*");
  if (!/^\^?\\?[\w.-]*\w[\w.-]*\$?$/.test(pattern) || roots.length > 4)
    return kinds.length > 0 && kinds.length <= 4
      ? roots.flatMap((root) => kinds.map((kind) => `${root === "/" ? "" : root}/**/*.${kind}`))
      : roots;
  const name = pattern.replaceAll(/[\^$\\]/g, "");
  return roots.map((root) => `${root === "/" ? "" : root}/**/${pattern.startsWith("^") ? "" : "*"}${name}*`);
}

export const searching: Record<string, Program> = {
  "grep egrep fgrep": {
    use: "pattern <read>...",
    useWith: { regexp: "<read>...", file: "<read>..." },
    class: "safe",
    options: GREP,
    effects: searched,
    prints: (call) =>
      has(call, "files-with-matches", "files-without-match")
        ? found(call)
        : call.operands.length === 2 &&
            !has(call, "recursive", "count", "only-matching", "line-number", "regexp", "file")
          ? { kind: "file", word: call.operands[1]! }
          : picked(call),
  },
  "rg ripgrep": {
    use: "pattern <tree>...",
    useWith: { regexp: "<tree>...", file: "<tree>...", files: "<tree>..." },
    class: "safe",
    options: `${GREP}; -g --glob=G; --iglob=G; -t --type=T; -T --type-not=T; --files; --hidden; -. ; -u --unrestricted; --no-ignore; -S --smart-case; -p --pretty; --heading; --json; -M --max-columns=N; -j --threads=N; --sort=W; --sortr=W; --max-depth=N; -r --replace=T; --pre=<shell>; --pre-glob=G; -z --search-zip; --hostname-bin=<shell>; --type-add=T; --type-list; -L --follow; --stats; --vimgrep; --ignore-file=<read>; -0 --null; -N --no-line-number; --passthru; --multiline; -d --max-depth=N; --max-filesize=N`,
    effects: (call) => {
      if (has(call, "pre", "hostname-bin")) runs(call, "option");
      searched(call);
    },
    prints: found,
  },
  "ag ack": {
    use: "pattern <tree>...",
    class: "safe",
    options:
      "-i; -l --files-with-matches; -L; -g=P; -G --file-search-regex=P; -A --after=N; -B --before=N; -C --context=N; -w; -Q --literal; -c --count; -v; -a; -u; --hidden; --ignore=P; --ignore-dir=P; --pager=<shell>; -o; -n; -s; -S; -m=N; -f; --type=T; --files-from=<read>",
    effects: searched,
    prints: found,
  },
  // A plain name in fd's pattern is found anywhere in the names.
  "fd fdfind": {
    use: "pattern <tree>...",
    class: "safe",
    options:
      "-H --hidden; -I --no-ignore; -u --unrestricted; -s --case-sensitive; -i --ignore-case; -g --glob; -F --fixed-strings; -a --absolute-path; -l --list-details; -L --follow; -p --full-path; -d --max-depth=N; --min-depth=N; -E --exclude=P; -t --type=T; -e --extension=E; -S --size=N; --changed-within=D; --changed-before=D; -o --owner=O; -c --color=W; -j --threads=N; -0 --print0; -1; -q --quiet; --search-path=<tree>; --base-directory=<chdir>; -x --exec; -X --exec-batch",
    effects: (call) => {
      const start = call.words.findIndex((word) => /^(-x|-X|--exec|--exec-batch)$/.test(word.text ?? ""));
      if (call.operands.length < 2 || start >= 0) touches(call, HERE, "read", { deep: true });
      if (start < 0) return;
      const roots = namedBelow(call, start);
      const rest = call.words.slice(start + 1).filter((word) => word.text !== ";");
      const added = { raw: "{}", text: null, known: "", glob: false, prints: { kind: "paths" as const, roots } };
      const marked = rest.some((word) => word.text !== null && /^\{[./]*\}$/.test(word.text));
      call.nested.words(
        marked
          ? rest.map((word) => (word.text !== null && /^\{[./]*\}$/.test(word.text) ? added : word))
          : [...rest, added],
        call.program,
      );
    },
    prints: (call) => ({ kind: "paths", roots: call.atom.paths.map((path) => path.path) }),
  },
  "locate mlocate plocate": {
    class: "safe",
    options: "-i; -n=N; -r; -b; -c; -e; -l=N; -d=<read>; -0",
    prints: () => ({ kind: "paths", roots: ["/"] }),
  },
  mdfind: { class: "safe", options: "-name=N; -onlyin=<tree>; -literal; -0; -count", style: "single" },
};
