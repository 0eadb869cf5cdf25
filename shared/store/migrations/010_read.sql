-- 010_read.sql — reads in one round trip: the tenant is set and row-level security binds what follows (no SECURITY DEFINER)

CREATE FUNCTION read_actions(p_tenant text, p_ids text[])
RETURNS TABLE (id text, state text, version int, epoch int, sealed bytea, trace text, dispatched_at timestamptz, deadline_at timestamptz,
  due_at timestamptz, overdue boolean, decision bytea, decision_id text, decided_at timestamptz, approval_id text, replaced_by text, receipt text,
  claim_number int, claim_credential text, claim_key text, claim_executor text)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  RETURN QUERY
    SELECT a.id, a.state, a.version, a.epoch, a.sealed, a.trace, a.dispatched_at, a.deadline_at, a.due_at,
           a.state <> 'received' AND a.due_at <= clock_timestamp(), d.sealed, d.id, d.decided_at,
           a.approval_id, a.replaced_by, a.receipt, a.claim_number, a.claim_credential, a.claim_key, a.claim_executor
      FROM holdpoint.actions a
      LEFT JOIN holdpoint.decisions d ON d.tenant = p_tenant AND d.id = a.decision_id
     WHERE a.tenant = p_tenant AND a.id = ANY (p_ids);
END $$;

CREATE FUNCTION read_states(p_tenant text, p_ids text[]) RETURNS TABLE (id text, state text, version int)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  RETURN QUERY SELECT a.id, a.state, a.version FROM holdpoint.actions a WHERE a.tenant = p_tenant AND a.id = ANY (p_ids);
END $$;

CREATE FUNCTION read_approvals(p_tenant text, p_ids text[])
RETURNS TABLE (id text, action_id text, state text, requirements jsonb, risk jsonb, card_sha256 text, sealed bytea, basis text,
  policy_digest text, told_steps int, reminders int, opened_at timestamptz, expires_at timestamptz, settled_at timestamptz, votes json, questions json)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  RETURN QUERY
    SELECT a.id, a.action_id, a.state, a.requirements, a.risk, a.card_sha256, a.sealed, a.basis, a.policy_digest, a.told_steps, a.reminders,
           a.opened_at, a.expires_at, a.settled_at,
           (SELECT coalesce(json_agg(json_build_object('id', v.id, 'voter', v.voter, 'channel', v.channel, 'vote', v.vote,
                     'roles', v.roles, 'voices', v.voices, 'cast_as', v.cast_as, 'void', v.void, 'standing', v.standing, 'wish', v.wish,
                     'reason', encode(v.reason, 'base64'), 'at', v.at) ORDER BY v.at, v.id), '[]'::json)
              FROM holdpoint.votes v WHERE v.tenant = p_tenant AND v.approval_id = a.id),
           (SELECT json_agg(json_build_object('id', q.id, 'by', q.asked_by, 'text', encode(q.sealed, 'base64'), 'at', q.at,
                     'answer', encode(q.answer, 'base64'), 'answer_by', q.answer_by, 'answer_at', q.answer_at) ORDER BY q.at, q.id)
              FROM holdpoint.questions q WHERE q.tenant = p_tenant AND q.approval_id = a.id)
      FROM holdpoint.approvals a WHERE a.tenant = p_tenant AND a.id = ANY (p_ids)
     ORDER BY a.id;
END $$;

CREATE FUNCTION read_events(p_tenant text, p_after bigint, p_rows int)
RETURNS TABLE (event_cursor bigint, id text, action_id text, version int, type text, state text, at timestamptz, payload text,
  previous text, hash text, content bytea)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  RETURN QUERY
    SELECT n.place, e.id, e.action_id, e.version, e.type, e.state, e.at, e.payload, e.previous, e.hash, e.content
      FROM (SELECT b.first_cursor + u.nth - 1 AS place, u.event
              FROM (SELECT * FROM holdpoint.event_batches t WHERE t.tenant = p_tenant AND t.last_cursor > p_after
                     ORDER BY t.last_cursor LIMIT p_rows) b
             CROSS JOIN LATERAL unnest(b.event_ids) WITH ORDINALITY AS u(event, nth)
             WHERE b.first_cursor + u.nth - 1 > p_after
             ORDER BY 1 LIMIT p_rows) n
      JOIN holdpoint.events e ON e.tenant = p_tenant AND e.id = n.event
     ORDER BY n.place;
END $$;
