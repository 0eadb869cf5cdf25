-- 008_votes.sql — questions to people, under lock: what the pure machine needs to know, and what it may then write

-- Takes the action's lock, then the approval's (the order of `transition`), for as long as the transaction lasts; and says
-- all that an answer depends on: the time, the action, who has lent what to whom, and which roles people hold since when.
CREATE FUNCTION hold_request(p_tenant text, p_approval text, p_who text[])
RETURNS TABLE (r_now timestamptz, r_action text, r_state text, r_version int, r_proposed timestamptz, r_sealed bytea, r_decision_id text,
  r_decision bytea, r_lent json, r_people json)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE
  v_who text[];
  v_lent json;
  v_lenders text[];
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  SELECT action_id INTO r_action FROM approvals WHERE tenant = p_tenant AND id = p_approval;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT a.state, a.version, a.proposed_at, a.sealed, a.decision_id INTO r_state, r_version, r_proposed, r_sealed, r_decision_id
    FROM actions a WHERE a.tenant = p_tenant AND a.id = r_action FOR UPDATE;
  PERFORM FROM approvals WHERE tenant = p_tenant AND id = p_approval FOR UPDATE;
  r_now := date_trunc('milliseconds', clock_timestamp()); -- after the locks: waiting for them counts
  SELECT d.sealed INTO r_decision FROM decisions d WHERE d.tenant = p_tenant AND d.id = r_decision_id;
  v_who := p_who || ARRAY(SELECT v.voter FROM votes v WHERE v.tenant = p_tenant AND v.approval_id = p_approval)
        || ARRAY(SELECT l ->> 'id' FROM votes v, jsonb_array_elements(v.cast_as -> 'lenders') l
                  WHERE v.tenant = p_tenant AND v.approval_id = p_approval);
  SELECT coalesce(json_agg(json_build_object('from', lent.lender, 'to', lent.lent_to,
           'sinceMs', floor(extract(epoch FROM lent.since) * 1000), 'untilMs', floor(extract(epoch FROM lent.until) * 1000))), '[]'),
         coalesce(array_agg(lent.lender), '{}')
    INTO v_lent, v_lenders
    FROM (SELECT d.lender, d.lent_to, d.since, d.until FROM delegations d
           WHERE d.tenant = p_tenant AND d.ended_at IS NULL AND d.until > r_now AND (d.approval_id IS NULL OR d.approval_id = p_approval)
             AND (d.lent_to = ANY (v_who) OR d.lender = ANY (v_who))
          UNION ALL
          SELECT p.id, p.delegates_to, p.changed_at, NULL FROM people p
           WHERE p.tenant = p_tenant AND p.delegates_to = ANY (v_who) AND p.delegates_to <> p.id) lent;
  r_lent := v_lent;
  SELECT coalesce(json_object_agg(w.id, json_build_object(
           'known', EXISTS (SELECT FROM people p WHERE p.tenant = p_tenant AND p.id = w.id),
           'key', EXISTS (SELECT FROM keys k WHERE k.tenant = p_tenant AND k.person = w.id AND k.role = 'approver'
                             AND (k.expires_at IS NULL OR k.expires_at > r_now)),
           'roles', (SELECT coalesce(json_agg(json_build_object('role', r.role, 'sinceMs', floor(extract(epoch FROM r.since) * 1000))), '[]'::json)
                       FROM person_roles r WHERE r.tenant = p_tenant AND r.person = w.id))), '{}')
    INTO r_people FROM (SELECT DISTINCT unnest(v_who || v_lenders) AS id) w WHERE w.id IS NOT NULL;
  RETURN NEXT;
END $$;
ALTER FUNCTION hold_request OWNER TO holdpoint_core;

-- Below: what is written under that lock. Each is called inside the transaction that holds it.

-- `settled_at IS NULL` says what `state = 'pending'` says, and keeps the planner off the indexes of all that is pending: a row
-- is reached by its id.
-- Returns the approval's id; null, and nothing is written, where this voter has said yes too often within an hour.
CREATE FUNCTION cast_vote(p_tenant text, p_vote jsonb, p_reason bytea, p_event text, p_payload text, p_content bytea, p_hourly_max int)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE
  v_action text;
  v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
