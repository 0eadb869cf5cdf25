-- 008_votes.sql — a vote: every check and the row, under the approval's lock

CREATE FUNCTION vote(p_tenant text, p_vote jsonb, p_reason bytea, p_event text, p_payload text, p_content bytea)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE
  v approvals%ROWTYPE;
  v_proposed timestamptz;
  v_roles text[];
  v_now timestamptz;
  v_status text;
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  SELECT * INTO v FROM approvals WHERE tenant = p_tenant AND id = p_vote ->> 'approval' FOR UPDATE;
  IF NOT FOUND THEN RETURN 'unknown'; END IF;
  v_now := date_trunc('milliseconds', clock_timestamp()); -- after the lock: waiting for it counts

  SELECT proposed_at INTO v_proposed FROM actions WHERE tenant = p_tenant AND id = v.action_id;
  -- a role that was given after the action was proposed does not count (rulings §D3); not asked in a one-person `up`
  SELECT coalesce(array_agg(given.role), '{}') INTO v_roles
    FROM jsonb_array_elements_text(p_vote -> 'roles') AS given(role)
   WHERE given.role = ANY (v.roles)
     AND NOT ((p_vote ->> 'fleet')::boolean AND EXISTS (
       SELECT FROM person_roles p WHERE p.tenant = p_tenant AND p.person = p_vote ->> 'voter' AND p.role = given.role AND p.since > v_proposed));

  v_status := CASE
    WHEN v.state = 'expired' OR (v.state = 'pending' AND v.expires_at <= v_now) THEN 'approval_expired'
    WHEN v.state <> 'pending' THEN 'already_settled'
    WHEN p_vote -> 'barred' ? (p_vote ->> 'voter') OR p_vote -> 'barred' ? (p_vote ->> 'credential') THEN 'own_request'
    WHEN v_roles = '{}' THEN 'not_an_approver'
    WHEN EXISTS (SELECT FROM votes o WHERE o.tenant = p_tenant AND o.approval_id = v.id AND o.voter = p_vote ->> 'voter') THEN 'already_voted'
    WHEN p_vote ->> 'vote' = 'approve' AND p_vote ->> 'card' IS DISTINCT FROM v.card_sha256 THEN 'card_changed'
    ELSE 'counted' END;
  IF v_status <> 'counted' THEN RETURN v_status; END IF;

  INSERT INTO votes (tenant, approval_id, voter, id, credential, channel, vote, roles, reason, card_sha256, at)
  VALUES (p_tenant, v.id, p_vote ->> 'voter', p_vote ->> 'id', p_vote ->> 'credential', p_vote ->> 'channel', p_vote ->> 'vote',
          v_roles, p_reason, p_vote ->> 'card', v_now);
  UPDATE approvals SET voted_at = v_now WHERE tenant = p_tenant AND id = v.id;
  PERFORM note(p_tenant, v.action_id, p_event, 'voted', p_payload, p_content);
  PERFORM pg_notify('holdpoint', json_build_object(
    'kind', 'voted', 'tenant', p_tenant, 'approvalId', v.id, 'actionId', v.action_id)::text);
  RETURN v_status;
END $$;
ALTER FUNCTION vote OWNER TO holdpoint_core;

-- Takes the action's lock, then the approval's (the order of `transition`), for as long as the transaction lasts.
CREATE FUNCTION lock_approval(p_tenant text, p_approval text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  PERFORM FROM actions WHERE tenant = p_tenant
     AND id = (SELECT action_id FROM approvals WHERE tenant = p_tenant AND id = p_approval) FOR UPDATE;
  PERFORM FROM approvals WHERE tenant = p_tenant AND id = p_approval FOR UPDATE;
END $$;
ALTER FUNCTION lock_approval OWNER TO holdpoint_core;
