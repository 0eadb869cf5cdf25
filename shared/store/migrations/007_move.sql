-- 007_move.sql — claim, report, cancel and every other move of one action; heartbeat and dispatch, which move nothing

-- Many at once like `settle`. What is refused comes back with why, and changes nothing.
CREATE FUNCTION claim(p_tenant text, p_items json, p_blob bytea)
RETURNS TABLE (r_n int, r_status text, r_why text, r_digest text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = holdpoint, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  PERFORM lock_policy(p_tenant, false); -- from here to the commit no kill switch is engaged and no policy published
  SELECT policy_digest INTO r_digest FROM tenants WHERE tenant = p_tenant;
  v_now := date_trunc('milliseconds', clock_timestamp());
  FOR r_n, r_status, r_why IN
    WITH item AS MATERIALIZED (
      SELECT * FROM json_to_recordset(p_items) AS x(
        n int, id text, credential text, key text, version int, digest text, lease_ms bigint, executor text,
        event text, payload text, c0 int, c1 int)
    ), seen AS MATERIALIZED (
      SELECT i.*, a.state, a.version AS now_version, a.receipt, a.mode, a.due_at, a.agent, a.session_id, a.credential AS owner,
             a.claim_credential, a.claim_key
        FROM item i JOIN actions a ON a.tenant = p_tenant AND a.id = i.id
       ORDER BY a.id FOR UPDATE OF a
    ), judged AS MATERIALIZED (
      SELECT s.*, event_hash(v_now, s.payload, s.receipt, s.now_version + 1) AS hash,
             CASE WHEN s.state = 'executing' AND s.claim_credential = s.credential AND s.claim_key = s.key AND s.due_at > v_now
                       THEN 'repeated'
                  WHEN s.state IN ('executing', 'succeeded', 'failed', 'sandbox_denied', 'outcome_unknown') THEN 'used'
                  WHEN s.state IN ('received', 'held') THEN 'held'
                  WHEN s.state IN ('denied', 'rejected') THEN 'denied'
                  WHEN s.state IN ('revoked', 'cancelled') THEN 'revoked'
                  WHEN s.state = 'expired' OR s.due_at <= v_now THEN 'expired'
                  WHEN s.mode = 'draft' THEN 'draft'
                  WHEN stop.why IS NOT NULL THEN 'kill_switch'
                  WHEN s.version <> s.now_version OR s.digest IS DISTINCT FROM r_digest THEN 'stale'
                  ELSE 'claimed' END AS status, stop.because
        FROM seen s LEFT JOIN LATERAL stopped_by(p_tenant, s.agent, s.session_id, s.owner) stop ON s.state IN ('allowed', 'approved')
    ), ranked AS MATERIALIZED ( -- two claims of one action in one flush: the first has it
      SELECT j.*, row_number() OVER same AS turn, first_value(j.credential) OVER same AS winner, first_value(j.key) OVER same AS winner_key
        FROM judged j WINDOW same AS (PARTITION BY j.id, j.status ORDER BY j.n)
    ), moved AS (
      UPDATE actions a
         SET state = 'executing', version = a.version + 1, receipt = j.hash, due_at = v_now + j.lease_ms * interval '1 ms',
             claim_number = a.claim_number + 1, claim_credential = j.credential, claim_key = j.key, claim_executor = j.executor
        FROM ranked j
       WHERE j.status = 'claimed' AND j.turn = 1 AND a.tenant = p_tenant AND a.id = j.id
         AND a.state IN ('allowed', 'approved') AND a.version = j.version AND a.due_at > v_now
      RETURNING j.*, a.version AS new_version
    ), told AS (
      INSERT INTO events (tenant, id, action_id, version, type, state, at, payload, previous, hash, content)
      SELECT p_tenant, m.event, m.id, m.new_version, 'executing', 'executing', v_now, m.payload, m.receipt, m.hash,
             substring(p_blob FROM m.c0 FOR m.c1)
        FROM moved m
      RETURNING id
    ), batched AS (
      INSERT INTO event_batches (tenant, event_ids) SELECT p_tenant, ids FROM (SELECT array_agg(id ORDER BY id) AS ids FROM told) t
       WHERE ids IS NOT NULL
    )
    SELECT m.n, 'claimed', NULL FROM moved m
    UNION ALL
    SELECT j.n, CASE WHEN j.status <> 'claimed' THEN j.status
                     WHEN j.credential = j.winner AND j.key = j.winner_key THEN 'repeated'
                     ELSE 'used' END, j.because
      FROM ranked j WHERE j.status <> 'claimed' OR j.turn > 1
  LOOP
    RETURN NEXT;
  END LOOP;
END $$;
ALTER FUNCTION claim OWNER TO holdpoint_core;

-- Every approval that its people had said yes to, by the rows alone. The tally in the core concludes; this only guards it.
CREATE FUNCTION quorum_met(p_tenant text, p_approval text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (SELECT FROM holdpoint.votes v WHERE v.tenant = p_tenant AND v.approval_id = p_approval AND v.vote = 'deny')
     AND EXISTS (SELECT FROM holdpoint.approvals a WHERE a.tenant = p_tenant AND a.id = p_approval)
     AND NOT EXISTS (
       SELECT FROM holdpoint.approvals a, jsonb_array_elements(a.requirements) need
        WHERE a.tenant = p_tenant AND a.id = p_approval
          AND (need ->> 'quorum')::int > (
            SELECT count(DISTINCT v.voter) FROM holdpoint.votes v
             WHERE v.tenant = p_tenant AND v.approval_id = p_approval AND v.vote = 'approve' AND (need ->> 'role') = ANY (v.roles)))
$$;

CREATE FUNCTION transition(p_tenant text, p_items json, p_blob bytea)
RETURNS TABLE (r_n int, r_status text, r_state text, r_event text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = holdpoint, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_ids text[] := '{}';
  v_asks json[] := '{}';
  v_id text; v_ask json;
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  FOR r_n, r_status, r_state, r_event, v_id, v_ask IN
    WITH item AS MATERIALIZED (
      SELECT * FROM json_to_recordset(p_items) AS x(
        n int, id text, sources text[], target text, version int, claim_number int, type text, event text, payload text, c0 int, c1 int,
        replaced_by text, decision text, effect text, outcome text, rules text[], digest text, d0 int, d1 int,
        approval text, ask json, expires_at timestamptz)
    ), seen AS MATERIALIZED (
      SELECT i.*, a.state, a.version AS now_version, a.receipt, a.due_at, a.agent, a.session_id, a.tool, a.claim_number AS now_claim,
             a.approval_id
        FROM item i JOIN actions a ON a.tenant = p_tenant AND a.id = i.id
       ORDER BY a.id FOR UPDATE OF a
    ), judged AS MATERIALIZED (
      SELECT s.*, event_hash(v_now, s.payload, s.receipt, s.now_version + 1) AS hash,
             s.state = ANY (s.sources) AND legal_move(s.state, s.target)
             AND s.target <> 'executing'                                    -- that is a claim
             AND (s.state <> 'received' OR s.target IN ('denied', 'cancelled')) -- the rest is a settle
             AND (s.version IS NULL OR s.version = s.now_version)
             AND (s.claim_number IS NULL OR s.claim_number = s.now_claim)
             AND (s.target <> 'approved' OR (s.due_at > v_now AND quorum_met(p_tenant, s.approval_id)))
             AS may
        FROM seen s
    ), ranked AS MATERIALIZED (
      SELECT j.*, row_number() OVER (PARTITION BY j.id, j.may ORDER BY j.n) AS turn FROM judged j
    ), moved AS (
      UPDATE actions a
         SET state = j.target, version = a.version + 1, receipt = j.hash, replaced_by = coalesce(j.replaced_by, a.replaced_by),
             decision_id = coalesce(j.decision, a.decision_id), approval_id = coalesce(j.approval, a.approval_id),
             due_at = CASE j.target WHEN 'approved' THEN a.due_at WHEN 'held' THEN coalesce(j.expires_at, a.due_at) END
        FROM ranked j
       WHERE j.may AND j.turn = 1 AND a.tenant = p_tenant AND a.id = j.id AND a.state = j.state AND a.version = j.now_version
      RETURNING j.*, a.version AS new_version
    ), told AS (
      INSERT INTO events (tenant, id, action_id, version, type, state, at, payload, previous, hash, content)
      SELECT p_tenant, m.event, m.id, m.new_version, m.type, m.target, v_now, m.payload, m.receipt, m.hash,
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
        FROM moved m WHERE m.decision IS NOT NULL
    ), closed AS (
      UPDATE approvals p
         SET state = CASE WHEN m.target IN ('approved', 'rejected', 'expired') THEN m.target ELSE 'cancelled' END, settled_at = v_now
        FROM moved m
       WHERE p.tenant = p_tenant AND p.id = m.approval_id
         AND (m.state = 'held' OR (m.state = 'approved' AND m.target = 'revoked'))
    )
    SELECT m.n, 'done', m.target, m.event, m.id,
           CASE WHEN m.target = 'held' AND m.ask IS NOT NULL THEN json_build_object('agent', m.agent, 'ask', m.ask) END FROM moved m
    UNION ALL
    SELECT j.n, 'illegal', j.state, NULL, NULL, NULL FROM ranked j WHERE NOT j.may OR j.turn > 1
  LOOP
    IF r_status = 'done' THEN v_ids := v_ids || v_id; END IF;
    IF v_ask IS NOT NULL THEN
      v_asks := v_asks || ((v_ask -> 'ask')::jsonb || jsonb_build_object('agent', v_ask ->> 'agent'))::json;
    END IF;
    RETURN NEXT;
  END LOOP;
  IF cardinality(v_asks) > 0 THEN PERFORM open_approvals(p_tenant, to_json(v_asks), p_blob, v_now); END IF;
  PERFORM notify_ids(p_tenant, 'settled', v_ids);
END $$;
ALTER FUNCTION quorum_met OWNER TO holdpoint_core;
ALTER FUNCTION transition OWNER TO holdpoint_core;

-- The new end of the lease; null when that claim does not hold any more.
CREATE FUNCTION heartbeat(p_tenant text, p_id text, p_claim int, p_lease_ms bigint) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE v_until timestamptz;
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  UPDATE actions SET due_at = date_trunc('milliseconds', clock_timestamp()) + p_lease_ms * interval '1 ms'
   WHERE tenant = p_tenant AND id = p_id AND state = 'executing' AND claim_number = p_claim AND due_at > clock_timestamp()
  RETURNING due_at INTO v_until;
  RETURN v_until;
END $$;
ALTER FUNCTION heartbeat OWNER TO holdpoint_core;

-- A new dispatch has a new epoch: whatever an older one still decides is dropped. Returns the ids that are undecided.
CREATE FUNCTION redispatch(p_tenant text, p_ids text[]) RETURNS TABLE (r_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp SET enable_seqscan = off AS $$
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  RETURN QUERY
    WITH undecided AS MATERIALIZED (
      SELECT id FROM actions WHERE tenant = p_tenant AND id = ANY (p_ids) AND state = 'received' ORDER BY id FOR UPDATE
    )
    UPDATE actions a SET epoch = a.epoch + 1, dispatched_at = clock_timestamp()
      FROM undecided u WHERE a.tenant = p_tenant AND a.id = u.id AND a.state = 'received'
    RETURNING a.id;
END $$;
ALTER FUNCTION redispatch OWNER TO holdpoint_core;

-- An event that changes no state: a refusal, a late report, a change of policy. It hangs on the action's last event.
CREATE FUNCTION note(p_tenant text, p_action text, p_event text, p_type text, p_payload text, p_content bytea)
RETURNS TABLE (r_at timestamptz, r_previous text, r_hash text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  r_at := date_trunc('milliseconds', clock_timestamp());
  SELECT receipt INTO r_previous FROM actions WHERE tenant = p_tenant AND id = p_action;
  r_hash := event_hash(r_at, p_payload, r_previous, NULL);
  INSERT INTO events (tenant, id, action_id, type, at, payload, previous, hash, content)
  VALUES (p_tenant, p_event, p_action, p_type, r_at, p_payload, r_previous, r_hash, p_content);
  INSERT INTO event_batches (tenant, event_ids) VALUES (p_tenant, ARRAY[p_event]);
  RETURN NEXT;
END $$;
ALTER FUNCTION note OWNER TO holdpoint_core;
