-- 005_propose.sql — accept actions: each with its first event, replays and equal waiting ones recognised

-- About `propose` and `settle`, which every action pays for. Many items of one tenant go in as parallel arrays; what is
-- long (sealed bytes, payloads) stands end to end in `p_blob`, so nothing of it is escaped, encoded or parsed on the
-- way: `part` finds it by offset and length. Each has three steps: read and lock all rows in one order (two calls wait
-- for each other and never deadlock), judge item by item, write everything with one statement a table. Those walk
-- through the arrays by number: an array of a plpgsql variable is reached by number at once, however long it is.

-- The n-th item's k-th part, of `p_parts` for each item; null where it has none.
CREATE FUNCTION part(p_blob bytea, p_places int[], p_parts int, n int, k int) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_places[2 * (p_parts * (n - 1) + k)] > 0
    THEN substring(p_blob FROM p_places[2 * (p_parts * (n - 1) + k) - 1] FOR p_places[2 * (p_parts * (n - 1) + k)]) END
$$;

-- Parts of an item: 1 the sealed action, 2 the event's payload, 3 its content, 4 the trace context.
-- `p_fresh`: a new action by intent (edited, escalated, promoted) joins nothing; what is equal to it later joins it.
-- `p_lazily`: the commit does not wait for the disk. The commit of the decision does, and takes all that was before it along
-- (ADR 15); whoever tells of these actions before that asks `assure` first.
CREATE FUNCTION propose(p_tenant text, p_ids text[], p_credentials text[], p_agents text[], p_sessions text[], p_tools text[],
  p_modes text[], p_audiences text[], p_tool_versions text[], p_keys text[], p_request_macs text[], p_join_macs text[], p_within_ms bigint[], p_events text[],
  p_places int[], p_blob bytea, p_open_max int, p_fresh boolean[], p_lazily boolean)
