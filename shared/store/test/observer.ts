// observer.ts — a session of ours that counts the rows its statements look at, those inside functions and triggers too

import pg from "pg";
import { SESSION } from "../src/pool.ts";

interface PlanNode {
  Plans?: PlanNode[];
  [what: string]: unknown;
}

export interface Observer {
  /** Runs a statement; how many rows the nodes of all its plans returned or threw away. */
  rowsLookedAt(text: string, values?: unknown[]): Promise<number>;
  close(): Promise<void>;
}

const COUNTED = [
  "Actual Rows",
  "Rows Removed by Filter",
  "Rows Removed by Join Filter",
  "Rows Removed by Index Recheck",
];

function rowsOf(node: PlanNode): number {
  const once = COUNTED.reduce((sum, name) => sum + Number(node[name] ?? 0), 0);
  return once * Number(node["Actual Loops"] ?? 0) + (node.Plans ?? []).reduce((sum, below) => sum + rowsOf(below), 0);
}

/** @param url of a superuser: what observes may be loaded by no one else */
export async function openObserver(url: string): Promise<Observer> {
  const client = new pg.Client({ connectionString: url });
  let rows = 0;
  client.on("notice", ({ message }) => {
    const plan = message?.slice(message.indexOf("{")) ?? "";
    if (message?.startsWith("duration:")) rows += rowsOf((JSON.parse(plan) as { Plan: PlanNode }).Plan);
  });
  await client.connect();
  await client.query("LOAD 'auto_explain'");
  const settings = ["log_min_duration=0", "log_analyze=on", "log_timing=off", "log_format=json", "log_level=notice"];
  for (const setting of [...settings, "log_nested_statements=on"]) await client.query(`SET auto_explain.${setting}`);
  await client.query("SET client_min_messages = notice");
  await client.query("SET holdpoint.tenant = 'default'");
  for (const [, name, value] of SESSION.matchAll(/-c (\w+)=(\S+)/g)) await client.query(`SET ${name} = ${value}`);
  return {
    async rowsLookedAt(text, values = []) {
      rows = 0;
      await client.query(text, values);
      return rows;
    },
    close: () => client.end(),
  };
}