BEGIN
  IF p_vote ->> 'vote' = 'approve' AND p_hourly_max <= (
       SELECT count(*) FROM (SELECT FROM votes WHERE tenant = p_tenant AND voter = p_vote ->> 'voter' AND vote = 'approve' AND standing IS NULL
          AND at > v_now - interval '1 hour' LIMIT p_hourly_max) given) THEN RETURN NULL; END IF;
  UPDATE approvals SET voted_at = v_now
   WHERE tenant = p_tenant AND id = p_vote ->> 'approval' AND settled_at IS NULL AND expires_at > v_now
  RETURNING action_id INTO v_action;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'nobody asks any more' USING ERRCODE = 'check_violation', CONSTRAINT = 'votes_in_time';
  END IF;
  INSERT INTO votes (tenant, approval_id, voter, id, credential, channel, vote, roles, voices, cast_as, reason, card_sha256, wish, at)
  VALUES (p_tenant, p_vote ->> 'approval', p_vote ->> 'voter', p_vote ->> 'id', p_vote ->> 'credential', p_vote ->> 'channel',
          p_vote ->> 'vote', ARRAY(SELECT jsonb_array_elements_text(p_vote -> 'roles')), p_vote -> 'voices', p_vote -> 'cast_as',
          p_reason, p_vote ->> 'card', nullif(p_vote -> 'wish', 'null'), v_now);
  PERFORM note(p_tenant, v_action, p_event, 'voted', p_payload, p_content);
  PERFORM pg_notify('holdpoint', json_build_object(
    'kind', 'voted', 'tenant', p_tenant, 'approvalId', p_vote ->> 'approval', 'actionId', v_action)::text);
  RETURN p_vote ->> 'approval';
END $$;
ALTER FUNCTION cast_vote OWNER TO holdpoint_core;

-- `p_changes`: [{id, void?, roles?, voices?}]. What is void stays void.
CREATE FUNCTION change_votes(p_tenant text, p_approval text, p_changes json) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
  UPDATE votes v SET void = coalesce(v.void, c.void), roles = coalesce(c.roles, v.roles), voices = coalesce(c.voices, v.voices)
    FROM json_to_recordset(p_changes) AS c(id text, void text, roles text[], voices jsonb)
   WHERE v.tenant = p_tenant AND v.approval_id = p_approval AND v.id = c.id
$$;
ALTER FUNCTION change_votes OWNER TO holdpoint_core;