RETURNS TABLE (r_n int, r_status text, r_id text, r_at timestamptz, r_receipt text, r_open int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE
  i record;
  v_count int := cardinality(p_ids);
  v_time text;
  v_agents text[];
  v_opens int[];                                                -- how many each of them has open, with those that this call lets in
  v_at int;
  v_key text := '';
  v_status text[] := array_fill(NULL::text, ARRAY[v_count]);
  v_target text[] := p_ids;                                    -- the action that an item amounts to
  v_open int[] := array_fill(0, ARRAY[v_count]);
  v_hash text[] := array_fill(NULL::text, ARRAY[v_count]);      -- filled for what is to be made
  v_new text[] := '{}';
  v_told text[] := '{}';
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  IF p_lazily THEN PERFORM set_config('synchronous_commit', 'off', true); END IF;
  r_at := date_trunc('milliseconds', clock_timestamp());
  v_time := event_time(r_at);
  SELECT array_agg(d.agent), array_agg(o.count) INTO v_agents, v_opens
    FROM (SELECT DISTINCT agent FROM unnest(p_agents) AS agent) d
   CROSS JOIN LATERAL (
     SELECT count(*)::int FROM (
       SELECT FROM actions a WHERE a.tenant = p_tenant AND a.agent = d.agent AND a.state IN ('received', 'held') LIMIT p_open_max) b) o;
  FOR i IN
    SELECT x.*, known.action_id AS known, known.request_mac AS known_mac, equal.id AS equal
      FROM (SELECT n, p_credentials[n] AS credential, p_agents[n] AS agent, p_keys[n] AS key, p_request_macs[n] AS request_mac,
                   p_join_macs[n] AS join_mac
              FROM generate_series(1, v_count) AS n ORDER BY 2, 4, 1) x
      LEFT JOIN LATERAL (
        SELECT k.action_id, k.request_mac FROM idempotency_keys k
         WHERE k.tenant = p_tenant AND k.credential = x.credential AND k.key = x.key LIMIT 1) known ON x.key IS NOT NULL
      LEFT JOIN LATERAL (
        SELECT a.id FROM actions a
         WHERE a.tenant = p_tenant AND a.join_mac = x.join_mac AND a.state IN ('held', 'approved') AND a.due_at > r_at
         LIMIT 1) equal ON x.join_mac IS NOT NULL AND NOT p_fresh[x.n]
  LOOP
    IF i.known IS NOT NULL THEN
      v_status[i.n] := CASE WHEN i.known_mac = i.request_mac THEN 'replayed' ELSE 'conflict' END;
      v_target[i.n] := i.known;
    ELSIF i.key IS NOT NULL AND v_key = i.credential || ' ' || i.key THEN
      v_status[i.n] := 'lost'; -- the item before it has the same key: it becomes that one's replay
    ELSIF i.equal IS NOT NULL THEN
      v_status[i.n] := 'joined';
      v_target[i.n] := i.equal;
    ELSE
      v_at := array_position(v_agents, i.agent);
      v_open[i.n] := v_opens[v_at];
      IF v_opens[v_at] >= p_open_max THEN
        v_status[i.n] := 'too_many_open';
      ELSE
        v_status[i.n] := 'created';
        v_opens[v_at] := v_opens[v_at] + 1;
      END IF;
    END IF;
    IF i.key IS NOT NULL THEN v_key := i.credential || ' ' || i.key; END IF;
  END LOOP;

  IF v_key <> '' THEN
    -- Where another transaction has just used a key, this waits for its end, and then the key is taken.
    INSERT INTO idempotency_keys (tenant, credential, key, action_id, request_mac)
    SELECT p_tenant, p_credentials[n], p_keys[n], v_target[n], p_request_macs[n] FROM generate_series(1, v_count) AS n
     WHERE p_keys[n] IS NOT NULL AND v_status[n] IN ('created', 'joined')
     ORDER BY 2, 3
    ON CONFLICT DO NOTHING;
    FOR i IN
      SELECT n, k.action_id, k.request_mac
        FROM generate_series(1, v_count) AS n
       CROSS JOIN LATERAL (
         SELECT o.action_id, o.request_mac FROM idempotency_keys o
          WHERE o.tenant = p_tenant AND o.credential = p_credentials[n] AND o.key = p_keys[n] LIMIT 1) k
       WHERE p_keys[n] IS NOT NULL AND v_status[n] IN ('created', 'joined', 'lost') AND k.action_id <> v_target[n]
    LOOP
      v_status[i.n] := CASE WHEN i.request_mac = p_request_macs[i.n] THEN 'replayed' ELSE 'conflict' END;
      v_target[i.n] := i.action_id;
    END LOOP;
  END IF;

  FOR n IN 1..v_count LOOP
    IF v_status[n] = 'created' THEN
      v_hash[n] := event_hash(v_time, convert_from(part(p_blob, p_places, 4, n, 2), 'UTF8'), NULL, 1);
      v_told := v_told || p_events[n];
    END IF;
  END LOOP;
  WITH born AS (
    INSERT INTO actions (tenant, id, state, version, epoch, credential, agent, session_id, tool, mode, audience, tool_version,
                         sealed, join_mac, trace, proposed_at, dispatched_at, deadline_at, due_at, receipt)
    SELECT p_tenant, p_ids[n], 'received', 1, 1, p_credentials[n], p_agents[n], p_sessions[n], p_tools[n], p_modes[n],
           p_audiences[n], p_tool_versions[n], part(p_blob, p_places, 4, n, 1), coalesce(p_join_macs[n], ''), convert_from(part(p_blob, p_places, 4, n, 4), 'UTF8'),
           r_at, r_at, r_at + p_within_ms[n] * interval '1 ms', r_at + p_within_ms[n] * interval '1 ms', v_hash[n]
      FROM generate_series(1, v_count) AS n
     WHERE v_hash[n] IS NOT NULL
     ORDER BY 2
    ON CONFLICT DO NOTHING
    RETURNING id)
  SELECT coalesce(array_agg(id), '{}') INTO v_new FROM born;
  IF cardinality(v_new) < v_count THEN -- the same proposal, sent again because its answer was lost
    FOR n IN 1..v_count LOOP
      IF v_hash[n] IS NOT NULL AND NOT p_ids[n] = ANY (v_new) THEN
        v_status[n] := 'replayed';
        v_hash[n] := NULL;
        v_told := array_remove(v_told, p_events[n]);
      END IF;
    END LOOP;
  END IF;
  INSERT INTO events (tenant, id, action_id, version, type, state, at, payload, hash, content)
  SELECT p_tenant, p_events[n], p_ids[n], 1, 'proposed', 'received', r_at, convert_from(part(p_blob, p_places, 4, n, 2), 'UTF8'),
         v_hash[n], part(p_blob, p_places, 4, n, 3)
    FROM generate_series(1, v_count) AS n
   WHERE v_hash[n] IS NOT NULL;

  RETURN QUERY
    SELECT n, v_status[n], v_target[n], r_at, v_hash[n], v_open[n] FROM generate_series(1, v_count) AS n;
  IF v_told <> '{}' THEN INSERT INTO event_batches (tenant, event_ids) VALUES (p_tenant, v_told); END IF;
END $$;
ALTER FUNCTION propose OWNER TO holdpoint_core;

-- Which of these actions are there, once all that was committed before is on the disk: what one transaction writes gets there
-- after all that others committed before it, and this one writes a message that nobody reads.
CREATE FUNCTION assure(p_tenant text, p_ids text[]) RETURNS SETOF text
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true), pg_logical_emit_message(true, 'holdpoint', '');
  RETURN QUERY SELECT a.id FROM holdpoint.actions a WHERE a.tenant = p_tenant AND a.id = ANY (p_ids);
END $$;
