// load.ts — a client that keeps its own ledger of what was acknowledged, and never trusts the server to remember

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

/** What a fault-free run decides for each command: computed by the pure core before any fault. */
export interface Expected {
  command: string;
  effect: "allow" | "ask" | "deny";
}

export interface Acknowledged {
  actionId: string;
  command: string;
  key: string;
}

export interface Ledger {
  acknowledged: Acknowledged[];
  /** sent and never acknowledged: may or may not exist, and is not counted */
  unanswered: number;
  /** the same key answered with another action: a promise broken at once */
  contradictions: string[];
}

/**
 * Proposes until `more()` is false, `lanes` at a time. A request without an answer is repeated under the same
 * Idempotency-Key, as a real client does; some acknowledged ones are repeated too, and must name the same action.
 */
export async function load(options: {
  url: () => string;
  key: string;
  lanes: number;
  seed: number;
  commands: readonly string[];
  more: (acknowledged: number) => boolean;
}): Promise<Ledger> {
  const ledger: Ledger = { acknowledged: [], unanswered: 0, contradictions: [] };
  const random = seeded(options.seed);
  let sent = 0;

  const propose = async (command: string, key: string): Promise<string | undefined> => {
    try {
      const response = await fetch(`${options.url()}/v1/actions`, {
        method: "POST",
        headers: { authorization: `Bearer ${options.key}`, "content-type": "application/json", "idempotency-key": key },
        body: JSON.stringify({
          tool: "Bash",
          args: { command },
          cwd: "/srv/app",
          home: "/home/dev",
          principal: { agent: "proof" },
          session: { id: `proof-${key}` },
        }),
        signal: AbortSignal.timeout(10_000),
      });
      const body = (await response.json()) as { actionId?: string };
      return response.status === 200 || response.status === 202 ? body.actionId : undefined;
    } catch {
      return undefined; // no answer is an expected outcome of a fault: the caller repeats it
    }
  };

  const lane = async () => {
    while (options.more(ledger.acknowledged.length)) {
      const command = options.commands[Math.floor(random() * options.commands.length)] ?? "";
      const key = `${options.seed}-${sent++}`;
      let actionId: string | undefined;
      for (let attempt = 0; attempt < 40 && actionId === undefined; attempt++) {
        actionId = await propose(command, key);
        if (actionId === undefined) await new Promise((resolve) => setTimeout(resolve, 50 + attempt * 25));
      }
      if (actionId === undefined) {
        ledger.unanswered++;
        continue;
      }
      ledger.acknowledged.push({ actionId, command, key });
      if (random() < 0.02) {
        const again = await propose(command, key);
        if (again !== undefined && again !== actionId) ledger.contradictions.push(`${key}: ${actionId} then ${again}`);
      }
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, lane));
  return ledger;
}
