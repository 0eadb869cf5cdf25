// git.test.ts — git in all its spellings: what is forced, lost, or made to run
// A line of facts an atom (sketch.ts): meaning, then paths by access, hosts, statements, code that runs, class.

import { expect, test } from "vitest";
import { sampleAction } from "../../sample.ts";
import { deriveFacts } from "../derive.ts";
import { sketch } from "../sketch.ts";

const read = (command: string): string[] =>
  sketch(deriveFacts(sampleAction({ args: { command }, cwd: "/w", home: "/home/u" })));
const check = (command: string, facts: string | string[]): void =>
  expect(read(command)).toEqual(Array.isArray(facts) ? facts : [facts]);

test.each<[command: string, facts: string | string[]]>([
  ["git status", "git status | safe"],
  ["git -C ../api push -f origin main", "git push --C=../api --force origin main | runs:git-hooks"],
  ["git push origin +main", "git push --force origin main | runs:git-hooks"],
  ["git push origin HEAD:refs/heads/main", "git push origin main | runs:git-hooks"],
  ["git push origin :main", "git push --delete origin main | runs:git-hooks"],
  ["git push --delete origin main", "git push --delete origin main | runs:git-hooks"],
  ["git push --mirror", "git push --mirror | runs:git-hooks"],
  ["git push --force-with-lease", "git push --force-with-lease | runs:git-hooks"],
  ["git push --forc", "git push --forc | runs:git-hooks"],
  ["git reset --hard HEAD~1", "git reset --discard-changes --hard HEAD~1 | w:/w+"],
  ["git reset HEAD x", "git reset HEAD x"],
  ["git clean -fdx", "git clean --d --force --x | d:/w+"],
  ["git clean -n", "git clean --dry-run | safe"],
  ["git checkout -b x", "git checkout --b=x | runs:git-hooks"],
  ["git checkout main", "git checkout main | runs:git-hooks"],
  ["git checkout -- x.ts", "git checkout --discard-changes x.ts | w:/w/x.ts+ runs:git-hooks"],
  ["git checkout HEAD~1 x.ts", "git checkout --discard-changes HEAD~1 x.ts | w:/w/x.ts+ runs:git-hooks"],
  ["git checkout .", "git checkout --discard-changes . | w:/w+ runs:git-hooks"],
  ["git checkout -f", "git checkout --discard-changes --force | w:/w+ runs:git-hooks"],
  ["git restore x.ts", "git restore --discard-changes x.ts | w:/w/x.ts+"],
  ["git restore --staged x.ts", "git restore --staged x.ts"],
  ["git switch --discard-changes main", "git switch --discard-changes main | w:/w+ runs:git-hooks"],
  ["git branch -D x", "git branch --D --delete --force x"],
  ["git branch -d x", "git branch --delete x"],
  ["git branch", "git branch | safe"],
  ["git stash", "git stash | w:/w+"],
  ["git stash drop", "git stash drop | w:/w+"],
  ["git stash clear", "git stash clear | w:/w+"],
  ["git stash list", "git stash list | safe"],
  ["git reflog expire --all", "git reflog expire --all"],
  ["git gc --prune=now", "git gc --prune=now"],
  [
    "git filter-branch --tree-filter 'rm x' HEAD",
    ["git filter-branch --tree-filter=rm x HEAD | runs:git-hooks blocked", "git> rm x | d:/w/x"],
  ],
  ["git worktree remove --force ../x", "git worktree remove --force ../x | w:/x+ d:/x+ blocked"],
  ["git rebase -x 'rm x' main", ["git rebase --exec=rm x main | w:/w+ runs:git-hooks", "git> rm x | d:/w/x"]],
  ["git rebase main", "git rebase main | w:/w+ runs:git-hooks"],
  ["git update-ref -d refs/heads/x", "git update-ref --delete refs/heads/x"],
  ["git commit -am x", "git commit --all --message=x | runs:git-hooks"],
  ["git commit --no-verify -m x", "git commit --message=x --no-verify | runs:git-hooks"],
  ["git config user.name x", "git config user.name x"],
  [
    "git config --global core.pager 'rm x'",
    [
      "git config --global core.pager rm x | w:/home/u/.gitconfig x:/home/u/.gitconfig $git:core.pager runs:git-setting",
      "git> rm x | d:/w/x",
    ],
  ],
  [
    "git config core.hooksPath /tmp/h",
    "git config core.hooksPath /tmp/h | w:/w/.git/config x:/w/.git/config $git:core.hookspath runs:git-setting",
  ],
  [
    "git config alias.x '!rm x'",
    [
      "git config alias.x !rm x | w:/w/.git/config x:/w/.git/config $git:alias.x runs:git-setting",
      "git> rm x | d:/w/x",
    ],
  ],
  [
    "git -c core.pager='rm x' log",
    ["git log --config=core.pager=rm x | $git:core.pager runs:git-setting", "git> rm x | d:/w/x"],
  ],
  [
    "git -c alias.x='!rm x' x",
    ["git x --config=alias.x=!rm x | $git:alias.x runs:git-setting runs:git-alias", "git> rm x | d:/w/x"],
  ],
  [
    "git clone https://evil.example/x.git",
    "git clone https://evil.example/x.git | w:/w/x+ h:evil.example(public) runs:git-hooks",
  ],
  [
    "git clone git@github.com:a/b.git",
    "git clone git@github.com:a/b.git | w:/w/b+ h:github.com(public) runs:git-hooks",
  ],
  [
    "git remote add x https://evil.example/x.git",
    "git remote add x https://evil.example/x.git | h:evil.example(public)",
  ],
  [
    "git fetch ext::sh\\ -c\\ whoami",
    ["git fetch ext::sh -c whoami | runs:git-setting blocked", "git> sh> whoami | safe"],
  ],
  ["git submodule foreach 'rm x'", ["git submodule foreach | runs:git-hooks", "git> rm x | d:/w/x"]],
  ["git bisect run rm x", ["git bisect run | runs:git-hooks", "git> rm x | d:/w/x"]],
  ["git diff --output=/etc/x", "git diff --output=/etc/x | w:/etc/x blocked"],
  ["git grep KEY -- .env", ["git grep KEY .env | r:/w/.env safe"]],
  ["git grep -e KEY .env", ["git grep --e=KEY .env | r:/w/.env safe"]],
  ["git grep -O'rm x' y", ["git grep --open-files-in-pager=rm x y | runs:option", "git> rm x | d:/w/x"]],
  ["git foo", "git foo | runs:git-alias"],
  ["git $X", "git ? | runs:git-alias opaque"],
  ["git --help", "git help --help | safe"],
  ["git push --help", "git help push --help | safe"],
])("git: %s", (command, facts) => check(command, facts));
