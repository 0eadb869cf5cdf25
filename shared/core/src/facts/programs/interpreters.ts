// interpreters.ts — languages: files of code, code on the command line, code from a pipe

import { type Call, HERE, has, looksOnly, opaque, optionValues, raise, runs, touches } from "../call.ts";
import { readForeignCode } from "../code.ts";
import type { Program } from "../grammar.ts";
import { literal, type Word } from "../shell/word.ts";

/** The options that carry code, and those after which nothing else runs. */
function interpreter(options: string, codeOptions: readonly string[], more: Partial<Program> = {}): Program {
  const { effects: also, ...rest } = more;
  return {
    stopAtOperand: true,
    options,
    ...rest,
    effects: (call) => {
      call.operands.push(...call.rest);
      also?.(call);
      const codes = codeOptions.flatMap((name) => optionValues(call, name));
      for (const code of codes) readForeignCode(call, code);
      if (codes.length > 0 || call.options.has("module")) return;
      readFileOrInput(call);
    },
  };
}

function readFileOrInput(call: Call): void {
  const [file, ...args] = call.rest;
  if (file && file.text !== "-" && file.process === undefined) {
    touches(call, file, "read");
    runs(call, "script");
    if (file.text?.includes("://")) opaque(call, "code from elsewhere");
    for (const arg of args) if (arg.text?.startsWith("/") || arg.text?.startsWith("~")) touches(call, arg, "read");
    return;
  }
  if (has(call, "version", "help", "V", "v") && !file) {
    looksOnly(call);
    return;
  }
  const given = file?.process ? file.prints : call.stdin;
  if (given?.kind === "text") readForeignCode(call, literal(given.text));
  else if (given?.kind === "file") {
    touches(call, given.word, "read");
    runs(call, "script");
  } else if (given !== undefined) {
    runs(call, "piped-code");
    opaque(call, "code is not known before the run");
  } else runs(call, "interpreter");
}

const MODULES_THAT_LOOK = new Set([
  "json.tool",
  "this",
  "site",
  "sysconfig",
  "platform",
  "tokenize",
  "ast",
  "dis",
  "calendar",
  "base64",
  "pydoc",
  "timeit",
]);

/** `-d DIR`, `--directory DIR`, `--directory=DIR`: the folder that a server of python hands out. */
function servedBy(words: readonly Word[]): Word | undefined {
  const at = words.findIndex(({ text }) => text === "-d" || text === "--directory");
  if (at >= 0) return words[at + 1];
  const joined = words.find(({ known }) => known.startsWith("--directory="));
  return joined?.text == null ? joined : literal(joined.text.slice("--directory=".length), joined.raw);
}

/** Whoever reaches the server reads what lies below. */
export function servesFolder(call: Call, folder: Word | undefined): void {
  touches(call, folder ?? HERE, "read", { deep: true });
}

/** python -m: pip and pytest are themselves; a module that is not known is code that is not read. */
function readPythonModule(call: Call): void {
  const module = optionValues(call, "module")[0];
  if (!module) return;
  const name = module.text ?? "";
  if (
    /^(pip|pytest|unittest|venv|virtualenv|tox|nox|black|ruff|mypy|flake8|isort|pylint|coverage|build|twine|poetry|uv|django|flask|uvicorn|gunicorn|ansible|pre_commit|jupyter|http\.server|SimpleHTTPServer|alembic|celery)$/.test(
      name,
    )
  ) {
    if (name === "http.server" || name === "SimpleHTTPServer") {
      runs(call, "server");
      raise(call, "warn");
      servesFolder(call, servedBy(call.words));
    } else
      call.nested.words(
        [
          literal(name === "unittest" ? "unittest" : name === "django" ? "django-admin" : name.replace("_", "-")),
          ...call.rest,
        ],
        call.program,
      );
  } else if (MODULES_THAT_LOOK.has(name)) {
    looksOnly(call);
    for (const word of call.rest) touches(call, word, "read");
  } else runs(call, "module");
}

