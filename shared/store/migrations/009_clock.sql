-- 009_clock.sql — what looks across tenants: expiry, overdue dispatches, the sequencer, the look-up of a key

-- What only time changes. Expired, or the outcome unknown when a lease is over; each with its event.
-- Returns how many of each state were swept. EXECUTE plans anew each time: thousands of rows must never be met by a plan
-- that was made when there were none.
CREATE FUNCTION sweep(p_rows int, p_tenant text DEFAULT NULL, p_id text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = holdpoint, pg_temp
AS $$
DECLARE
  v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_counts jsonb := '{"held": 0, "allowed": 0, "approved": 0, "executing": 0}';
  v_tenant text; v_ids text[]; v_states text[]; v_approvals text[]; v_state text;
BEGIN
  FOR v_tenant, v_ids, v_states, v_approvals IN EXECUTE $sql$
    WITH due AS MATERIALIZED (
      SELECT tenant, id, state, version, receipt, approval_id FROM actions
       WHERE due_at <= $1 AND state IN ('held', 'allowed', 'approved', 'executing')
         AND ($4 IS NULL OR (tenant = $3 AND id = $4))
       ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
    ), named AS MATERIALIZED (
      SELECT d.*, new_id('evt') AS event, CASE WHEN state = 'executing' THEN 'outcome_unknown' ELSE 'expired' END AS target FROM due d
    ), written AS MATERIALIZED (
      SELECT n.*, '{"action":"' || n.id || '","actor":{"system":"sweeper"},"commitments":{},"id":"' || n.event || '","state":"'
             || n.target || '","tenant":' || to_json(n.tenant)::text || ',"type":"' || n.target || '"}' AS payload FROM named n
    ), hashed AS MATERIALIZED (
      SELECT w.*, event_hash(event_time($1), w.payload, w.receipt, w.version + 1) AS hash FROM written w
    ), moved AS (
      UPDATE actions a SET state = h.target, version = a.version + 1, receipt = h.hash, due_at = NULL
        FROM hashed h WHERE a.tenant = h.tenant AND a.id = h.id
      RETURNING h.*
    ), told AS (
      INSERT INTO events (tenant, id, action_id, version, type, state, at, payload, previous, hash)
      SELECT m.tenant, m.event, m.id, m.version + 1, m.target, m.target, $1, m.payload, m.receipt, m.hash FROM moved m
      RETURNING tenant, id, action_id
    ), batched AS (
      INSERT INTO event_batches (tenant, event_ids) SELECT tenant, array_agg(id ORDER BY id) FROM told GROUP BY tenant
    )
    SELECT tenant, array_agg(id), array_agg(state), array_agg(approval_id) FILTER (WHERE state = 'held') FROM moved GROUP BY tenant$sql$
    USING v_now, p_rows, p_tenant, p_id
  LOOP
    FOREACH v_state IN ARRAY v_states LOOP
      v_counts := jsonb_set(v_counts, ARRAY[v_state], to_jsonb((v_counts ->> v_state)::int + 1));
    END LOOP;
    -- `settled_at` and not `state`: see `cast_vote`
    EXECUTE 'UPDATE approvals SET state = ''expired'', settled_at = $1 WHERE tenant = $2 AND id = ANY ($3) AND settled_at IS NULL'
      USING v_now, v_tenant, v_approvals;
    PERFORM close_counts(v_tenant, v_ids);
    PERFORM notify_ids(v_tenant, 'settled', v_ids);
  END LOOP;
  RETURN v_counts;
END $$;
ALTER FUNCTION sweep OWNER TO holdpoint_clock;

-- Undecided since their last dispatch, oldest first: one scan of one index.
CREATE FUNCTION overdue(p_older_ms bigint, p_rows int) RETURNS TABLE (r_tenant text, r_id text)
LANGUAGE sql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
  SELECT tenant, id FROM actions WHERE state = 'received' AND waits_for IS NULL AND dispatched_at <= clock_timestamp() - p_older_ms * interval '1 ms'
   ORDER BY dispatched_at LIMIT p_rows
$$;
ALTER FUNCTION overdue OWNER TO holdpoint_clock;

CREATE FUNCTION past_deadline(p_rows int) RETURNS TABLE (r_tenant text, r_id text)
LANGUAGE sql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
  SELECT tenant, id FROM actions WHERE state = 'received' AND due_at <= clock_timestamp() ORDER BY due_at LIMIT p_rows
$$;
ALTER FUNCTION past_deadline OWNER TO holdpoint_clock;

-- Approvals whose last vote is so old and whose action still waits; whether the votes suffice is for the tally to say.
CREATE FUNCTION voted(p_older_ms bigint, p_rows int) RETURNS TABLE (r_tenant text, r_id text, r_action text)
LANGUAGE sql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
  SELECT tenant, id, action_id FROM approvals WHERE state = 'pending' AND voted_at <= clock_timestamp() - p_older_ms * interval '1 ms' AND expires_at > clock_timestamp()
   ORDER BY voted_at LIMIT p_rows
$$;
ALTER FUNCTION voted OWNER TO holdpoint_clock;

-- Questions for which time does something next: a step of their chain, a reminder.
CREATE FUNCTION requests_due(p_rows int) RETURNS TABLE (r_tenant text, r_id text)
LANGUAGE sql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
  SELECT tenant, id FROM approvals WHERE state = 'pending' AND next_due_at <= clock_timestamp() AND expires_at > clock_timestamp()
   ORDER BY next_due_at LIMIT p_rows
$$;
ALTER FUNCTION requests_due OWNER TO holdpoint_clock;

-- Questions that were last judged by another set than the active one: two ranges of one index, whatever waits.
CREATE FUNCTION requests_outdated(p_rows int) RETURNS TABLE (r_tenant text, r_id text, r_action text)
LANGUAGE sql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
  SELECT o.tenant, o.id, o.action_id FROM tenants t CROSS JOIN LATERAL (
    (SELECT a.tenant, a.id, a.action_id FROM approvals a
      WHERE a.tenant = t.tenant AND a.state = 'pending' AND a.policy_digest < t.policy_digest AND a.expires_at > clock_timestamp() LIMIT p_rows)
    UNION ALL
    (SELECT a.tenant, a.id, a.action_id FROM approvals a
      WHERE a.tenant = t.tenant AND a.state = 'pending' AND a.policy_digest > t.policy_digest AND a.expires_at > clock_timestamp() LIMIT p_rows)) o
   LIMIT p_rows
$$;
ALTER FUNCTION requests_outdated OWNER TO holdpoint_clock;

-- Cursors in the order of commit: an event that is seen later was committed later, or at least not before its action's last one.
-- One at a time: who does not get the lock leaves it to who has it.
CREATE FUNCTION sequence_events(p_batches int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE
  v_count int := 0;
  v_tenant text; v_events int;
BEGIN
  IF NOT pg_try_advisory_xact_lock(1214606949, 0) THEN RETURN 0; END IF;
  FOR v_tenant, v_events IN
    WITH waiting AS MATERIALIZED (
      SELECT seq, tenant, cardinality(event_ids) AS events FROM event_batches WHERE first_cursor IS NULL ORDER BY seq LIMIT p_batches
    ), ends AS MATERIALIZED (
      SELECT w.*, coalesce(h.last_cursor, 0) + sum(events) OVER (PARTITION BY w.tenant ORDER BY seq) AS ends_at
        FROM waiting w LEFT JOIN event_heads h ON h.tenant = w.tenant
    ), given AS (
      UPDATE event_batches b SET first_cursor = e.ends_at - e.events + 1, last_cursor = e.ends_at FROM ends e WHERE b.seq = e.seq
    ), heads AS (
      INSERT INTO event_heads (tenant, last_cursor) SELECT tenant, max(ends_at) FROM ends GROUP BY tenant
      ON CONFLICT (tenant) DO UPDATE SET last_cursor = excluded.last_cursor
    )
    SELECT tenant, sum(events) FROM ends GROUP BY tenant
  LOOP
    v_count := v_count + v_events;
    PERFORM pg_notify('holdpoint', json_build_object('kind', 'events', 'tenant', v_tenant)::text);
  END LOOP;
  RETURN v_count;
END $$;
ALTER FUNCTION sequence_events OWNER TO holdpoint_clock;

-- A plan that was made for a small table is kept until the table is analysed, and autovacuum looks once a minute: by then a
-- new store may hold a hundred thousand rows that such a plan walks through. What has doubled is analysed at once; says what.
-- Belongs to the tables' owner, who alone may do this.
CREATE FUNCTION keep_statistics() RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE
  v_table text;
  v_tables text[] := ARRAY(
    SELECT c.relname
      FROM pg_class c, LATERAL (SELECT pg_relation_size(c.oid) / current_setting('block_size')::int AS pages) now
     WHERE c.relnamespace = 'holdpoint'::regnamespace AND c.relkind = 'r' AND pages >= 16 AND pages >= 2 * c.relpages
     ORDER BY c.relname);
BEGIN
  FOREACH v_table IN ARRAY v_tables LOOP EXECUTE format('ANALYZE %I', v_table); END LOOP;
  RETURN v_tables;
END $$;

-- The bearer of a token is not known before this, so neither is the tenant.
CREATE FUNCTION find_key(p_id text)
RETURNS TABLE (tenant text, id text, role text, agents text[], person text, attests jsonb, secret_hash bytea, live boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
  SELECT k.tenant, k.id, k.role, k.agents, k.person, k.attests, k.secret_hash,
         k.expires_at IS NULL OR k.expires_at > clock_timestamp()
    FROM keys k WHERE k.id = p_id
$$;
ALTER FUNCTION find_key OWNER TO holdpoint_clock;

CREATE FUNCTION any_key() RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$ SELECT EXISTS (SELECT FROM keys) $$;
ALTER FUNCTION any_key OWNER TO holdpoint_clock;

CREATE FUNCTION every_tenant() RETURNS SETOF text
LANGUAGE sql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$ SELECT tenant FROM tenants ORDER BY tenant $$;
ALTER FUNCTION every_tenant OWNER TO holdpoint_clock;