CREATE FUNCTION ask_question(p_tenant text, p_approval text, p_id text, p_by text, p_sealed bytea, p_card text, p_approval_sealed bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
BEGIN
  INSERT INTO questions (tenant, id, approval_id, asked_by, sealed, at)
  VALUES (p_tenant, p_id, p_approval, p_by, p_sealed, date_trunc('milliseconds', clock_timestamp()));
  PERFORM show_card(p_tenant, p_approval, p_card, p_approval_sealed, 'approval.question');
END $$;
ALTER FUNCTION ask_question OWNER TO holdpoint_core;

CREATE FUNCTION answer_question(p_tenant text, p_approval text, p_id text, p_by text, p_sealed bytea, p_card text, p_approval_sealed bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
BEGIN
  UPDATE questions SET answer = p_sealed, answer_by = p_by, answer_at = date_trunc('milliseconds', clock_timestamp())
   WHERE tenant = p_tenant AND id = p_id AND answer IS NULL;
  PERFORM show_card(p_tenant, p_approval, p_card, p_approval_sealed, 'approval.information');
END $$;
ALTER FUNCTION answer_question OWNER TO holdpoint_core;

-- The card with the talk on it: a vote from now on names this one. Votes that were given stay: what runs is the same.
CREATE FUNCTION show_card(p_tenant text, p_approval text, p_card text, p_sealed bytea, p_topic text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE v_action text;
BEGIN
  UPDATE approvals SET card_sha256 = p_card, sealed = p_sealed WHERE tenant = p_tenant AND id = p_approval RETURNING action_id INTO v_action;
  INSERT INTO outbox (tenant, topic, payload) VALUES (p_tenant, p_topic, json_build_object('approvalId', p_approval, 'actionId', v_action));
  PERFORM notify_ids(p_tenant, 'settled', ARRAY[v_action]); -- whoever waits for the action looks again
END $$;
ALTER FUNCTION show_card OWNER TO holdpoint_core;

-- What time did to a question that nobody answers: steps of the chain and reminders, told by the courier.
CREATE FUNCTION pass_time(p_tenant text, p_approval text, p_told int, p_reminders int, p_next timestamptz, p_notices json) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE v_action text;
BEGIN
  UPDATE approvals SET told_steps = p_told, reminders = p_reminders, next_due_at = p_next
   WHERE tenant = p_tenant AND id = p_approval AND settled_at IS NULL RETURNING action_id INTO v_action;
  IF NOT FOUND THEN RETURN; END IF;
  INSERT INTO outbox (tenant, topic, payload)
  SELECT p_tenant, n.topic, jsonb_build_object('approvalId', p_approval, 'actionId', v_action, 'roles', n.roles)
    FROM json_to_recordset(p_notices) AS n(topic text, roles jsonb);
END $$;
ALTER FUNCTION pass_time OWNER TO holdpoint_core;

-- A held action was judged again and still asks. Same outcome: only marked as looked at. Else: its new decision and question.
CREATE FUNCTION ask_again(p_tenant text, p_action text, p_digest text, p_decision jsonb, p_decision_sealed bytea, p_ask json, p_sealed bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE
  a actions%ROWTYPE;
  v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
BEGIN
  SELECT * INTO a FROM actions WHERE tenant = p_tenant AND id = p_action;
  IF p_ask IS NULL THEN
    UPDATE approvals SET policy_digest = p_digest WHERE tenant = p_tenant AND id = a.approval_id;
    RETURN;
  END IF;
  INSERT INTO decisions (tenant, id, action_id, decided_at, effect, outcome, tool, agent, session_id, rules, policy_digest, sealed)
  VALUES (p_tenant, p_decision ->> 'id', p_action, v_now, p_decision ->> 'effect', p_decision ->> 'outcome', a.tool, a.agent, a.session_id,
          ARRAY(SELECT jsonb_array_elements_text(p_decision -> 'rules')), p_digest, p_decision_sealed);
  UPDATE actions SET decision_id = p_decision ->> 'id', due_at = least(due_at, (p_ask ->> 'expires_at')::timestamptz)
   WHERE tenant = p_tenant AND id = p_action AND state = 'held';
  PERFORM open_approval(p_tenant, p_action, a.agent, p_ask, p_sealed, v_now);
END $$;
ALTER FUNCTION ask_again OWNER TO holdpoint_core;

-- One circle of lenders at most per tenant at a time, so that two who lend to each other at once are seen.
CREATE FUNCTION lend(p_tenant text, p_id text, p_lender text, p_to text, p_approval text, p_until timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE
  v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  PERFORM pg_advisory_xact_lock(1214606951, hashtext(p_tenant));
  IF NOT EXISTS (SELECT FROM people WHERE tenant = p_tenant AND id = p_to) THEN RETURN 'unknown_person'; END IF;
  IF EXISTS (SELECT FROM delegations d WHERE d.tenant = p_tenant AND d.lender = p_lender AND d.ended_at IS NULL AND d.until > v_now
                AND d.approval_id IS NOT DISTINCT FROM p_approval) THEN RETURN 'already_lent'; END IF;
  IF EXISTS (
    WITH RECURSIVE onward(person) AS (
      SELECT p_to COLLATE "C"
      UNION
      SELECT d.lent_to FROM delegations d JOIN onward o ON d.lender = o.person
       WHERE d.tenant = p_tenant AND d.ended_at IS NULL AND d.until > v_now
         AND (p_approval IS NULL OR d.approval_id IS NULL OR d.approval_id = p_approval))
    SELECT FROM onward WHERE person = p_lender) THEN RETURN 'circle'; END IF;
  INSERT INTO delegations (tenant, id, lender, lent_to, approval_id, since, until)
  VALUES (p_tenant, p_id, p_lender, p_to, p_approval, v_now, p_until);
  RETURN 'lent';
END $$;
ALTER FUNCTION lend OWNER TO holdpoint_core;

CREATE FUNCTION end_delegation(p_tenant text, p_id text, p_lender text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  UPDATE delegations SET ended_at = clock_timestamp()
   WHERE tenant = p_tenant AND id = p_id AND ended_at IS NULL AND (p_lender IS NULL OR lender = p_lender);
  RETURN FOUND;
END $$;
ALTER FUNCTION end_delegation OWNER TO holdpoint_core;
