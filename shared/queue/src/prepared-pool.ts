// prepared-pool.ts — the queue's connections to Postgres: statements prepared by name, and who takes a job rides behind its add

import { createHash } from "node:crypto";
import pg from "pg";

interface Statement {
  name: string;
  text: string;
  values: unknown[];
}
/** A connection that somebody asks on while others are still to be answered. */
interface Ride {
  client: Promise<pg.PoolClient>;
  /** those who wait for an answer; the last one gives the connection back */
  riders: number;
  broken: boolean;
}

/** The library's statements for these, whose first value is the queue's name; the test beside this asks through the library. */
const ADDS = /^SELECT add_job\(/m;
const TAKES = /^SELECT \* FROM move_to_active\(/m;

/**
 * Gives every parameterised statement a name, so that the server parses and plans it once a session.
 * Who takes a job of a queue that one is just being added to asks on the connection of that add, right behind it: the server
 * has both at once and does them in this order, so the job is found, and a round trip is saved at every hop.
 */
export class PreparedPool extends pg.Pool {
  /** by the name of the queue, the last one; over when nobody rides on it */
  readonly #adding = new Map<unknown, Ride>();

  constructor(config: pg.PoolConfig) {
    super({ ...config, pipeline: true });
  }

  // The library's overloads all come down to this; a subclass is the one seam it has.
  override query = ((first: unknown, values?: unknown, callback?: unknown) => {
    const base = pg.Pool.prototype.query as (...args: unknown[]) => unknown;
    if (typeof first !== "string" || !Array.isArray(values)) return base.call(this, first, values, callback);
    const statement = { name: nameOf(first), text: first, values };
    if (callback !== undefined) return base.call(this, statement, callback);
    if (ADDS.test(first)) return this.#add(statement);
    const ride = TAKES.test(first) ? this.#adding.get(values[0]) : undefined;
    return ride !== undefined && ride.riders > 0 && !ride.broken ? ask(ride, statement) : base.call(this, statement);
  }) as pg.Pool["query"];

  #add(statement: Statement): Promise<pg.QueryResult> {
    const ride: Ride = { client: this.connect(), riders: 0, broken: false };
    this.#adding.set(statement.values[0], ride);
    return ask(ride, statement);
  }
}

/** In the order of the calls. What fails spoils the connection for no one else who rides on it, and it is not used again. */
async function ask(ride: Ride, statement: Statement): Promise<pg.QueryResult> {
  ride.riders++;
  let client: pg.PoolClient | undefined;
  try {
    client = await ride.client;
    return await client.query(statement);
  } catch (error) {
    ride.broken = true;
    throw error;
  } finally {
    ride.riders--;
    if (ride.riders === 0) client?.release(ride.broken);
  }
}

const names = new Map<string, string>();
function nameOf(text: string): string {
  const known = names.get(text);
  if (known) return known;
  const name = `q_${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
  names.set(text, name);
  return name;
}
