// load.ts — clients that keep their own ledger of what was acknowledged, and never trust the server to remember

import type { Client } from "./http.ts";

/** A seeded stream of numbers in [0, 1): a run can be repeated by its seed (mulberry32's recurrence). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Acknowledged {
  actionId: string;
  command: string;
  key: string;
  /** ms since 1970 at which it was first sent */
  sentAt: number;
}

export interface Ledger {
  acknowledged: Acknowledged[];
  /** permissions to run that were handed out, as the client got them */
  grants: { actionId: string; token: string }[];
  /** acknowledged votes, by approval */
  votes: { approvalId: string; actionId: string }[];
  /** sent and never acknowledged: may or may not exist, and is not counted */
  unanswered: number;
  /** the same key answered with another action: a promise broken at once */
  contradictions: string[];
}

export const emptyLedger = (): Ledger => ({
  acknowledged: [],
  grants: [],
  votes: [],
  unanswered: 0,
  contradictions: [],
});

export interface LoadOptions {
  client: Client;
  /** of an agent that may speak for any agent */
  key: string;
  lanes: number;
  seed: number;
  commands: readonly string[];
  more: (acknowledged: number) => boolean;
  /** true while the pipeline has enough: clients of a real fleet do not propose without end either */
  full?: () => boolean;
}

/** An agent has a limit of open actions, so agents change: so many actions each. */
const ACTIONS_PER_AGENT = 400;
const TRIES_MAX = 60;
const REPEATED = 0.02;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Proposes until `more()` is false, `lanes` at a time. A request without an answer is repeated under the same
 * Idempotency-Key, as a real client does; some acknowledged ones are repeated too, and must name the same action. A part
 * of the lanes waits for the decision, another takes the permission to run and reports.
 */
export async function load(options: LoadOptions, ledger: Ledger = emptyLedger()): Promise<Ledger> {
  const { client, key, commands, seed } = options;
  const random = seeded(seed);
  let sent = 0;

  const propose = (command: string, name: string, number: number, how: "post" | "wait" | "run") =>
    client.call("POST", how === "post" ? "/v1/actions" : "/v1/actions?wait=3000", {
      key,
      headers: { "idempotency-key": name },
      body: {
        tool: "Bash",
        args: { command },
        cwd: "/srv/app",
        home: "/home/dev",
        principal: { agent: `proof-${Math.floor(number / ACTIONS_PER_AGENT)}` },
        session: { id: `proof-${name}` },
        ...(how === "run" && { claim: true }),
      },
    });

  const report = async (actionId: string, token: string) => {
    ledger.grants.push({ actionId, token });
    await client.call("POST", `/v1/actions/${actionId}/report`, { key, body: { grant: token, outcome: "succeeded" } });
  };

  const one = async (): Promise<void> => {
    const command = commands[Math.floor(random() * commands.length)] ?? "";
    const number = sent++;
    const name = `${seed}-${number}`;
    const draw = random();
    const how = draw < 0.1 ? "run" : draw < 0.25 ? "wait" : "post";
    const sentAt = Date.now();
    let actionId: string | undefined;
    for (let tries = 0; tries < TRIES_MAX && actionId === undefined; tries++) {
      const answer = await propose(command, name, number, how);
      if (answer && (answer.status === 200 || answer.status === 202)) {
        actionId = String(answer.body["actionId"]);
        const grant = answer.body["grant"] as { token: string } | undefined;
        if (grant) void report(actionId, grant.token);
      } else await pause(Math.min(500, 25 * 2 ** tries));
    }
    if (actionId === undefined) {
      ledger.unanswered++;
      return;
    }
    ledger.acknowledged.push({ actionId, command, key: name, sentAt });
    if (random() >= REPEATED) return;
    const again = (await propose(command, name, number, "post"))?.body["actionId"];
    if (again !== undefined && again !== actionId)
      ledger.contradictions.push(`${name}: ${actionId} then ${String(again)}`);
  };

  const lane = async () => {
    while (options.more(ledger.acknowledged.length)) {
      if (options.full?.()) await pause(20);
      else await one();
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, lane));
  return ledger;
}
