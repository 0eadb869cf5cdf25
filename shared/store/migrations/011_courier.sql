-- 011_courier.sql — what goes to people's channels: a delivery an endpoint, buttons that were used, and the news that a request is settled

-- Whatever ends a request (a vote, its time, a cancel, a new judgement) tells it; one insert a statement, in its transaction.
CREATE FUNCTION tell_settled() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
BEGIN
  INSERT INTO outbox (tenant, topic, payload)
  SELECT e.tenant, 'approval.settled', jsonb_build_object('approvalId', e.id, 'actionId', e.action_id)
    FROM (SELECT tenant, id, action_id FROM open WHERE state = 'pending'
          INTERSECT
          SELECT tenant, id, action_id FROM settled WHERE state <> 'pending') e;
  RETURN NULL;
END $$;
ALTER FUNCTION tell_settled OWNER TO holdpoint_clock;
GRANT INSERT ON outbox TO holdpoint_clock;
CREATE TRIGGER approvals_settled AFTER UPDATE ON approvals REFERENCING OLD TABLE AS open NEW TABLE AS settled
  FOR EACH STATEMENT EXECUTE FUNCTION tell_settled();

CREATE TABLE deliveries (
  tenant       text COLLATE "C" NOT NULL,
  id           bigint GENERATED ALWAYS AS IDENTITY,
  outbox_id    bigint NOT NULL,
  endpoint     text COLLATE "C" NOT NULL,
  topic        text NOT NULL,
  payload      jsonb NOT NULL,           -- ids only
  subject      text COLLATE "C",         -- deliveries about one thing keep their order at each endpoint
  made_at      timestamptz NOT NULL,
  state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'dead')),
  attempts     int NOT NULL DEFAULT 0,
  due_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  leased_until timestamptz,              -- in somebody's hand; comes back when that is over
  error        text,
  ref          jsonb,                    -- where its message is, for those that follow
  ended_at     timestamptz,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, outbox_id, endpoint),
  CHECK ((state = 'waiting') = (ended_at IS NULL)),
  CHECK (state <> 'dead' OR error IS NOT NULL)
) WITH (autovacuum_vacuum_scale_factor = 0.05, fillfactor = 80);
CREATE INDEX deliveries_due ON deliveries (endpoint, due_at, id) WHERE state = 'waiting';
CREATE INDEX deliveries_order ON deliveries (tenant, endpoint, subject, id) WHERE subject IS NOT NULL;
CREATE INDEX deliveries_dead ON deliveries (tenant, id) WHERE state = 'dead';
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE state = 'done';
SELECT guard_table('deliveries', ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']);
GRANT INSERT, UPDATE ON deliveries TO holdpoint_app;

-- A hash of each button that was used, and by whom: the second use finds it here.
CREATE TABLE used_nonces (
  tenant     text COLLATE "C" NOT NULL,
  nonce_hash text COLLATE "C" NOT NULL,
  used_by    text COLLATE "C" NOT NULL,
  keep_until timestamptz NOT NULL,
  PRIMARY KEY (tenant, nonce_hash, used_by)
);
CREATE INDEX used_nonces_over ON used_nonces (keep_until);
SELECT guard_table('used_nonces', ARRAY['SELECT', 'DELETE']);
GRANT INSERT, DELETE ON used_nonces TO holdpoint_app;

CREATE FUNCTION outbox_waiting(p_rows int) RETURNS TABLE (r_tenant text, r_id bigint, r_topic text, r_payload jsonb, r_made timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
  SELECT tenant, id, topic, payload, made_at FROM outbox WHERE delivered_at IS NULL ORDER BY id LIMIT p_rows
$$;
ALTER FUNCTION outbox_waiting OWNER TO holdpoint_clock;

-- An item is taken once, however many couriers read it.
CREATE FUNCTION outbox_spread(p_items json) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
  WITH item AS (
    SELECT * FROM json_to_recordset(p_items) AS x(tenant text, id bigint, endpoints text[], subject text)
  ), seen AS MATERIALIZED (
    SELECT o.*, i.endpoints, i.subject FROM item i JOIN outbox o ON o.tenant = i.tenant AND o.id = i.id
     WHERE o.delivered_at IS NULL ORDER BY o.id FOR UPDATE OF o -- in one order: two couriers wait and never deadlock
  ), taken AS (
    UPDATE outbox o SET delivered_at = clock_timestamp() FROM seen s WHERE o.tenant = s.tenant AND o.id = s.id RETURNING o.id
  )
  INSERT INTO deliveries (tenant, outbox_id, endpoint, topic, payload, subject, made_at)
  SELECT s.tenant, s.id, endpoint, s.topic, s.payload, s.subject, s.made_at
    FROM seen s CROSS JOIN unnest(s.endpoints) AS endpoint ORDER BY s.id
  ON CONFLICT (tenant, outbox_id, endpoint) DO NOTHING
$$;
ALTER FUNCTION outbox_spread OWNER TO holdpoint_clock;

-- The oldest that are due, so many an endpoint; none whose elder about the same subject still waits there.
CREATE FUNCTION deliveries_take(p_endpoints text[], p_rows int[], p_lease_ms bigint)
RETURNS TABLE (r_tenant text, r_id bigint, r_endpoint text, r_topic text, r_payload jsonb, r_subject text, r_made timestamptz, r_attempts int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
  v_place int;
BEGIN
  FOR v_place IN 1 .. coalesce(cardinality(p_endpoints), 0) LOOP
    RETURN QUERY
    WITH due AS MATERIALIZED (
      SELECT d.tenant, d.id FROM deliveries d
       WHERE d.endpoint = p_endpoints[v_place] AND d.state = 'waiting' AND d.due_at <= v_now
         AND (d.leased_until IS NULL OR d.leased_until <= v_now)
         AND (d.subject IS NULL OR NOT EXISTS (
           SELECT FROM deliveries e WHERE e.tenant = d.tenant AND e.endpoint = d.endpoint AND e.subject = d.subject
              AND e.id < d.id AND e.state = 'waiting'))
       ORDER BY d.due_at, d.id LIMIT p_rows[v_place] FOR UPDATE OF d SKIP LOCKED
    )
    UPDATE deliveries d SET leased_until = v_now + p_lease_ms * interval '1 ms'
      FROM due WHERE d.tenant = due.tenant AND d.id = due.id
    RETURNING d.tenant, d.id, d.endpoint, d.topic, d.payload, d.subject, d.made_at, d.attempts;
  END LOOP;
END $$;
ALTER FUNCTION deliveries_take OWNER TO holdpoint_clock;

CREATE FUNCTION deliveries_wake(p_endpoint text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
  UPDATE deliveries SET due_at = clock_timestamp()
   WHERE endpoint = p_endpoint AND state = 'waiting' AND due_at > clock_timestamp()
$$;
ALTER FUNCTION deliveries_wake OWNER TO holdpoint_clock;

-- What nobody will ask for again. Dead letters stay until they are sent again.
CREATE FUNCTION courier_prune(p_keep_ms bigint, p_rows int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE
  v_done int; v_used int; v_told int;
BEGIN
  DELETE FROM deliveries WHERE (tenant, id) IN (
    SELECT tenant, id FROM deliveries WHERE state = 'done' AND ended_at < clock_timestamp() - p_keep_ms * interval '1 ms' LIMIT p_rows);
  GET DIAGNOSTICS v_done = ROW_COUNT;
  DELETE FROM used_nonces WHERE (tenant, nonce_hash, used_by) IN (
    SELECT tenant, nonce_hash, used_by FROM used_nonces WHERE keep_until < clock_timestamp() - interval '1 day' LIMIT p_rows);
  GET DIAGNOSTICS v_used = ROW_COUNT;
  -- News that no courier fetched, or that was spread to the endpoints long ago.
  DELETE FROM outbox WHERE (tenant, id) IN (
    SELECT tenant, id FROM outbox WHERE made_at < clock_timestamp() - p_keep_ms * interval '1 ms' LIMIT p_rows);
  GET DIAGNOSTICS v_told = ROW_COUNT;
  RETURN v_done + v_used + v_told;
END $$;
ALTER FUNCTION courier_prune OWNER TO holdpoint_clock;
GRANT EXECUTE ON FUNCTION outbox_waiting, outbox_spread, deliveries_take, deliveries_wake, courier_prune TO holdpoint_app;
