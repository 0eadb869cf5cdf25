// publish.test.ts — `policy publish` on the real product: the next call is judged by it, and a second one is a new version

import { createClient } from "@holdpoint/client/client.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CliResult, folderWith, runCli } from "../run-cli.ts";
import { type UpProcess, upProcess } from "../up-process.ts";

let up: UpProcess;
beforeAll(async () => {
  up = await upProcess(folderWith());
}, 120_000);
afterAll(async () => {
  await up?.kill();
});

const denying = (command: string) =>
  `rules:\n  - { id: closed, effect: deny, when: { commands: ["${command}"] }, reason: closed }\n`;
const folder = folderWith({
  "team.yaml": denying("git stash"),
  "next.yaml": denying("git bisect"),
  "broken.yaml": "rules: [{ effect: x }]\n",
  "settings.json": '{"permissions":{"deny":["Bash(git blame:*)"]}}',
});
const publish = (args: string[], key = up.ready.adminKey ?? ""): Promise<CliResult> =>
  runCli(["policy", "publish", ...args], { cwd: folder, env: { HOLDPOINT_URL: up.ready.url, HOLDPOINT_KEY: key } });
async function stateOf(command: string): Promise<string> {
  const agent = createClient({ url: up.ready.url, key: up.ready.agentKey });
  const answer = await agent.propose(
    {
      tool: "Bash",
      args: { command },
      cwd: "/home/dev/api",
      principal: { agent: "claude-code" },
      session: { id: "s" },
    },
    { waitMs: 10_000 },
  );
  return answer.state;
}

test("what is published decides the very next call", async () => {
  expect(await stateOf("git stash list")).toBe("allowed");
  const { code, stdout, stderr } = await publish(["team.yaml"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(
    /^(\S+) written: team, version 1\n\1 published: version 1, acknowledged by every live worker, sha256:/,
  );
  expect(await stateOf("git stash list")).toBe("denied");
});

test("under the same name it is a new version, and a draft decides nothing until its id is published", async () => {
  const drafted = await publish(["next.yaml", "--name", "team", "--draft"]);
  expect(drafted.stdout).toMatch(/written: team, version 2\n$/);
  expect(await stateOf("git bisect log")).not.toBe("denied");
  const id = drafted.stdout.split(" ")[0] ?? "";
  expect((await publish(["--id", id])).stdout).toContain("published: version 2");
  expect(await stateOf("git bisect log")).toBe("denied");
});

test("a document of another client is sent as one of ours", async () => {
  const { code } = await publish(["settings.json", "--shadow"]);
  expect(code).toBe(0);
});

test.each<[string, string[], () => string | undefined, RegExp]>([
  ["a document that does not compile is not sent", ["broken.yaml"], () => up.ready.adminKey, /broken\.yaml:1:/],
  ["the agent's key", ["team.yaml"], () => up.ready.agentKey, /forbidden|may not|role/i],
  ["an id that nobody has", ["--id", "nobody"], () => up.ready.adminKey, /./],
])("%s: exit 2", async (_what, args, key, says) => {
  const { code, stdout, stderr } = await publish(args, key());
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(says);
});
