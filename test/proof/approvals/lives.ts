// lives.ts — random lives of questions on a real Postgres, held against an oracle that shares no code with the product

import { sampleAsk } from "@holdpoint/core/sample.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import type { Store } from "@holdpoint/store/store.ts";
import type { ActionRow } from "@holdpoint/store/types.ts";
import {
  attempt,
  decided,
  newApproval,
  newVote,
  openTestStore,
  read,
  system,
} from "../../../shared/store/test/fixture.ts";
import { type Random, randomFrom } from "./random.ts";

/** Who there is: what each holds, long before any question. `owner` is on whose behalf the agent asks. */
const PEOPLE: Readonly<Record<string, readonly string[]>> = {
  ann: ["dba"],
  bob: ["dba", "security"],
  cid: ["security"],
  eve: [],
  owner: ["dba", "security"],
};
const NAMES = Object.keys(PEOPLE);
const OWNER = "owner";
const QUESTIONS = [
  [{ role: "dba", quorum: 1 }],
  [{ role: "dba", quorum: 2 }],
  [
    { role: "dba", quorum: 1 },
    { role: "security", quorum: 1 },
  ],
  [
    { role: "dba", quorum: 2 },
    { role: "security", quorum: 1 },
  ],
] as const;
const STEPS = 9;

export interface LivesReport {
  lives: number;
  steps: number;
  approved: number;
  rejected: number;
  revoked: number;
  claimed: number;
  /** an answer or a state that the oracle did not expect, by the life's seed */
  errors: string[];
  seconds: number;
}

/** What the oracle remembers: who said yes and for whom they stood in then; everything else is searched for each time. */
interface Oracle {
  needs: (typeof QUESTIONS)[number];
  yes: { who: string; lenders: string[]; back: boolean }[];
  no: boolean;
  lent: { from: string; to: string }[];
  state: "held" | "approved" | "rejected" | "revoked" | "executing";
}

const holds = (who: string, role: string) => (PEOPLE[who] ?? []).includes(role);

function isEnough({ needs, yes }: Oracle): boolean {
  return needs.every(({ role, quorum }) => {
    const voices = new Set<string>();
    for (const { who, lenders, back } of yes) {
      if (back) continue;
      const voice = holds(who, role) ? who : lenders.find((lender) => holds(lender, role));
      if (voice !== undefined) voices.add(voice);
    }
    return voices.size >= quorum;
  });
}
const mayAnswer = (oracle: Oracle, who: string): boolean =>
  who !== OWNER &&
  [who, ...oracle.lent.filter(({ to }) => to === who).map(({ from }) => from)].some((each) =>
    oracle.needs.some(({ role }) => holds(each, role)),
  );

interface Life {
  store: Store;
  random: Random;
  row: ActionRow;
  oracle: Oracle;
  wrong(what: string): void;
}

const vote = (life: Life, who: string, no: boolean, otherCard: boolean) =>
  life.store.approvals.vote(
    newVote(life.row, {
      voter: who,
      roles: [...(PEOPLE[who] ?? [])],
      barred: [life.row.action.credential, OWNER],
      ...(no && { vote: "deny", reason: "no" }),
      ...(otherCard && { cardSha256: "sha256:another" }),
    }),
  );

function expectedVote(oracle: Oracle, who: string, no: boolean, otherCard: boolean): string {
  if (oracle.state !== "held") return "already_settled";
  if (who === OWNER) return "own_request";
  if (!mayAnswer(oracle, who)) return "not_an_approver";
  if (oracle.yes.some((each) => each.who === who)) return "already_voted";
  return otherCard && !no ? "card_changed" : "counted";
}

function counted(oracle: Oracle, who: string, no: boolean): void {
  if (no) oracle.no = true;
  const lenders = oracle.lent.filter(({ to }) => to === who).map(({ from }) => from);
  oracle.yes.push({ who, lenders: no ? [] : lenders, back: no });
}

