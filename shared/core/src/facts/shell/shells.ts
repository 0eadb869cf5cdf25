// shells.ts — a shell called by name: `-c TEXT`, a script, standard input, or nothing at all

import { touch } from "../call.ts";
import { classOf } from "../class.ts";
import { newCall } from "../describe.ts";
import { compile } from "../grammar.ts";
import { readWords } from "../options.ts";
import { addOnce, keep } from "../reading.ts";
import { below, nestedIn, readCode } from "./nested.ts";
import { newCommandAtom } from "./program.ts";
import { fork } from "./scope.ts";
import type { Setting, Shell } from "./shell.ts";
import { join, literal, type Output, type Word } from "./word.ts";
import { OTHER_SHELLS } from "./wrappers.ts";

const UNKNOWN: Output = { kind: "unknown" };

const GRAMMAR = compile({
  stopAtOperand: true,
  options: `
    -c --command; -l --login; -i --interactive; -s --stdin; -x; -e; -u; -n --noexec; -v --verbose; -f; -r --restricted; -p --posix; -a; -b; -h; -k; -m; -t; -B; -C; -D; -E; -H; -P; -T
    -o=OPTION; -O=OPTION; --rcfile --init-file=FILE; --norc; --noprofile; --version; --help
  `,
});
const OTHER_GRAMMAR = compile({
  stopAtOperand: true,
  options:
    "-c -Command -command -C --command; -File -file=FILE; -EncodedCommand -enc -e -ec=TEXT; -NoProfile -nop; -NonInteractive; -ExecutionPolicy -ep=MODE; -l --login; -i; -f; -x; -o=OPTION; --version; --help; -N --no-config",
});

/** Reads the call of shell `name`; undefined when it is only asked for its version. */
export function readShellCall(
  shell: Shell,
  name: string,
  words: readonly Word[],
  setting: Setting,
): Output | undefined {
  const { reading, scope } = shell;
  const other = OTHER_SHELLS.has(name);
  const self = newCommandAtom(shell, [literal(name), ...words], setting);
  const call = newCall(reading, nestedIn(shell), {
    program: name,
    words: words.map((word) => (word.text?.startsWith("+") ? literal(`-${word.text.slice(1)}`) : word)),
    atom: self,
    place: scope,
    stdin: setting.streams.stdin,
  });
  readWords(call, other ? OTHER_GRAMMAR : GRAMMAR);
  if (call.options.has("version") || call.options.has("help")) return undefined;
  const [first] = call.rest;
  const inner = below(shell, {
    wrapper: name,
    stdin: setting.streams.stdin,
    variables: setting.assigned.map((each) => each.name),
  });
  inner.scope = fork(scope);
  inner.scope.branch = false;
  inner.scope.functions = new Map();
  self.program = name;
  self.meaning = { program: name, subcommands: [], options: {}, operands: call.rest.map((word) => word.text) };
  if (other) addOnce(self.opaque, `${name} is another language than is read here`);
  const rc = call.options.get("init-file");
  if (rc && rc !== true) {
    touch(reading, self, scope, rc, "read");
    addOnce(self.runsCode, "script");
  }
  const command = call.options.has("command") || call.options.has("c") || call.options.has("C");
  if (command && first) {
    const text = other ? join(call.rest) : first;
    inner.scope.positional = call.rest.slice(2);
    inner.scope.zero = call.rest[1];
    if (text.text === null && text.known === "" && text.prints?.kind !== "text") {
      addOnce(self.opaque, "code is not known before the run");
      if (text.prints?.kind === "network") addOnce(self.runsCode, "piped-code");
    }
    const speaks =
      self.opaque.length > 0 ||
      self.runsCode.length > 0 ||
      setting.streams.writes.length + setting.streams.reads.length > 0 ||
      self.paths.length > 0;
    if (speaks) keepClassed(shell, self);
    return readCode(inner, text);
  }
  if (name === "cmd" && first?.text && /^\/[ckr]$/i.test(first.text)) {
    keepClassed(shell, self);
    return readCode(inner, join(call.rest.slice(1)));
  }
  if (first && !call.options.has("stdin")) return runScript(shell, inner, self, first, call.rest.slice(1));
  return readPiped(shell, inner, self, setting);
}

function keepClassed(shell: Shell, atom: ReturnType<typeof newCommandAtom>): void {
  atom.class = classOf(atom, shell.scope, "warn");
  keep(shell.reading, atom);
}

/** `bash x.sh`, `bash <(curl …)`, `bash /dev/stdin`. */
function runScript(
  shell: Shell,
  inner: Shell,
  self: ReturnType<typeof newCommandAtom>,
  script: Word,
  args: readonly Word[],
): Output {
  const fromStream =
    script.process !== undefined || script.text === "/dev/stdin" || script.text === "-" || script.text === "/dev/fd/0";
  if (!fromStream) {
    addOnce(self.runsCode, "script");
    touch(shell.reading, self, shell.scope, script, "read");
    keepClassed(shell, self);
    return UNKNOWN;
  }
  const content = script.process ? script.prints : inner.frame.stdin;
  inner.scope.positional = args;
  return readContent(shell, inner, self, content);
}

function readPiped(shell: Shell, inner: Shell, self: ReturnType<typeof newCommandAtom>, setting: Setting): Output {
  const { stdin } = setting.streams;
  if (stdin === undefined) {
    // A bare `bash` reads a terminal that no agent has; what it would be told is not known.
    addOnce(self.runsCode, "shell");
    keepClassed(shell, self);
    return UNKNOWN;
  }
  return readContent(shell, inner, self, stdin);
}

function readContent(
  shell: Shell,
  inner: Shell,
  self: ReturnType<typeof newCommandAtom>,
  content: Output | undefined,
): Output {
  if (content?.kind === "text") {
    if (self.opaque.length > 0) keepClassed(shell, self);
    return shell.read.text(shell.reading, content.text, inner.scope, { ...inner.frame, stdin: undefined });
  }
  if (content?.kind === "file") {
    addOnce(self.runsCode, "script");
    touch(shell.reading, self, shell.scope, content.word, "read");
  } else {
    addOnce(self.runsCode, "piped-code");
    addOnce(self.opaque, "code is not known before the run");
  }
  keepClassed(shell, self);
  return UNKNOWN;
}
