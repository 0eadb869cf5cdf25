-- 006_settle.sql — commit decisions: the policy lock, the digest, the epoch, the row and its evidence; all or nothing

-- Opens an approval, or opens it again with more to ask: the votes that were given stay.
CREATE FUNCTION open_approval(p_tenant text, p_action text, p_agent text, p_ask json, p_sealed bytea, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = holdpoint, pg_temp AS $$
BEGIN
  -- Votes that were given for something else stay as evidence and count no more; who gave or withdrew one may speak anew.
  UPDATE votes v SET void = 'other question'
    FROM approvals a
   WHERE a.tenant = p_tenant AND a.id = p_ask ->> 'id' AND a.basis <> p_ask ->> 'basis'
     AND v.tenant = p_tenant AND v.approval_id = a.id AND v.void IS DISTINCT FROM 'other question';
  INSERT INTO approvals AS a (tenant, id, action_id, state, agent, requirements, roles, risk, card_sha256, sealed, basis, policy_digest,
         standing_mac, memory_mac, next_due_at, opened_at, expires_at)
  SELECT p_tenant, i.id, p_action, 'pending', p_agent, i.requirements, i.roles, i.risk, i.card_sha256,
         p_sealed, i.basis, i.policy_digest, i.standing_mac, i.memory_mac, i.next_due_at, p_now, i.expires_at
    FROM json_to_record(p_ask) AS i(id text, requirements jsonb, roles text[], risk jsonb, card_sha256 text, basis text, policy_digest text,
         standing_mac text, memory_mac text, next_due_at timestamptz, expires_at timestamptz)
  ON CONFLICT (tenant, id) DO UPDATE SET state = 'pending', requirements = excluded.requirements, roles = excluded.roles,
         risk = excluded.risk, card_sha256 = excluded.card_sha256, sealed = excluded.sealed, policy_digest = excluded.policy_digest,
         standing_mac = excluded.standing_mac, basis = excluded.basis, next_due_at = excluded.next_due_at, -- the time to answer is never extended
         expires_at = least(a.expires_at, excluded.expires_at), settled_at = NULL
   WHERE a.action_id = excluded.action_id;
  IF p_ask ->> 'holds' = 'run' THEN
    INSERT INTO run_holds (tenant, approval_id, action_id, session_id, credential, run)
    SELECT p_tenant, p_ask ->> 'id', a.id, a.session_id, a.credential, p_ask ->> 'run' FROM actions a WHERE a.tenant = p_tenant AND a.id = p_action
    ON CONFLICT DO NOTHING;
  END IF;
  INSERT INTO outbox (tenant, topic, payload)
  VALUES (p_tenant, 'approval.opened', json_build_object('approvalId', p_ask ->> 'id', 'actionId', p_action));
END $$;
ALTER FUNCTION open_approval OWNER TO holdpoint_core;

-- Nobody is notified here: whoever committed tells the others afterwards (ADR 13).
-- An item without an answer names an action that does not exist. Each action may be named once.
-- Parts of an item: 1 the event's payload, 2 its content, 3 the sealed decision, 4 the sealed approval.
-- `p_extras`: what few items have, by their number: ask, expires_at, terminate, alerts, draft, run, counts; and under
-- `counted` all counters of the batch. `r_because` of a `recount` is what there is by now.
CREATE FUNCTION settle(p_tenant text, p_ids text[], p_epochs int[], p_states text[], p_digests text[], p_events text[],
  p_decisions text[], p_effects text[], p_outcomes text[], p_rules text[], p_approvals text[], p_places int[], p_blob bytea,
  p_extras json, p_pending_max int, p_claim_ms int)
RETURNS TABLE (r_id text, r_status text, r_state text, r_version int, r_receipt text, r_why text, r_because text, r_digest text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE
  a record;
  x json;
  v_count int := cardinality(p_ids);
  v_now timestamptz;
  v_time text;
  v_stops boolean;
  v_holds boolean;
  v_asked boolean := false;
  v_hash text[] := array_fill(NULL::text, ARRAY[v_count]);      -- filled for what is to be committed
  v_previous text[] := v_hash;
  v_version int[] := array_fill(0, ARRAY[v_count]);
  v_until timestamptz[] := array_fill(NULL::timestamptz, ARRAY[v_count]);
  v_draft boolean[] := array_fill(false, ARRAY[v_count]);
  v_settled text[] := '{}';
  v_told text[] := '{}';
BEGIN
  -- in this order: the lock is `lock_policy`'s, without the call
  PERFORM set_config('holdpoint.tenant', p_tenant, true), pg_advisory_xact_lock_shared(1214606948, hashtext(p_tenant));
  SELECT t.policy_digest, EXISTS (SELECT FROM kill_switches k WHERE k.tenant = p_tenant) OR EXISTS (SELECT FROM sessions s WHERE s.tenant = p_tenant),
         EXISTS (SELECT FROM run_holds h WHERE h.tenant = p_tenant)
    INTO r_digest, v_stops, v_holds FROM tenants t WHERE t.tenant = p_tenant;
  IF p_extras -> 'counted' IS NOT NULL THEN PERFORM lock_counts(p_tenant, p_ids, p_extras -> 'counted'); END IF;
  v_now := date_trunc('milliseconds', clock_timestamp());
  v_time := event_time(v_now);

  FOR a IN
    SELECT u.n, p_epochs[u.n] AS wanted_epoch, p_states[u.n] AS target, p_digests[u.n] AS digest, o.*
      FROM (SELECT n, p_ids[n] AS id FROM generate_series(1, v_count) AS n ORDER BY 2) u
     CROSS JOIN LATERAL (
       SELECT c.id, c.state, c.epoch, c.version, c.receipt, c.agent, c.session_id, c.credential
         FROM actions c WHERE c.tenant = p_tenant AND c.id = u.id LIMIT 1 FOR UPDATE) o
  LOOP
    r_id := a.id;
    r_state := a.state;
    r_version := a.version;
    r_receipt := a.receipt;
    r_why := NULL;
    r_because := NULL;
    x := p_extras -> a.n::text;
    IF a.state <> 'received' THEN
      r_status := 'already';
    ELSIF a.epoch <> a.wanted_epoch THEN
      r_status := 'stale_epoch';
    ELSIF a.digest IS DISTINCT FROM r_digest THEN
      r_status := 'stale_policy';
    ELSE
      r_status := 'settled';
      -- most are plain: nothing is stopped or held, and there is nothing beside the columns
      IF v_stops OR v_holds OR x IS NOT NULL OR a.target = 'held' THEN
        IF v_stops AND a.target <> 'denied' THEN
          SELECT s.why, s.because INTO r_why, r_because FROM stopped_by(p_tenant, a.agent, a.session_id, a.credential) s;
          IF FOUND THEN r_status := 'stopped'; END IF;
        END IF;
        IF a.target = 'held' AND p_pending_max <= (
             SELECT count(*) FROM (SELECT FROM approvals p WHERE p.tenant = p_tenant AND p.agent = a.agent AND p.state = 'pending'
                                    LIMIT p_pending_max) pending) THEN
          r_status := 'too_many_pending';
        END IF;
        IF a.target = 'held' AND r_status = 'settled' AND x #>> '{ask,memory_mac}' IS NOT NULL THEN
          SELECT d.approval_id INTO r_why FROM remembered_denials d
           WHERE d.tenant = p_tenant AND d.mac = x #>> '{ask,memory_mac}' AND d.until > v_now;
          IF FOUND THEN r_status := 'remembered'; END IF;
        END IF;
        IF v_holds AND r_status = 'settled' AND a.target = 'allowed' THEN
          r_why := run_held(p_tenant, a.id, a.session_id, a.credential, x ->> 'run');
          IF r_why IS NOT NULL THEN
            r_status := 'waiting';
            UPDATE actions c SET waits_for = r_why, due_at = greatest(c.due_at, p.expires_at + (c.deadline_at - c.proposed_at))
              FROM approvals p WHERE c.tenant = p_tenant AND c.id = a.id AND p.tenant = p_tenant AND p.id = r_why;
          END IF;
        END IF;
        IF r_status = 'settled' AND x -> 'counts' IS NOT NULL THEN
          r_because := count_action(p_tenant, a.id, x -> 'counts');
          IF r_because IS NOT NULL THEN r_status := 'recount'; END IF;
        END IF;
      END IF;
    END IF;

    IF r_status = 'settled' THEN
      r_state := a.target;
      r_version := a.version + 1;
      r_receipt := event_hash(v_time, convert_from(part(p_blob, p_places, 4, a.n, 1), 'UTF8'), a.receipt, r_version);
      v_hash[a.n] := r_receipt;
      v_previous[a.n] := a.receipt;
      v_version[a.n] := r_version;
      v_until[a.n] := CASE a.target WHEN 'allowed' THEN v_now + p_claim_ms * interval '1 ms'
                                    WHEN 'held' THEN (x ->> 'expires_at')::timestamptz END;
      v_settled := v_settled || a.id;
      v_told := v_told || p_events[a.n];
      IF x IS NOT NULL THEN
        v_draft[a.n] := coalesce((x ->> 'draft')::boolean, false);
        IF a.target = 'held' THEN
          PERFORM open_approval(p_tenant, a.id, a.agent, x -> 'ask', part(p_blob, p_places, 4, a.n, 4), v_now);
          v_asked := true;
          v_holds := v_holds OR x #>> '{ask,holds}' = 'run';
        END IF;
        IF x ->> 'terminate' IS NOT NULL THEN
          INSERT INTO sessions (tenant, session_id, credential, reason) VALUES (p_tenant, a.session_id, a.credential, x ->> 'terminate')
          ON CONFLICT DO NOTHING;
          v_stops := true;
        END IF;
        IF x -> 'alerts' IS NOT NULL THEN
          INSERT INTO outbox (tenant, topic, payload)
          VALUES (p_tenant, 'alert', json_build_object('actionId', a.id, 'decisionId', p_decisions[a.n], 'alerts', x -> 'alerts'));
        END IF;
      END IF;
    END IF;
    RETURN NEXT;
  END LOOP;
  IF v_settled = '{}' THEN RETURN; END IF;

  -- Reached by `= ANY` and not by a join: of a table that nobody has analysed the planner believes that it holds one row,
  -- walks all of it, and looks for each row's number. That is right for one row and ruinous for ten thousand.
  WITH moved AS (
    UPDATE actions c
       SET (state, version, receipt, decision_id, approval_id, due_at, mode) = (
         SELECT p_states[n], v_version[n], v_hash[n], p_decisions[n], p_approvals[n], v_until[n], CASE WHEN v_draft[n] THEN 'draft' ELSE c.mode END
           FROM (SELECT array_position(p_ids, c.id) AS n) x)
     WHERE c.tenant = p_tenant AND c.id = ANY (v_settled)
    RETURNING array_position(p_ids, c.id) AS n, c.tool, c.agent, c.session_id)
  INSERT INTO decisions (tenant, id, action_id, decided_at, effect, outcome, tool, agent, session_id, rules, policy_digest, sealed)
  SELECT p_tenant, p_decisions[n], p_ids[n], v_now, p_effects[n], p_outcomes[n], m.tool, m.agent, m.session_id, p_rules[n]::text[],
         p_digests[n], part(p_blob, p_places, 4, n, 3)
    FROM moved m;
  INSERT INTO events (tenant, id, action_id, version, type, state, at, payload, previous, hash, content)
  SELECT p_tenant, p_events[n], p_ids[n], v_version[n], p_states[n], p_states[n], v_now,
         convert_from(part(p_blob, p_places, 4, n, 1), 'UTF8'), v_previous[n], v_hash[n], part(p_blob, p_places, 4, n, 2)
    FROM generate_series(1, v_count) AS n
   WHERE v_hash[n] IS NOT NULL;
  INSERT INTO event_batches (tenant, event_ids) VALUES (p_tenant, v_told);
  IF v_asked THEN PERFORM use_standing(p_tenant, v_settled, v_now); END IF;
END $$;
ALTER FUNCTION settle OWNER TO holdpoint_core;
