// editors.ts — programs that change texts: sed, awk, perl-like filters, editors

import { type Call, has, opaque, optionValues, runs, touches } from "../call.ts";
import type { Program } from "../grammar.ts";
import { looksLikePath } from "../paths.ts";
import { literal, unknownWord, type Word } from "../shell/word.ts";

/** sed's own commands: `w file`, `r file`, `e command`, and the flags `w` and `e` of `s`. */
function readSedScript(call: Call, script: Word): void {
  if (script.text === null) {
    if (script.template === undefined || !/(^|[;{}\n])\s*\d*,?\d*(e|w|r)\b/.test(script.known)) return;
    opaque(call, "a sed script that is not known before the run");
    return;
  }
  for (const command of sedCommands(script.text)) {
    if (command.name === "w" || command.name === "W") touches(call, literal(command.rest), "write");
    else if (command.name === "r" || command.name === "R") touches(call, literal(command.rest), "read");
    else if (command.name === "e") {
      runs(call, "interpreter");
      if (command.rest === "") opaque(call, "sed runs the text it is given");
      else call.nested.shell(literal(command.rest), call.program);
    }
  }
}

interface SedCommand {
  name: string;
  rest: string;
}

function sedCommands(script: string): SedCommand[] {
  const out: SedCommand[] = [];
  let i = 0;
  const skipRegex = (end: string): void => {
    while (i < script.length && script[i] !== end) {
      if (script[i] === "\\") i++;
      else if (script[i] === "[" && end !== "[") {
        const close = script.indexOf("]", i + 2);
        if (close > 0 && !script.slice(i, close).includes("\n")) i = close;
      }
      i++;
    }
    i++;
  };
  const line = (): string => {
    const end = script.indexOf("\n", i);
    const text = script.slice(i, end < 0 ? script.length : end).trim();
    i = end < 0 ? script.length : end + 1;
    return text;
  };
  while (i < script.length) {
    const char = script[i]!;
    if (/[\s;{}!0-9,$~+]/.test(char)) i++;
    else if (char === "/") {
      i++;
      skipRegex("/");
      while (script[i] === "I" || script[i] === "M") i++;
    } else if (char === "\\") {
      const end = script[i + 1] ?? "";
      i += 2;
      skipRegex(end);
    } else if (char === "s" || char === "y") {
      const end = script[i + 1] ?? "";
      i += 2;
      skipRegex(end);
      skipRegex(end);
      let flags = "";
      while (i < script.length && /[gpimIMe0-9]/.test(script[i]!)) flags += script[i++];
      if (flags.includes("e") && char === "s") out.push({ name: "e", rest: "" });
      if (script[i] === "w") {
        i++;
        out.push({ name: "w", rest: line() });
      }
    } else if ("wWrRe".includes(char)) {
      i++;
      out.push({ name: char, rest: line() });
    } else if ("aicbtTq:#lL".includes(char)) {
      i++;
      line();
    } else i++;
  }
  return out;
}

function readSed(call: Call): void {
  const scripts = optionValues(call, "expression");
  let files = call.operands;
  if (scripts.length === 0 && !has(call, "file")) {
    if (call.operands[0]) readSedScript(call, call.operands[0]);
    files = call.operands.slice(1);
  }
  for (const script of scripts) readSedScript(call, script);
  const inPlace = has(call, "in-place");
  // `sed -i '' …` of BSD: the empty word is the suffix.
  for (const file of files) {
    touches(call, file, "read");
    if (inPlace) touches(call, file, "write");
  }
}

/** The program with its regular expressions emptied: a `/` is one where no value stands before it, else a division. */
function withoutRegexes(code: string): string {
  let out = "";
  let last = "";
  for (let i = 0; i < code.length; i++) {
    const char = code[i]!;
    let end = i + 1;
    if (char === '"' || (char === "/" && !/[\w)\]$"]/.test(last))) {
      while (end < code.length && code[end] !== char && code[end] !== "\n") end += code[end] === "\\" ? 2 : 1;
      end++;
      out += char === "/" ? '""' : code.slice(i, end);
      last = '"';
      i = end - 1;
      continue;
    }
    out += char;
    if (!/\s/.test(char)) last = char;
  }
  return out;
}

const STRING = '"((?:[^"\\\\]|\\\\.)*)"';
const AWK_COMMANDS = [
  `\\bsystem\\s*\\(\\s*${STRING}\\s*\\)`,
  `\\|&?\\s*${STRING}`,
  `${STRING}\\s*\\|&?\\s*getline`,
].map((text) => new RegExp(text, "g"));
const AWK_FILES = new RegExp(`>>?\\s*${STRING}`, "g");

