// decisions.ts — what was decided, for people who may look: newest first

import { type Judgement, openJudgement } from "./judgement.ts";
import { page } from "./page.ts";
import type { Database } from "./pool.ts";
import { readActions } from "./rows.ts";
import type { TenantKey, TenantKeys } from "./seal.ts";
import type { Decisions } from "./store.ts";

interface RawDecision {
  id: string;
  action_id: string;
  sealed: Buffer;
}

const opened = (key: TenantKey, raw: RawDecision): Judgement => openJudgement(key, raw.id, raw.sealed);

export function decisions(database: Database, keys: TenantKeys): Decisions {
  return {
    async list(tenant, { effect, outcome, tool, agent, session, rule, from, to, cursor, limit }) {
      const key = await keys.of(tenant);
      const rows = await database.inTenant(tenant, (tx) =>
        tx.query<RawDecision>(
          `SELECT id, action_id, sealed FROM decisions
            WHERE tenant = $1 AND ($2::text IS NULL OR effect = $2) AND ($3::text IS NULL OR outcome = $3)
              AND ($4::text IS NULL OR tool = $4) AND ($5::text IS NULL OR agent = $5) AND ($6::text IS NULL OR session_id = $6)
              AND ($7::text IS NULL OR $7 = ANY (rules)) AND ($8::timestamptz IS NULL OR decided_at >= $8)
              AND ($9::timestamptz IS NULL OR decided_at < $9) AND ($10::text IS NULL OR id < $10)
            ORDER BY id DESC LIMIT $11`,
          [
            tenant,
            ...[effect, outcome, tool, agent, session, rule, from, to, cursor].map((value) => value ?? null),
            limit + 1,
          ],
        ),
      );
      return page(
        rows.map((raw) => opened(key, raw).decision),
        limit,
        ({ decisionId }) => decisionId,
      );
    },
    async get(tenant, decisionId) {
      const key = await keys.of(tenant);
      const [raw] = await database.inTenant(tenant, (tx) =>
        tx.query<RawDecision>("SELECT id, action_id, sealed FROM decisions WHERE tenant = $1 AND id = $2", [
          tenant,
          decisionId,
        ]),
      );
      if (!raw) return undefined;
      const [row] = await readActions(database, key, tenant, [raw.action_id]);
      // an action may have been judged again since: what is explained is this judgement, not the last one
      return row && { decision: opened(key, raw).decision, row: { ...row, ...opened(key, raw) } };
    },
  };
}
