-- 006_settle.sql — commit decisions: the policy lock, the digest, the epoch, the row, its evidence, its notice; all or nothing

-- One insert for everything that opens an approval, or opens it again with more to ask (votes stay).
CREATE FUNCTION open_approvals(p_tenant text, p_items json, p_blob bytea, p_now timestamptz) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO holdpoint.approvals AS a
         (tenant, id, action_id, state, agent, requirements, roles, risk, card_sha256, sealed, opened_at, expires_at)
  SELECT p_tenant, i.id, i.action_id, 'pending', i.agent, i.requirements, i.roles, i.risk, i.card_sha256,
         substring(p_blob FROM i.a0 FOR i.a1), p_now, i.expires_at
    FROM json_to_recordset(p_items) AS i(id text, action_id text, agent text, requirements jsonb, roles text[], risk jsonb,
         card_sha256 text, a0 int, a1 int, expires_at timestamptz)
   ORDER BY i.id
  ON CONFLICT (tenant, id) DO UPDATE SET state = 'pending', requirements = excluded.requirements, roles = excluded.roles,
         risk = excluded.risk, card_sha256 = excluded.card_sha256, sealed = excluded.sealed,
         expires_at = excluded.expires_at, settled_at = NULL
   WHERE a.action_id = excluded.action_id;
  INSERT INTO holdpoint.outbox (tenant, topic, payload)
  SELECT p_tenant, 'approval.opened', json_build_object('approvalId', i.id, 'actionId', i.action_id)
    FROM json_to_recordset(p_items) AS i(id text, action_id text);
$$;

-- Items as in `propose`. An item without a row in the answer names an action that does not exist.
CREATE FUNCTION settle(p_tenant text, p_items json, p_blob bytea, p_pending_max int, p_claim_ms int)
RETURNS TABLE (r_id text, r_status text, r_state text, r_version int, r_receipt text, r_why text, r_because text, r_digest text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = holdpoint, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
  v_settled text[] := '{}';
  v_asks json[] := '{}';
  v_ask json;
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  PERFORM lock_policy(p_tenant, false);
  SELECT policy_digest INTO r_digest FROM tenants WHERE tenant = p_tenant;
  v_now := date_trunc('milliseconds', clock_timestamp());
  FOR r_id, r_status, r_state, r_version, r_receipt, r_why, r_because, v_ask IN
    WITH item AS MATERIALIZED (
      SELECT * FROM json_to_recordset(p_items) AS x(
        id text, epoch int, state text, digest text, event text, payload text, c0 int, c1 int, decision text, effect text,
        outcome text, rules text[], d0 int, d1 int, approval text, ask json, expires_at timestamptz, terminate text, alerts json, draft boolean)
    ), seen AS MATERIALIZED (
      SELECT i.*, a.state AS now_state, a.epoch AS now_epoch, a.version, a.receipt, a.agent, a.session_id, a.credential, a.tool
        FROM item i JOIN actions a ON a.tenant = p_tenant AND a.id = i.id
       ORDER BY a.id FOR UPDATE OF a -- in one order, so that two settles wait and never deadlock
    ), judged AS MATERIALIZED (
      SELECT s.*, stop.why, stop.because, event_hash(v_now, s.payload, s.receipt, s.version + 1) AS hash,
             CASE WHEN s.now_state <> 'received' THEN 'already'
                  WHEN s.now_epoch <> s.epoch THEN 'stale_epoch'
                  WHEN s.digest IS DISTINCT FROM r_digest THEN 'stale_policy'
                  WHEN s.state <> 'denied' AND stop.why IS NOT NULL THEN 'stopped'
                  WHEN s.state = 'held' AND p_pending_max < row_number() OVER (PARTITION BY s.agent, s.state ORDER BY s.id) + (
                       SELECT count(*) FROM approvals p
                        WHERE p.tenant = p_tenant AND p.agent = s.agent AND p.state = 'pending') THEN 'too_many_pending'
                  ELSE 'settled' END AS status
        FROM seen s LEFT JOIN LATERAL stopped_by(p_tenant, s.agent, s.session_id, s.credential) stop ON s.state <> 'denied'
    ), moved AS (
      UPDATE actions a
         SET state = j.state, version = a.version + 1, receipt = j.hash, decision_id = j.decision, approval_id = j.approval,
             mode = CASE WHEN j.draft THEN 'draft' ELSE a.mode END,
             due_at = CASE j.state WHEN 'allowed' THEN v_now + p_claim_ms * interval '1 ms' WHEN 'held' THEN j.expires_at END
        FROM judged j
       WHERE j.status = 'settled' AND a.tenant = p_tenant AND a.id = j.id AND a.state = 'received' AND a.epoch = j.epoch
      RETURNING j.*, a.version AS new_version
    ), told AS (
      INSERT INTO events (tenant, id, action_id, version, type, state, at, payload, previous, hash, content)
      SELECT p_tenant, m.event, m.id, m.new_version, m.state, m.state, v_now, m.payload, m.receipt, m.hash,
             substring(p_blob FROM m.c0 FOR m.c1)
        FROM moved m
      RETURNING id
    ), batched AS (
      INSERT INTO event_batches (tenant, event_ids) SELECT p_tenant, ids FROM (SELECT array_agg(id ORDER BY id) AS ids FROM told) t
       WHERE ids IS NOT NULL
    ), decided AS (
      INSERT INTO decisions (tenant, id, action_id, decided_at, effect, outcome, tool, agent, session_id, rules, policy_digest, sealed)
      SELECT p_tenant, m.decision, m.id, v_now, m.effect, m.outcome, m.tool, m.agent, m.session_id, m.rules, m.digest,
             substring(p_blob FROM m.d0 FOR m.d1)
        FROM moved m
    ), ended AS (
      INSERT INTO sessions (tenant, session_id, credential, reason)
      SELECT DISTINCT ON (m.session_id, m.credential) p_tenant, m.session_id, m.credential, m.terminate
        FROM moved m WHERE m.terminate IS NOT NULL
      ON CONFLICT DO NOTHING
    ), alarmed AS (
      INSERT INTO outbox (tenant, topic, payload)
      SELECT p_tenant, 'alert', json_build_object('actionId', m.id, 'decisionId', m.decision, 'alerts', m.alerts)
        FROM moved m WHERE m.alerts IS NOT NULL
    )
    SELECT m.id, 'settled', m.state, m.new_version, m.hash, NULL, NULL,
           CASE WHEN m.state = 'held' THEN json_build_object('agent', m.agent, 'ask', m.ask) END FROM moved m
    UNION ALL
    SELECT j.id, j.status, j.now_state, j.version, j.receipt, j.why, j.because, NULL FROM judged j WHERE j.status <> 'settled'
  LOOP
    IF r_status = 'settled' THEN v_settled := v_settled || r_id; END IF;
    IF v_ask IS NOT NULL THEN
      v_asks := v_asks || ((v_ask -> 'ask')::jsonb || jsonb_build_object('agent', v_ask ->> 'agent'))::json;
    END IF;
    RETURN NEXT;
  END LOOP;
  IF cardinality(v_asks) > 0 THEN PERFORM open_approvals(p_tenant, to_json(v_asks), p_blob, v_now); END IF;
  PERFORM notify_ids(p_tenant, 'settled', v_settled);
END $$;
ALTER FUNCTION settle OWNER TO holdpoint_core;
ALTER FUNCTION open_approvals OWNER TO holdpoint_core;
