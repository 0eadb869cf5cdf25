// builtins.ts — commands of the shell itself; what they do to later commands is applied where texts are walked

import { has, raise, touches, touchesHere } from "../call.ts";
import type { Program } from "../grammar.ts";

export const builtins: Record<string, Program> = {
  "cd chdir pushd popd dirs": { use: "<read>", class: "safe", options: "-L; -P; -e; -n; -c; -p; -v" },
  "export declare typeset local readonly unset unalias alias shift return exit break continue logout times umask ulimit getopts shopt set wait fg bg disown suspend jobs let hash enable complete compgen compopt bind read mapfile readarray caller exec eval source trap setopt unsetopt autoload zmodload rehash limit":
    {
      class: "safe",
      raw: true,
      effects: (call) => {
        call.operands.push(...call.words);
        if (call.program === "enable" && call.words.some((word) => word.text === "-f"))
          raise(call, "blocked-by-default");
      },
    },
  // scaffolding: they write a new project here
  "create-react-app create-next-app create-vite degit cookiecutter yo copier django-startproject": {
    runs: "package",
    use: "<write>",
    effects: (call) => touchesHere(call, "write"),
  },
  holdpoint: {
    subs: { max: 2 },
    options:
      "-y --yes; --json; --trace; --policy --policy-file=<read>; --port=P; --batch=<read>; --tool=T; --args=A; --embedded; --config=<read>; -h --help; -v --version; --over=<read>; --without=C",
    effects: (call) => {
      if (has(call, "help", "version")) call.base = "safe";
      else if (
        /^(check|explain|status|list|log|show|doctor|version|audit)$/.test(call.subs[0] ?? "") ||
        (call.subs[0] === "policy" && /^(lint|test|diff|check|status|show)$/.test(call.subs[1] ?? ""))
      )
        call.base = "safe";
      else if (/^(approve|reject|deny|vote|keys|policy|grants|hook|hooks|kill|publish)$/.test(call.subs[0] ?? ""))
        raise(call, "blocked-by-default");
    },
  },
  "asciinema ttyrec": {
    subs: { max: 1 },
    use: "<write>",
    effects: (call) => {
      if (call.subs[0] === "upload") for (const word of call.operands) touches(call, word, "read");
    },
  },
};