/** awk: `system(…)`, pipes to and from commands, files written with `>`. */
function readAwkProgram(call: Call, program: Word): void {
  const code = withoutRegexes(program.text ?? program.template ?? program.known);
  const bare = code.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const calls = (bare.match(/\bsystem\s*\(/g) ?? []).length + (bare.match(/(?<!\|)\|(?!\|)/g) ?? []).length;
  if (calls > 0) {
    runs(call, "interpreter");
    let known = 0;
    for (const pattern of AWK_COMMANDS)
      for (const [, command] of code.matchAll(pattern)) {
        known++;
        call.nested.shell(literal(command!.replace(/\\"/g, '"')), call.program);
      }
    if (known < calls) opaque(call, "awk runs a command that is not known before the run");
  }
  for (const [, file] of code.matchAll(AWK_FILES)) touches(call, literal(file!), "write");
  // `print > $1`: only after print is `>` no comparison.
  if (/\bprintf?\b[^;}\n>()]*>>?\s*[a-zA-Z$(]/.test(bare)) touches(call, unknownWord("…"), "write");
}

function readAwk(call: Call): void {
  const program = has(call, "file") ? undefined : call.operands[0];
  if (program) readAwkProgram(call, program);
  for (const source of optionValues(call, "source")) readAwkProgram(call, source);
  for (const word of has(call, "file") ? call.operands : call.operands.slice(1)) {
    if (word.text !== null && /^[A-Za-z_]\w*=/.test(word.text)) continue;
    touches(call, word, "read");
    if (optionValues(call, "include").some((name) => name.text === "inplace")) touches(call, word, "write");
  }
}

/** vi and emacs: commands on the command line run in the editor, which can do anything. */
function readEditor(call: Call): void {
  runs(call, "editor");
  for (const command of [
    ...optionValues(call, "command"),
    ...optionValues(call, "cmd"),
    ...optionValues(call, "eval"),
    ...optionValues(call, "execute"),
    ...call.operands.filter((word) => /^\+\D/.test(word.known)),
  ]) {
    const text = (command.text ?? command.known).replace(/^\+?:*/, "");
    if (text.startsWith("!")) call.nested.shell(literal(text.slice(1)), call.program);
    else if (/\b(system|call|py|python|lua|shell-command|delete-file|:!)/.test(text) || text.includes("!"))
      opaque(call, "an editor runs a command of its own");
  }
  const looks = /^r?view$|^gview$/.test(call.program) || has(call, "R");
  for (const word of call.operands)
    if (/^\+/.test(word.known)) continue;
    else if (word.text !== null && (looksLikePath(word.text) || call.operands.length === 1)) {
      touches(call, word, "read");
      if (!looks) touches(call, word, "write");
    } else if (word.text === null) touches(call, word, "write");
}

export const editors: Record<string, Program> = {
  sed: {
    options: `
      -n --quiet --silent; -e --expression=SCRIPT; -f --file=<run>; -i --in-place[=SUFFIX]; -I --in-place[=SUFFIX]; -E -r --regexp-extended; -s --separate; -u --unbuffered; -z --null-data
      -l --line-length=N; --posix; --debug; --sandbox; -b; -a; --follow-symlinks
    `,
    class: "safe",
    effects: readSed,
  },
  "awk gawk mawk nawk": {
    options:
      "-F --field-separator=FS; -v --assign=VAR; -f --file=<run>; -e --source=TEXT; -i --include=FILE; -E --exec=<run>; -l --load=LIB; -n; -S --sandbox; -b; -O; -P; -d[=<write>]; -o[=<write>]; -p[=<write>]; -W=OPT",
    class: "safe",
    effects: readAwk,
  },
  "ed red": { use: "<edit>", runs: "editor", options: "-s; -p=P; -c --command=TEXT" },
  "vi vim nvim ex view rvim rview vimdiff gvim gview": {
    options:
      "-c --command=TEXT; --cmd=TEXT; -S=<run>; -u=<run>; -R; -n; -e; -E; -s; -es; -d; -o; -O; -p; -t=T; -i=F; -V[=F]; -w=<write>; -W=<write>; --clean; --headless; --noplugin; -N; -b; -l=<run>",
    effects: readEditor,
  },
  "emacs emacsclient": {
    options:
      "--batch; -q; -Q; --eval --execute=TEXT; -l --load=<run>; -f --funcall=NAME; -nw; --script=<run>; -n; -c; -t; -a=<shell>",
    effects: readEditor,
    style: "single",
  },
  "nano pico micro joe mcedit code codium subl gedit kate cursor zed": {
    use: "<edit>...",
    runs: "editor",
    options:
      "-w; -l; -n --new-window; -r --reuse-window; -g --goto; -d --diff; --wait; --install-extension=ID; -a --add; --list-extensions; --uninstall-extension=ID; --disable-extensions",
  },
  "dos2unix unix2dos": { use: "<edit>...", options: "-n --newfile; -k; -q; -o; -b" },
  "prettier eslint biome black ruff isort autopep8 gofmt goimports rustfmt clang-format shfmt stylelint standard xo oxlint oxfmt dprint yapf rubocop golangci-lint swiftformat ktlint scalafmt google-java-format":
    {
      use: "<tree>...",
      options:
        "-w --write; --fix; -c --check; -l --list-different; --config=<config>; -i --in-place; -d --diff; -q --quiet; --ignore-path=<read>; --ext=E; -f --format=F; --plugin=NAME; --resolve-plugins-relative-to=DIR; --line-length=N; --select=S; --ignore=S; -o --output-file=<write>; --max-warnings=N; --cache; --stdin; --stdin-filepath=F; -a --auto-correct; -A",
      runs: "tool",
      effects: (call) => {
        // Formatters write what they are given; a plain `eslint src` only reports.
        const formats =
          has(call, "write", "fix", "in-place", "w", "i", "auto-correct", "A") ||
          /^(black|isort|autopep8|rustfmt)$/.test(call.program) ||
          call.operands[0]?.text === "format";
        if (formats && !has(call, "check", "diff"))
          for (const word of call.operands)
            if (word.text === null || word.text !== "format") touches(call, word, "write", { deep: true });
      },
    },
};
