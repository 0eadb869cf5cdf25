-- 005_propose.sql — accept actions: many at once, each with its first event, replays and equal waiting ones recognised

-- `p_items`: a JSON array; the sealed parts of all items stand one after the other in `p_blob`, found by offset
-- (from 1) and length, so that no byte of them is encoded, parsed or copied on its way here.
CREATE FUNCTION propose(p_tenant text, p_items json, p_blob bytea, p_open_max int)
RETURNS TABLE (r_n int, r_status text, r_id text, r_at timestamptz, r_receipt text, r_open bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = holdpoint, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_lost int[] := '{}';
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  FOR r_n, r_status, r_id, r_at, r_receipt, r_open IN
    WITH item AS MATERIALIZED ( -- a twin has the key of an item before it: it becomes that one's replay
      SELECT *, key IS NOT NULL AND row_number() OVER (PARTITION BY credential, key ORDER BY n) > 1 AS twin FROM json_to_recordset(p_items) AS x(
        n int, id text, credential text, agent text, session text, tool text, mode text, key text, request_mac text,
        join_mac text, within_ms bigint, trace text, event text, payload text, s0 int, s1 int, c0 int, c1 int)
    ), known AS MATERIALIZED (
      SELECT i.n, k.action_id, k.request_mac = i.request_mac AS same
        FROM item i JOIN idempotency_keys k ON k.tenant = p_tenant AND k.credential = i.credential AND k.key = i.key
    ), equal AS MATERIALIZED (
      SELECT i.n, e.id AS action_id
        FROM item i CROSS JOIN LATERAL (
          SELECT a.id FROM actions a
           WHERE a.tenant = p_tenant AND a.join_mac = i.join_mac AND a.state IN ('held', 'approved') AND a.due_at > v_now
           ORDER BY a.id LIMIT 1) e
       WHERE i.join_mac IS NOT NULL AND NOT EXISTS (SELECT FROM known WHERE known.n = i.n)
    ), busy AS MATERIALIZED (
      SELECT w.agent, (SELECT count(*) FROM actions a
                        WHERE a.tenant = p_tenant AND a.agent = w.agent AND a.state IN ('received', 'held')) AS open
        FROM (SELECT DISTINCT agent FROM item) w
    ), fresh AS MATERIALIZED (
      SELECT i.*, b.open, i.twin OR row_number() OVER (PARTITION BY i.agent, i.twin ORDER BY i.n) + b.open <= p_open_max AS admitted
        FROM item i JOIN busy b ON b.agent = i.agent
       WHERE NOT EXISTS (SELECT FROM known WHERE known.n = i.n) AND NOT EXISTS (SELECT FROM equal WHERE equal.n = i.n)
    ), keyed AS (
      INSERT INTO idempotency_keys AS k (tenant, credential, key, action_id, request_mac)
      SELECT p_tenant, i.credential, i.key, coalesce(e.action_id, i.id), i.request_mac
        FROM item i LEFT JOIN equal e ON e.n = i.n
       WHERE i.key IS NOT NULL AND NOT i.twin AND NOT EXISTS (SELECT FROM known WHERE known.n = i.n)
         AND (e.n IS NOT NULL OR EXISTS (SELECT FROM fresh f WHERE f.n = i.n AND f.admitted))
       ORDER BY i.credential, i.key -- two processes with the same keys wait for each other in one order
      ON CONFLICT DO NOTHING
      RETURNING action_id
    ), winner AS MATERIALIZED (
      SELECT f.*, event_hash(v_now, f.payload, NULL, 1) AS hash FROM fresh f
       WHERE f.admitted AND NOT f.twin AND (f.key IS NULL OR EXISTS (SELECT FROM keyed WHERE keyed.action_id = f.id))
    ), born AS (
      INSERT INTO actions AS a (tenant, id, state, version, epoch, credential, agent, session_id, tool, mode, sealed, join_mac,
                           trace, proposed_at, dispatched_at, deadline_at, due_at, receipt)
      SELECT p_tenant, w.id, 'received', 1, 1, w.credential, w.agent, w.session, w.tool, w.mode,
             substring(p_blob FROM w.s0 FOR w.s1), coalesce(w.join_mac, ''), w.trace, v_now, v_now,
             v_now + w.within_ms * interval '1 ms', v_now + w.within_ms * interval '1 ms', w.hash
        FROM winner w ORDER BY w.id
      ON CONFLICT DO NOTHING
      RETURNING a.id, a.receipt
    ), told AS (
      INSERT INTO events (tenant, id, action_id, version, type, state, at, payload, hash, content)
      SELECT p_tenant, w.event, w.id, 1, 'proposed', 'received', v_now, w.payload, w.hash, substring(p_blob FROM w.c0 FOR w.c1)
        FROM winner w WHERE EXISTS (SELECT FROM born WHERE born.id = w.id)
      RETURNING id
    ), batched AS (
      INSERT INTO event_batches (tenant, event_ids) SELECT p_tenant, ids FROM (SELECT array_agg(id ORDER BY id) AS ids FROM told) t
       WHERE ids IS NOT NULL
    )
    SELECT i.n,
           CASE WHEN k.n IS NOT NULL THEN CASE WHEN k.same THEN 'replayed' ELSE 'conflict' END
                WHEN e.n IS NOT NULL AND NOT i.twin THEN 'joined'
                WHEN NOT f.admitted THEN 'too_many_open'
                WHEN b.id IS NOT NULL THEN 'created'
                ELSE 'lost' END,
           coalesce(k.action_id, e.action_id, i.id), v_now, b.receipt, f.open
      FROM item i
      LEFT JOIN known k ON k.n = i.n
      LEFT JOIN equal e ON e.n = i.n
      LEFT JOIN fresh f ON f.n = i.n
      LEFT JOIN born b ON b.id = i.id
  LOOP
    IF r_status = 'lost' THEN v_lost := v_lost || r_n; ELSE RETURN NEXT; END IF;
  END LOOP;
  IF v_lost <> '{}' THEN
    -- Another transaction, or an earlier item, used the same key or id first. It is committed by now, and visible here.
    RETURN QUERY
      SELECT i.n, CASE WHEN k.action_id IS NULL OR k.request_mac = i.request_mac THEN 'replayed' ELSE 'conflict' END,
             a.id, v_now, a.receipt, 0::bigint
        FROM json_to_recordset(p_items) AS i(n int, id text, credential text, key text, request_mac text)
        LEFT JOIN idempotency_keys k ON k.tenant = p_tenant AND k.credential = i.credential AND k.key = i.key
        JOIN actions a ON a.tenant = p_tenant AND a.id = coalesce(k.action_id, i.id)
       WHERE i.n = ANY (v_lost);
  END IF;
END $$;
ALTER FUNCTION propose OWNER TO holdpoint_core;
