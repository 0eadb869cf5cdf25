// commands.ts — commands of about 200 bytes as agents write them, of one to six steps: what each costs to understand and to judge

import { argsHash } from "@holdpoint/core/args-hash.ts";
import { deriveFacts } from "@holdpoint/core/facts/derive.ts";
import type { PolicySet } from "@holdpoint/core/rules/compile.ts";
import { evaluate } from "@holdpoint/core/rules/evaluate.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import { median, ROUNDS, turn } from "./turn.ts";

export interface CommandCost {
  name: string;
  bytes: number;
  /** simple commands that were understood */
  steps: number;
  parseMicros: number;
  decideMicros: number;
}

export const COMMANDS: Readonly<Record<string, string>> = {
  "git commit, a long message": `git commit --signoff --no-verify -m "fix(api): keep the session open while a vote is counted, so that a late answer is not lost; the test that shows it is in services/api/src/votes.test.ts (#4821)"`,
  "npm install, ten packages": `npm install --save-dev --save-exact typescript@5.9.3 vitest@4.0.8 @types/node@24.10.1 eslint@9.39.1 prettier@3.6.2 tsx@4.20.6 esbuild@0.27.0 zod@4.1.12 yaml@2.8.1 fast-check@4.3.0 --no-audit --no-fund`,
  "rsync, many options": `rsync -avz --delete --exclude node_modules --exclude .git --exclude dist --exclude coverage --progress --human-readable --stats ./services/api/build/ ./deploy/staging/services/api/releases/2026-01-01/`,
  "curl, a post with headers": `curl -sS -X POST https://api.example.com/v1/projects/4821/builds -H "Content-Type: application/json" -H "Accept: application/json" --max-time 30 --retry 3 -d '{"branch":"main","jobs":4}' -o out.json`,
  "docker run of npm": `docker run --rm -it --name api-dev -v "$PWD":/app -w /app -p 3000:3000 -e NODE_ENV=development -e LOG_LEVEL=debug --network dev --memory 512m --cpus 2 registry.example.com/api:1.24.3 npm run dev -- -q`,
  "cd and a test run": `cd services/api && pnpm exec vitest run --project services/api src/votes.test.ts src/sessions.test.ts src/http/errors.test.ts --reporter=verbose --coverage --coverage.reporter=text --bail 1 --run -t open`,
  "grep, sort and head": `grep -rn --include='*.ts' --exclude-dir=node_modules --exclude-dir=dist "deriveFacts(" services/api/src services/worker/src shared/core/src test | sort -t: -k1,1 -k2,2n --unique | head --lines=40`,
  "find with -exec, sort and tail": `find services shared -type f \\( -name '*.ts' -o -name '*.tsx' \\) -not -path '*/node_modules/*' -not -path '*/dist/*' -newer package.json -size -200k -exec grep -ln "deriveFacts" {} + | sort | tail -n 25`,
  "six steps": `cd services/api && FOO=bar npm run build -- --mode production && git -C ../web commit -am "release: 1.2.3" && tar -czf dist.tgz dist/ src/index.ts README.md | tee build.log; grep -rn "todo" src > todo.txt`,
};

export const shell = (command: string): Action => ({
  id: "act_00000000-0000-7000-8000-000000000000",
  tenant: "default",
  kind: "tool",
  tool: "Bash",
  args: { command },
  argsHash: argsHash({ command }),
  cwd: "/home/dev/api",
  home: "/home/dev",
  principal: { agent: "bench" },
  session: { id: "s" },
  trust: "verified",
  mode: "auto",
  attested: ["agent"],
  credential: "k",
  proposedAt: "2026-01-01T00:00:00.000Z",
});

/** Each understood and judged again and again, all of them in turns: none has the processor's memory to itself. */
export function benchCommands(set: PolicySet): CommandCost[] {
  const all = Object.entries(COMMANDS).map(([name, text]) => {
    const action = shell(text);
    return { name, action, facts: deriveFacts(action), parse: [] as number[], decide: [] as number[] };
  });
  for (let round = 0; round <= ROUNDS; round++)
    for (const { action, facts, parse, decide } of all) {
      const took = [turn(() => deriveFacts(action), 60), turn(() => evaluate(set, action, facts), 60)] as const;
      // The first round warms up.
      if (round === 0) continue;
      parse.push(took[0]);
      decide.push(took[1]);
    }
  const micros = (nanos: number[]) => Math.round(median(nanos) / 10) / 100;
  return all.map(({ name, action, facts, parse, decide }) => ({
    name,
    bytes: Buffer.byteLength(String(action.args["command"])),
    steps: facts.atoms.length,
    parseMicros: micros(parse),
    decideMicros: micros(decide),
  }));
}