const NODE = `
  -e --eval=CODE; -p --print=CODE; -pe --eval=CODE; -c --check; -i --interactive; -r --require=<run>; --import=<run>; --loader=<run>; --experimental-loader=<run>; -v --version; -h --help; --test; --watch; --watch-path=<read>; --env-file=<read>; --inspect[=H]; --inspect-brk[=H]; --max-old-space-size=N; --experimental-strip-types; --no-warnings; --trace-warnings; --conditions -C=C; --input-type=T; --test-name-pattern=P; --test-reporter=R; --test-reporter-destination=<write>; --prof; --cpu-prof; --heap-prof; --expose-gc; --enable-source-maps; --unhandled-rejections=M; --title=T; --run=SCRIPT; --permission; --allow-fs-read=P; --allow-fs-write=P; --test-concurrency=N; --experimental-vm-modules; --harmony; --stack-size=N
`;

export const interpreters: Record<string, Program> = {
  "python ipython pypy bpython": interpreter(
    "-c=CODE; -m --module=NAME; -u; -b; -B; -d; -E; -i; -I; -O; -OO; -P; -q; -s; -S; -v; -V --version; -h --help; -W=ARG; -X=OPT; -x; --check-hash-based-pycs=M; -t; -3",
    ["c"],
    { effects: readPythonModule },
  ),
  node: interpreter(NODE, ["eval", "print"], {
    effects: (call) => {
      if (has(call, "test")) runs(call, "test-runner");
      if (has(call, "run")) runs(call, "package-script");
      if (has(call, "check")) looksOnly(call);
    },
  }),
  deno: {
    options:
      "-A --allow-all; --allow-read[=P]; --allow-write[=P]; --allow-net[=H]; --allow-env[=E]; --allow-run[=P]; --allow-ffi; --allow-sys; --unstable; --import-map=<config>; -c --config=<config>; --no-check; --watch; -q; -r --reload; --lock=<read>; --env-file=<read>; --ext=E; --cert=<read>; --check; --fail-fast; --filter=F; --coverage=<write>; -o --output=<write>; --target=T; --print -p; --preload=<run>",
    sub: {
      eval: {
        effects: (call) => {
          for (const word of call.operands) readForeignCode(call, word);
        },
      },
      "run serve": { runs: "script", use: "<source>" },
      "test bench": { runs: "test-runner" },
      fmt: {
        use: "<tree>...",
        effects: (call) => {
          if (!has(call, "check")) for (const word of call.operands) touches(call, word, "write");
        },
      },
      "lint check info doc types completions": { class: "safe", use: "<tree>..." },
      task: { runs: "package-script" },
      "install add cache compile bundle upgrade publish": { runs: "package" },
    },
  },
  "ts-node tsx esno swc-node ts-node-esm jiti vite-node babel-node": interpreter(
    `${NODE}; -T --transpile-only; -P --project=<config>; --esm`,
    ["eval", "print"],
  ),
  perl: {
    options:
      "-e=CODE; -E=CODE; -n; -p; -i[=SUFFIX]; -l; -0; -a; -F=P; -w; -W; -M=MODULE; -m=MODULE; -I=<read>; -c; -v; -V; -s; -S; -t; -T; -u; -U; -x[=DIR]; -h; -d[=M]; -C; -X; -f",
    stopAtOperand: true,
    effects: (call) => {
      const codes = [...optionValues(call, "e"), ...optionValues(call, "E")];
      call.operands.push(...call.rest);
      for (const code of codes) readForeignCode(call, code);
      if (codes.length === 0) {
        readFileOrInput(call);
        return;
      }
      for (const word of call.rest) {
        touches(call, word, "read");
        if (has(call, "i")) touches(call, word, "write");
      }
    },
  },
  ruby: interpreter(
    "-e=CODE; -n; -p; -i[=SUFFIX]; -l; -a; -F=P; -r=LIB; -I=<read>; -w; -W[=L]; -c; -v --version; -h --help; -s; -S; -x; -C=<chdir>; -E=E; -K=K; -0[=N]; -d; -y; -T; --disable=F; --enable=F; --yjit",
    ["e"],
    {
      effects: (call) => {
        if (optionValues(call, "r").some(({ text }) => text === "un") && optionValues(call, "e")[0]?.text === "httpd") {
          runs(call, "server");
          servesFolder(call, call.rest[0]);
        }
        if (has(call, "i") && has(call, "e")) for (const word of call.rest) touches(call, word, "write");
      },
    },
  ),
  php: interpreter(
    "-r=CODE; -B=CODE; -R=CODE; -E=CODE; -f=<run>; -c=<config>; -d=SETTING; -S=ADDRESS; -t=<read>; -l; -i; -m; -v --version; -h --help; -a; -n; -z=<run>; -s; -w; -q",
    ["r", "B", "R", "E"],
    {
      effects: (call) => {
        if (has(call, "S")) {
          runs(call, "server");
          servesFolder(call, optionValues(call, "t")[0]);
        }
        if (has(call, "v", "i", "m") || has(call, "l")) looksOnly(call);
      },
    },
  ),
  "lua luajit": interpreter("-e=CODE; -l=LIB; -i; -v --version; -E; -W; -b; -j=C; -O[=L]", ["e"]),
  osascript: interpreter("-e=CODE; -l=LANGUAGE; -s=F; -i", ["e"], {
    effects: (call) => {
      raise(call, "blocked-by-default");
      for (const code of optionValues(call, "e"))
        for (const [, text] of (code.text ?? "").matchAll(/do shell script "((?:[^"\\]|\\.)*)"/g))
          call.nested.shell(literal(text!.replace(/\\"/g, '"')), call.program);
    },
  }),
  "Rscript R r": interpreter("-e=CODE; -f --file=<run>; --vanilla; --no-save; --slave; -q; --version", ["e"]),
  julia: interpreter(
    "-e --eval=CODE; -E --print=CODE; --project[=<read>]; -L --load=<run>; -t=N; -p=N; --version -v; -q; -i",
    ["eval", "print"],
  ),
  "elixir iex": interpreter("-e --eval=CODE; -r=<run>; -S=S; -pa=<read>; --no-halt; -v --version", ["eval"]),
  "erl escript": interpreter("-eval=CODE; -noshell; -s=M; -pa=<read>; -sname=N; -name=N; -setcookie=C", ["eval"], {
    style: "single",
  }),
  "ghc ghci runghc runhaskell": interpreter(
    "-e=CODE; -i[=D]; -package=P; -o=<write>; -O; -O2; --make; -outputdir=<into>; -threaded; -Wall; -c; -l=LIB; -X=EXT",
    ["e"],
  ),
  "scala kotlin groovy jshell clojure clj bb": interpreter(
    "-e=CODE; -cp -classpath=<read>; -script=<run>; -M=A; -X=A; -A=A; -T=A; -Sdeps=E; -jar=<run>; -version --version",
    ["e"],
    { style: "single" },
  ),
  "irb pry jjs jrunscript slsh": interpreter("-e=CODE; -r=LIB; -I=<read>; -f=<run>; -l=LANGUAGE; --version -v", ["e"]),
  "swift dart crystal nim zig v raku racket guile sbcl clisp tclsh wish expect gnuplot octave matlab maxima sage":
    interpreter(
      "-e --eval=CODE; -c --command=CODE; -f --file=<run>; -l --load=<run>; -x=CODE; --version -v",
      ["eval", "command", "x"],
      { runs: "interpreter" },
    ),
  java: {
    options:
      "-jar=<run>; -cp -classpath --class-path=<read>; -D=P; -X=O; -XX=O; -version --version; -ea; -server; -m --module=M; -p --module-path=<read>; -agentlib=A; -agentpath=A; -javaagent=A; --add-opens=A; --add-modules=A; --enable-preview; --source=V",
    style: "single",
    stopAtOperand: true,
    effects: (call) => {
      call.operands.push(...call.rest);
      if (has(call, "version") && call.rest.length === 0) looksOnly(call);
      else runs(call, "script");
      if (call.rest[0]?.text?.endsWith(".java")) touches(call, call.rest[0], "read");
    },
  },
};
