-- 007_move.sql — claim, report, cancel and every other move of one action; heartbeat and dispatch, which move nothing

-- Items are a JSON array here, fewer and smaller than those of `settle`; what is long stands in `p_blob`, found by offset
-- (from 1) and length. What is refused comes back with why, and changes nothing.
-- `p_counters`: all that the items' sets count, where they do.
CREATE FUNCTION claim(p_tenant text, p_items json, p_blob bytea, p_counters json DEFAULT NULL)
RETURNS TABLE (r_n int, r_status text, r_why text, r_digest text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE
  i record;
  a record;
  v_now timestamptz;
  v_time text;
  v_hash text;
  v_holds boolean;
  v_events text[] := '{}';
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  PERFORM lock_policy(p_tenant, false); -- from here to the commit no kill switch is engaged and no policy published
  SELECT t.policy_digest, EXISTS (SELECT FROM run_holds h WHERE h.tenant = p_tenant) INTO r_digest, v_holds FROM tenants t WHERE t.tenant = p_tenant;
  IF p_counters IS NOT NULL THEN
    PERFORM lock_counts(p_tenant, (SELECT array_agg(x.id) FROM json_to_recordset(p_items) AS x(id text)), p_counters);
  END IF;
  FOR i IN
    SELECT * FROM json_to_recordset(p_items) AS x(
      n int, id text, credential text, key text, version int, digest text, lease_ms bigint, executor text,
      event text, payload text, c0 int, c1 int, run text, counts json, audience text, tool_version text)
     ORDER BY id, n
  LOOP
    SELECT state, version, receipt, mode, due_at, agent, session_id, credential, claim_credential, claim_key,
           audience <> coalesce(i.audience, '') AS elsewhere, tool_version <> coalesce(i.tool_version, '') AS other_tool INTO a
      FROM actions WHERE tenant = p_tenant AND id = i.id FOR UPDATE;
    CONTINUE WHEN NOT FOUND;
    v_now := date_trunc('milliseconds', clock_timestamp()); -- after the lock: waiting for it counts
    r_n := i.n;
    r_why := NULL;
    r_status := CASE
      WHEN a.state = 'executing' AND a.claim_credential = i.credential AND a.claim_key = i.key AND a.due_at > v_now
           AND (a.elsewhere OR a.other_tool) IS NOT TRUE THEN 'repeated'
      WHEN a.state IN ('executing', 'succeeded', 'failed', 'sandbox_denied', 'outcome_unknown') THEN 'used'
      WHEN a.state IN ('received', 'held') THEN 'held'
      WHEN a.state IN ('denied', 'rejected') THEN 'denied'
      WHEN a.state IN ('revoked', 'cancelled') THEN 'revoked'
      WHEN a.state = 'expired' OR a.due_at <= v_now THEN 'expired'
      WHEN a.mode = 'draft' THEN 'draft'
      WHEN a.elsewhere THEN 'wrong_audience' -- what was not named at the proposal is null here, and may be anything
      WHEN a.other_tool THEN 'tool_changed'
      ELSE 'claimed' END;
    IF r_status = 'claimed' THEN
      SELECT s.because INTO r_why FROM stopped_by(p_tenant, a.agent, a.session_id, a.credential) s;
      IF FOUND THEN
        r_status := 'kill_switch';
      ELSIF i.version <> a.version OR i.digest IS DISTINCT FROM r_digest THEN
        r_status := 'stale';
      ELSIF v_holds AND run_held(p_tenant, i.id, a.session_id, a.credential, i.run) IS NOT NULL THEN
        r_status := 'held';
      ELSIF i.counts IS NOT NULL AND count_action(p_tenant, i.id, i.counts) IS NOT NULL THEN
        r_status := 'stale'; -- as good as: what it rests on is not so any more
      END IF;
    END IF;
    IF r_status = 'claimed' THEN
      v_time := event_time(v_now);
      v_hash := event_hash(v_time, i.payload, a.receipt, a.version + 1);
      UPDATE actions
         SET state = 'executing', version = a.version + 1, receipt = v_hash, due_at = v_now + i.lease_ms * interval '1 ms',
             claim_number = claim_number + 1, claim_credential = i.credential, claim_key = i.key, claim_executor = i.executor
       WHERE tenant = p_tenant AND id = i.id AND state IN ('allowed', 'approved') AND version = i.version AND due_at > v_now;
      INSERT INTO events (tenant, id, action_id, version, type, state, at, payload, previous, hash, content)
      VALUES (p_tenant, i.event, i.id, a.version + 1, 'executing', 'executing', v_now, i.payload, a.receipt, v_hash,
              nullif(substring(p_blob FROM i.c0 FOR i.c1), ''));
      v_events := v_events || i.event;
    END IF;
    RETURN NEXT;
  END LOOP;
  IF v_events <> '{}' THEN INSERT INTO event_batches (tenant, event_ids) VALUES (p_tenant, v_events); END IF;
END $$;
ALTER FUNCTION claim OWNER TO holdpoint_core;

-- Every approval that its people had said yes to, by the rows alone. The tally in the core concludes; this only guards it.
CREATE FUNCTION quorum_met(p_tenant text, p_approval text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (SELECT FROM holdpoint.votes v
                      WHERE v.tenant = p_tenant AND v.approval_id = p_approval AND v.vote = 'deny' AND v.void IS NULL)
     AND EXISTS (SELECT FROM holdpoint.approvals a WHERE a.tenant = p_tenant AND a.id = p_approval)
     AND NOT EXISTS (
       SELECT FROM holdpoint.approvals a, jsonb_array_elements(a.requirements) need
        WHERE a.tenant = p_tenant AND a.id = p_approval
          AND (need ->> 'quorum')::int > (
            SELECT count(DISTINCT voice ->> 'holder') FROM holdpoint.votes v, jsonb_array_elements(v.voices) voice
             WHERE v.tenant = p_tenant AND v.approval_id = p_approval AND v.vote = 'approve' AND v.void IS NULL
               AND voice ->> 'role' = need ->> 'role'))
$$;

CREATE FUNCTION transition(p_tenant text, p_items json, p_blob bytea)
RETURNS TABLE (r_n int, r_status text, r_state text, r_event text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE
  i record;
  a record;
  v_now timestamptz;
  v_hash text;
  v_events text[] := '{}';
  v_ids text[] := '{}';
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  FOR i IN
    SELECT * FROM json_to_recordset(p_items) AS x(
      n int, id text, sources text[], target text, version int, claim_number int, type text, event text, payload text, c0 int, c1 int,
      replaced_by text, decision text, effect text, outcome text, rules text[], digest text, d0 int, d1 int,
      approval text, ask json, a0 int, a1 int, expires_at timestamptz)
     ORDER BY id, n
  LOOP
    SELECT state, version, receipt, due_at, agent, session_id, tool, claim_number, approval_id INTO a
      FROM actions WHERE tenant = p_tenant AND id = i.id FOR UPDATE;
    CONTINUE WHEN NOT FOUND;
    v_now := date_trunc('milliseconds', clock_timestamp());
    r_n := i.n;
    r_state := a.state;
    r_event := NULL;
    r_status := 'illegal';
    IF a.state = ANY (i.sources) AND legal_move(a.state, i.target)
       AND i.target <> 'executing'                                        -- that is a claim
       AND (a.state <> 'received' OR i.target IN ('denied', 'cancelled')) -- the rest is a settle
       AND (i.version IS NULL OR i.version = a.version)
       AND (i.claim_number IS NULL OR i.claim_number = a.claim_number)
    THEN
      IF i.target <> 'approved' OR (a.due_at > v_now AND quorum_met(p_tenant, a.approval_id)) THEN r_status := 'done'; END IF;
    END IF;

    IF r_status = 'done' THEN
      r_state := i.target;
      r_event := i.event;
      v_hash := event_hash(event_time(v_now), i.payload, a.receipt, a.version + 1);
      UPDATE actions
         SET state = i.target, version = a.version + 1, receipt = v_hash, replaced_by = coalesce(i.replaced_by, replaced_by),
             decision_id = coalesce(i.decision, decision_id), approval_id = coalesce(i.approval, approval_id),
             due_at = CASE i.target WHEN 'approved' THEN due_at WHEN 'held' THEN least(i.expires_at, due_at) END
       WHERE tenant = p_tenant AND id = i.id AND state = a.state AND version = a.version;
      INSERT INTO events (tenant, id, action_id, version, type, state, at, payload, previous, hash, content)
      VALUES (p_tenant, i.event, i.id, a.version + 1, i.type, i.target, v_now, i.payload, a.receipt, v_hash,
              nullif(substring(p_blob FROM i.c0 FOR i.c1), ''));
      IF i.decision IS NOT NULL THEN
        INSERT INTO decisions (tenant, id, action_id, decided_at, effect, outcome, tool, agent, session_id, rules, policy_digest, sealed)
        VALUES (p_tenant, i.decision, i.id, v_now, i.effect, i.outcome, a.tool, a.agent, a.session_id, i.rules, i.digest,
                substring(p_blob FROM i.d0 FOR i.d1));
      END IF;
      IF a.state = 'held' OR (a.state = 'approved' AND i.target = 'revoked') THEN
        UPDATE approvals
           SET state = CASE WHEN i.target IN ('approved', 'rejected', 'expired') THEN i.target ELSE 'cancelled' END, settled_at = v_now
         WHERE tenant = p_tenant AND id = a.approval_id;
      ELSIF i.target = 'held' AND i.ask IS NOT NULL THEN
        PERFORM open_approval(p_tenant, i.id, a.agent, i.ask, substring(p_blob FROM i.a0 FOR i.a1), v_now);
      END IF;
      v_events := v_events || i.event;
      v_ids := v_ids || i.id;
    END IF;
    RETURN NEXT;
  END LOOP;
  IF v_events <> '{}' THEN
    PERFORM close_counts(p_tenant, v_ids, p_items);
    INSERT INTO event_batches (tenant, event_ids) VALUES (p_tenant, v_events);
    PERFORM notify_ids(p_tenant, 'settled', v_ids);
  END IF;
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
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  RETURN QUERY
    WITH undecided AS MATERIALIZED (
      SELECT id FROM actions WHERE tenant = p_tenant AND id = ANY (p_ids) AND state = 'received' ORDER BY id FOR UPDATE
    )
    UPDATE actions a SET epoch = a.epoch + 1, dispatched_at = clock_timestamp(), waits_for = NULL,
           due_at = CASE WHEN a.waits_for IS NULL THEN a.due_at ELSE clock_timestamp() + (a.deadline_at - a.proposed_at) END
      FROM undecided u WHERE a.tenant = p_tenant AND a.id = u.id AND a.state = 'received'
    RETURNING a.id;
END $$;
ALTER FUNCTION redispatch OWNER TO holdpoint_core;

-- A job that was taken back from who went silent is in somebody's hands again: its dispatch counts from `p_grace_ms` after now,
-- so that no other is made beside it while it is found out who is why. Returns the ids that are undecided, also of an older dispatch: who kills whoever works on it must
-- be found out however often it was sent meanwhile.
CREATE FUNCTION retake(p_tenant text, p_ids text[], p_grace_ms bigint) RETURNS TABLE (r_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  RETURN QUERY
    WITH undecided AS MATERIALIZED (
      SELECT id FROM actions WHERE tenant = p_tenant AND id = ANY (p_ids) AND state = 'received' ORDER BY id FOR UPDATE
    )
    UPDATE actions a SET dispatched_at = clock_timestamp() + p_grace_ms * interval '1 ms'
      FROM undecided u WHERE a.tenant = p_tenant AND a.id = u.id
    RETURNING a.id;
END $$;
ALTER FUNCTION retake OWNER TO holdpoint_core;

-- An event that changes no state: a refusal, a late report, a change of policy. It hangs on the action's last event.
CREATE FUNCTION note(p_tenant text, p_action text, p_event text, p_type text, p_payload text, p_content bytea)
RETURNS TABLE (r_at timestamptz, r_previous text, r_hash text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  r_at := date_trunc('milliseconds', clock_timestamp());
  SELECT receipt INTO r_previous FROM actions WHERE tenant = p_tenant AND id = p_action;
  r_hash := event_hash(event_time(r_at), p_payload, r_previous, NULL);
  INSERT INTO events (tenant, id, action_id, type, at, payload, previous, hash, content)
  VALUES (p_tenant, p_event, p_action, p_type, r_at, p_payload, r_previous, r_hash, p_content);
  INSERT INTO event_batches (tenant, event_ids) VALUES (p_tenant, ARRAY[p_event]);
  RETURN NEXT;
END $$;
ALTER FUNCTION note OWNER TO holdpoint_core;
