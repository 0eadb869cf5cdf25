-- 014_standing.sql — a yes for the next ones of the same call, used up in the settle; a no that is remembered for a while

ALTER TABLE approvals
  ADD COLUMN standing_mac text COLLATE "C",  -- keyed, of all that a standing grant is bound to; none where there may be no grant
  ADD COLUMN memory_mac   text COLLATE "C";  -- keyed, of the facts and the credential: what a denial is remembered by
ALTER TABLE votes ADD COLUMN wish jsonb;     -- {scope, times?, until}: makes a grant when the vote has decided

CREATE TABLE standing_grants (
  tenant      text COLLATE "C" NOT NULL,
  id          text COLLATE "C" NOT NULL,
  mac         text COLLATE "C" NOT NULL,
  approval_id text COLLATE "C" NOT NULL,     -- where it was given, on the card that was shown
  action_id   text COLLATE "C" NOT NULL,
  granted_by  text COLLATE "C" NOT NULL,
  credential  text NOT NULL,
  agent       text NOT NULL,
  session_id  text,                          -- only in this session
  scope       text NOT NULL,
  card_sha256 text NOT NULL,
  roles       text[] NOT NULL,
  voices      jsonb NOT NULL,
  cast_as     jsonb NOT NULL,
  sealed      bytea NOT NULL,                -- what it covers, in words
  uses_left   int CHECK (uses_left >= 0),    -- none: as often as its time allows
  used        int NOT NULL DEFAULT 0,
  made_at     timestamptz NOT NULL,
  until       timestamptz NOT NULL,
  ended_at    timestamptz,
  ended_by    text,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX standing_grants_live ON standing_grants (tenant, mac) WHERE ended_at IS NULL;

CREATE TABLE remembered_denials (
  tenant      text COLLATE "C" NOT NULL,
  mac         text COLLATE "C" NOT NULL,
  approval_id text COLLATE "C" NOT NULL,
  until       timestamptz NOT NULL,
  PRIMARY KEY (tenant, mac)
);
CREATE INDEX remembered_denials_until ON remembered_denials (until);
SELECT guard_table('standing_grants');
SELECT guard_table('remembered_denials');
GRANT INSERT, UPDATE ON standing_grants TO holdpoint_core;
GRANT INSERT, UPDATE, DELETE ON remembered_denials TO holdpoint_core;
GRANT DELETE ON remembered_denials TO holdpoint_app;

CREATE FUNCTION make_standing(p_tenant text, p_approval text, p_vote text, p_id text, p_sealed bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
BEGIN
  INSERT INTO standing_grants (tenant, id, mac, approval_id, action_id, granted_by, credential, agent, session_id, scope, card_sha256,
         roles, voices, cast_as, sealed, uses_left, made_at, until)
  SELECT p_tenant, p_id, a.standing_mac, a.id, c.id, v.voter, v.credential, c.agent,
         CASE v.wish ->> 'scope' WHEN 'session' THEN c.session_id END, v.wish ->> 'scope', v.card_sha256,
         v.roles, v.voices, v.cast_as, p_sealed, (v.wish ->> 'times')::int, date_trunc('milliseconds', clock_timestamp()),
         (v.wish ->> 'until')::timestamptz
    FROM votes v
    JOIN approvals a ON a.tenant = v.tenant AND a.id = v.approval_id
    JOIN actions c ON c.tenant = v.tenant AND c.id = a.action_id
   WHERE v.tenant = p_tenant AND v.approval_id = p_approval AND v.id = p_vote AND v.void IS NULL AND v.vote = 'approve'
     AND v.wish IS NOT NULL AND a.standing_mac IS NOT NULL AND (v.wish ->> 'until')::timestamptz > clock_timestamp();
  RETURN FOUND;
END $$;
ALTER FUNCTION make_standing OWNER TO holdpoint_core;

-- In the transaction that holds an action: if a grant covers it, one of its uses is taken and its giver's vote is entered.
-- The action is then approved like any other; its claim judges again, and asks whether the giver still may.
CREATE FUNCTION use_standing(p_tenant text, p_actions text[], p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = holdpoint, pg_temp AS $$
DECLARE
  a record;
  g standing_grants%ROWTYPE;
  v_event text;
  v_payload text;
  v_hash text;
BEGIN
  FOR a IN
    SELECT p.id, p.action_id, p.card_sha256, p.standing_mac, c.session_id, c.version, c.receipt
      FROM unnest(p_actions) AS held(id)
      JOIN actions c ON c.tenant = p_tenant AND c.id = held.id AND c.state = 'held'
      JOIN approvals p ON p.tenant = p_tenant AND p.id = c.approval_id
     WHERE p.standing_mac IS NOT NULL
       AND EXISTS (SELECT FROM standing_grants s WHERE s.tenant = p_tenant AND s.mac = p.standing_mac AND s.ended_at IS NULL)
     ORDER BY c.id
  LOOP
    UPDATE standing_grants s SET used = s.used + 1, uses_left = s.uses_left - 1
     WHERE s.tenant = p_tenant AND s.id = (
       SELECT l.id FROM standing_grants l
        WHERE l.tenant = p_tenant AND l.mac = a.standing_mac AND l.ended_at IS NULL AND l.until > p_now
          AND (l.uses_left IS NULL OR l.uses_left > 0) AND (l.session_id IS NULL OR l.session_id = a.session_id)
        ORDER BY l.until, l.id LIMIT 1 FOR UPDATE)
    RETURNING s.* INTO g;
    CONTINUE WHEN NOT FOUND;
    INSERT INTO votes (tenant, approval_id, voter, id, credential, channel, vote, roles, voices, cast_as, card_sha256, standing, at)
    VALUES (p_tenant, a.id, g.granted_by, new_id('vote'), g.credential, 'standing', 'approve', g.roles, g.voices, g.cast_as,
            a.card_sha256, g.id, p_now);
    v_event := new_id('evt');
    v_payload := '{"action":"' || a.action_id || '","actor":{"credential":"' || g.id || '","system":"standing"},"approval":"' || a.id
              || '","card":"' || a.card_sha256 || '","commitments":{},"id":"' || v_event || '","state":"approved","tenant":'
              || to_json(p_tenant)::text || ',"type":"approved"}';
    v_hash := event_hash(event_time(p_now), v_payload, a.receipt, a.version + 1);
    UPDATE actions SET state = 'approved', version = a.version + 1, receipt = v_hash WHERE tenant = p_tenant AND id = a.action_id;
    UPDATE approvals SET state = 'approved', settled_at = p_now, voted_at = p_now WHERE tenant = p_tenant AND id = a.id;
    INSERT INTO events (tenant, id, action_id, version, type, state, at, payload, previous, hash)
    VALUES (p_tenant, v_event, a.action_id, a.version + 1, 'approved', 'approved', p_now, v_payload, a.receipt, v_hash);
    INSERT INTO event_batches (tenant, event_ids) VALUES (p_tenant, ARRAY[v_event]);
  END LOOP;
END $$;
ALTER FUNCTION use_standing OWNER TO holdpoint_core;

-- What it gave and nobody has claimed yet rests on nothing any more: its claim asks people again.
CREATE FUNCTION end_standing(p_tenant text, p_id text, p_by text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  UPDATE standing_grants SET ended_at = clock_timestamp(), ended_by = p_by
   WHERE tenant = p_tenant AND id = p_id AND ended_at IS NULL;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE votes v SET void = 'withdrawn'
    FROM approvals a JOIN actions c ON c.tenant = a.tenant AND c.id = a.action_id
   WHERE v.tenant = p_tenant AND v.standing = p_id AND v.void IS NULL AND a.tenant = p_tenant AND a.id = v.approval_id
     AND c.state = 'approved';
  RETURN true;
END $$;
ALTER FUNCTION end_standing OWNER TO holdpoint_core;
CREATE INDEX votes_by_standing ON votes (tenant, standing) WHERE standing IS NOT NULL;

-- The approval was rejected: the same ask is answered by this for a while. Old ones go, a few at a time.
CREATE FUNCTION remember_denial(p_tenant text, p_approval text, p_ms bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
BEGIN
  DELETE FROM remembered_denials WHERE (tenant, mac) IN (
    SELECT tenant, mac FROM remembered_denials WHERE tenant = p_tenant AND until < clock_timestamp() LIMIT 100);
  INSERT INTO remembered_denials (tenant, mac, approval_id, until)
  SELECT p_tenant, a.memory_mac, a.id, clock_timestamp() + p_ms * interval '1 ms'
    FROM approvals a WHERE a.tenant = p_tenant AND a.id = p_approval AND a.memory_mac IS NOT NULL
  ON CONFLICT (tenant, mac) DO UPDATE SET approval_id = excluded.approval_id, until = excluded.until;
END $$;
ALTER FUNCTION remember_denial OWNER TO holdpoint_core;
