// command.ts — `holdpoint demo`: starts everything in a scratch folder, plays the script, and checks every outcome

import type { ActionAnswer } from "@holdpoint/client/answers.ts";
import { createClient } from "@holdpoint/client/client.ts";
import { pack } from "@holdpoint/core/rules/packs.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { startTelemetry } from "@holdpoint/runtime/trace.ts";
import { Decision } from "@holdpoint/wire/decision.ts";
import { z } from "zod";
import { paintFor } from "../terminal.ts";
import { startUp, type Up } from "../up/start.ts";
import { type Agent, demoAgent } from "./agent.ts";
import { answered } from "./answer.ts";
import { execute } from "./executor.ts";
import { columns, filesIn, git, hasGit, makeScene, type Scene } from "./scene.ts";
import { type Step, script } from "./script.ts";
import { next, proofLine, type Result, resultLine, resultTable, stepLine, title } from "./show.ts";

export interface DemoOptions {
  yes?: boolean;
}

const paint = paintFor(process.stdout);
const say = (text: string): void => void process.stdout.write(text);

interface Stage {
  scene: Scene;
  up: Up;
  agent: Agent;
  options: DemoOptions;
}

/** People may see all of a decision; the agent was told one sentence. */
const Seen = z.looseObject(
  Decision.pick({ effect: true, outcome: true, reason: true, rules: true, risk: true, findings: true }).shape,
);

const decisionOf = ({ up }: Stage, decisionId: string) =>
  createClient({ url: up.ready.url, key: up.ready.auditorKey ?? "" }).request(
    "GET",
    `/v1/decisions/${decisionId}`,
    Seen,
  );

/** Runs what the grant holds; without a grant nothing runs, whatever was answered. */
async function runGranted(
  { scene, agent }: Stage,
  step: Step,
  answer: ActionAnswer,
): Promise<{ happened: string; ended: string }> {
  const { grant, args, actionId, state } = answer;
  if (grant === undefined || args === undefined)
    return { happened: state === "denied" ? "did not run" : `did not run: ${state}`, ended: state };
  const ran = await execute(scene.project, step.tool, args);
  await agent.report(actionId, grant.token, ran);
  return { happened: `ran: ${ran.note}`, ended: ran.outcome };
}

/** A held step is put before a person; one that the script did not expect is answered with no. */
async function askPeople({ agent, up, options }: Stage, step: Step, held: ActionAnswer): Promise<ActionAnswer> {
  const approvalId = held.decision?.approval?.id;
  if (approvalId === undefined) throw new Error("the action is held, but nobody is asked");
  say(paint.yellow("held\n"));
  const { url, approverKey = "" } = up.ready;
  const how = step.expect !== "ask" ? "no" : options.yes ? "yes" : "ask";
  const answer = await answered(held.actionId, approvalId, { url, approverKey, agent, how, paint, say });
  return answer.state === "approved" ? agent.claim(held.actionId) : answer;
}

async function play(stage: Stage, step: Step): Promise<Result> {
  const { answer, ms } = await stage.agent.propose({ tool: step.tool, args: step.args, why: step.aim });
  const final = answer.state === "held" ? await askPeople(stage, step, answer) : answer;
  const { happened, ended } = await runGranted(stage, step, final);
  const decision = await decisionOf(stage, answer.decision?.decisionId ?? "");
  // A person who says no at the held step is as right as one who says yes.
  const ranAsScripted = {
    allow: ended === (step.ends ?? "succeeded"),
    deny: ended === "denied",
    ask: ended === "succeeded" || ended === "rejected",
  }[step.expect];
  return {
    step,
    effect: decision.effect,
    outcome: decision.outcome,
    happened,
    rule: decision.rules[0]?.id ?? decision.findings[0]?.checker ?? "default",
    reason: decision.reason,
    risk: decision.risk.score,
    ms,
    asScripted: decision.effect === step.expect && ranAsScripted,
  };
}

/** What the world looks like afterwards: the point of it all. */
async function proofs({ scene }: Stage, results: readonly Result[]): Promise<boolean> {
  const approved = results.find(({ step }) => step.expect === "ask")?.happened.startsWith("ran") === true;
  const email = (await columns(scene.project)).includes("email");
  const checks: [boolean, string][] = [
    [filesIn(scene.backups) === 3, "the three backups next door are still there"],
    [
      approved === email,
      approved
        ? "customers have an email column, because a person said yes"
        : "the database is as it was, because nobody said yes",
    ],
  ];
  if (hasGit()) {
    const history = git(scene.remote, "log", "--oneline", "main").trim().split("\n").length;
    checks.push([history === 2, "the remote has both commits: published, not overwritten"]);
  }
  say(`\n${paint.bold("And the world afterwards")}\n`);
  for (const [holds, text] of checks) say(proofLine(holds, text, paint));
  return checks.every(([holds]) => holds);
}

async function perform(stage: Stage): Promise<boolean> {
  const steps = script(stage.scene).filter(({ needsGit }) => !needsGit || hasGit());
  const results: Result[] = [];
  for (const [index, step] of steps.entries()) {
    say(stepLine(index + 1, step, paint));
    const result = await play(stage, step);
    if (result.effect === "ask") say(stepLine(index + 1, step, paint));
    say(resultLine(result, paint));
    results.push(result);
  }
  say(resultTable(results, paint));
  const sound = await proofs(stage, results);
  say(next(paint));
  return sound && results.every(({ asScripted }) => asScripted);
}

/** Exits 0 where everything came as scripted, else 2. Nothing of it is left behind. */
export async function demo(options: DemoOptions): Promise<number> {
  // What a first look needs is on stdout; what is wrong is still said.
  process.env["HOLDPOINT_LOG_LEVEL"] ??= "error";
  const telemetry = startTelemetry("demo");
  const scene = await makeScene();
  let up: Up | undefined;
  const leave = async () => {
    await up?.stop();
    await telemetry.shutdown();
    scene.remove();
  };
  let interrupted = false;
  const onSignal = () => {
    interrupted = true;
    void leave().finally(() => process.exit(130));
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, onSignal);
  try {
    say(title(paint));
    const startMs = performance.now();
    // Its own database and its own rules, whatever the environment says: a demo must not write into a fleet.
    up = await startUp({
      folder: scene.data,
      config: {},
      policySources: [pack("coding-agent")],
      log: createLogger("demo"),
    });
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
    say(paint.dim(`Postgres, gateway and four workers are up (${seconds} s), in ${scene.root}\n\n`));
    const { url, agentKey: key } = up.ready;
    const agent = demoAgent({ url, key, cwd: scene.project, session: `demo-${process.pid}` });
    return (await perform({ scene, up, agent, options })) ? 0 : 2;
  } catch (error) {
    // What was in hand when everything was stopped fails: that is no news.
    if (interrupted) return await new Promise<never>(() => undefined);
    throw error;
  } finally {
    await leave();
  }
}