async function step(life: Life): Promise<void> {
  const { store, random, row, oracle } = life;
  const who = random.pick(NAMES);
  const approvalId = row.approvalId ?? "";
  switch (
    random.pick(["vote", "vote", "vote", "vote", "race", "withdraw", "lend", "apply", "apply", "claim"] as const)
  ) {
    case "vote": {
      const [no, other] = [random.once(9), random.once(9)];
      const wanted = expectedVote(oracle, who, no, other);
      const { status } = await vote(life, who, no, other);
      if (status !== wanted) return life.wrong(`${who} votes: ${status}, expected ${wanted}`);
      if (status === "counted") counted(oracle, who, no);
      return;
    }
    case "race": {
      const wanted = expectedVote(oracle, who, false, false);
      const both = await Promise.all([vote(life, who, false, false), vote(life, who, false, false)]);
      const yeses = both.filter(({ status }) => status === "counted").length;
      if (yeses !== (wanted === "counted" ? 1 : 0)) return life.wrong(`${who} votes twice at once: ${yeses} counted`);
      if (yeses === 1) counted(oracle, who, false);
      return;
    }
    case "withdraw": {
      const { status } = await store.approvals.withdraw({ tenant: "default", approvalId, voter: who, actor: system });
      const given = oracle.yes.find((each) => each.who === who && !each.back);
      const open = oracle.state === "held" || oracle.state === "approved";
      if ((status === "done") !== (open && given !== undefined)) return life.wrong(`${who} withdraws: ${status}`);
      if (status === "done" && given) given.back = true;
      if (oracle.state === "approved" && !isEnough(oracle)) oracle.state = "revoked";
      return;
    }
    case "lend": {
      const to = random.pick(NAMES);
      const { status } = await store.approvals.delegate({
        tenant: "default",
        approvalId,
        voter: who,
        roles: [...(PEOPLE[who] ?? [])],
        to,
        until: new Date(Date.now() + 600_000),
        actor: system,
      });
      const circle = (from: string): boolean =>
        from === who || oracle.lent.filter((each) => each.from === from).some((each) => circle(each.to));
      const may =
        oracle.state === "held" &&
        who !== to &&
        who !== OWNER &&
        to !== OWNER &&
        oracle.needs.some(({ role }) => holds(who, role)) &&
        !oracle.lent.some(({ from }) => from === who) &&
        !circle(to);
      if ((status === "done") !== may) return life.wrong(`${who} lends to ${to}: ${status}, expected ${may}`);
      if (status === "done") oracle.lent.push({ from: who, to });
      return;
    }
    case "apply": {
      await store.approvals.apply("default", approvalId, system);
      if (oracle.state === "held" && oracle.no) oracle.state = "rejected";
      else if (oracle.state === "held" && isEnough(oracle)) oracle.state = "approved";
      return;
    }
    case "claim": {
      const now = await read(store, row);
      const { status } = await store.actions.claim(attempt(now));
      if ((status === "claimed") !== (oracle.state === "approved")) return life.wrong(`a claim: ${status}`);
      if (status === "claimed") oracle.state = "executing";
    }
  }
}

async function live(store: Store, seed: number, report: LivesReport): Promise<void> {
  const random = randomFrom(seed);
  const needs = random.pick(QUESTIONS);
  const ask = sampleAsk({ requirements: needs.map((each) => ({ ...each })) });
  const action = { id: newId("act"), principal: { agent: "proof", onBehalfOf: OWNER } } as const;
  const row = await decided(store, "held", action, { approval: newApproval({ ask, expiresMs: 3_600_000 }) });
  const oracle: Oracle = { needs, yes: [], no: false, lent: [], state: "held" };
  const life: Life = { store, random, row, oracle, wrong: (what) => report.errors.push(`seed ${seed}: ${what}`) };
  for (let n = 0; n < STEPS; n += 1) {
    await step(life);
    const { state } = await read(store, row);
    report.steps += 1;
    if (state !== oracle.state) report.errors.push(`seed ${seed}: is ${state}, expected ${oracle.state}`);
    if (report.errors.length > 50) throw new Error(report.errors.join("\n"));
  }
  report.lives += 1;
  if (oracle.state !== "held") report[oracle.state === "executing" ? "claimed" : oracle.state] += 1;
}

export async function voteLives(options: {
  lives: number;
  seed: number;
  lanes?: number;
  tell?: (line: string) => void;
}): Promise<LivesReport> {
  const { lives, seed, lanes = 8, tell = () => undefined } = options;
  const t = await openTestStore({
    openActionsPerAgentMax: 1_000_000,
    pendingApprovalsPerAgentMax: 1_000_000,
    approvalsPerHourMax: Number.POSITIVE_INFINITY,
  });
  const report: LivesReport = {
    lives: 0,
    steps: 0,
    approved: 0,
    rejected: 0,
    revoked: 0,
    claimed: 0,
    errors: [],
    seconds: 0,
  };
  const startedAt = performance.now();
  try {
    for (const [id, roles] of Object.entries(PEOPLE))
      await t.store.people.put("default", { id, name: id, roles: [...roles] }, system);
    let next = seed;
    const lane = async () => {
      while (next < seed + lives) {
        await live(t.store, next++, report);
        if (report.lives % 500 === 0) tell(`lives on Postgres: ${report.lives}`);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return { ...report, seconds: Math.round((performance.now() - startedAt) / 1_000) };
  } finally {
    await t.close();
  }
}
