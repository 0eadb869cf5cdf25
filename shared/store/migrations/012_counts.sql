-- 012_counts.sql — how much there was before (rates, budgets, repeated denials), and runs that wait for one of their actions

-- Only what the active set asks about is counted; without such a rule none of these tables is touched. A counter has a
-- total and, where it has a window, slots of a sixtieth of it; the oldest slot counts whole, so a window is never shorter
-- than it says. Times are the database's own.
CREATE TABLE counters (
  tenant    text COLLATE "C" NOT NULL,
  name      text COLLATE "C" NOT NULL,   -- scope/what/window/whose
  window_ms bigint NOT NULL,             -- 0: no window
  total     bigint NOT NULL DEFAULT 0,
  used_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant, name)
) WITH (fillfactor = 70);
CREATE TABLE counter_slots (
  tenant text COLLATE "C" NOT NULL,
  name   text COLLATE "C" NOT NULL,
  slot   bigint NOT NULL,
  amount bigint NOT NULL,
  PRIMARY KEY (tenant, name, slot)
) WITH (fillfactor = 70);
-- What an action that has not ended is counted with: committed by its report, given back where it never ran.
CREATE TABLE reservations (
  tenant    text COLLATE "C" NOT NULL,
  action_id text COLLATE "C" NOT NULL,
  name      text COLLATE "C" NOT NULL,
  what      text NOT NULL,
  window_ms bigint NOT NULL,
  slot      bigint NOT NULL,
  amount    bigint NOT NULL,
  PRIMARY KEY (tenant, action_id, name)
);
-- A question with `holds: run` (seed 001): until it is answered its siblings wait.
CREATE TABLE run_holds (
  tenant      text COLLATE "C" NOT NULL,
  approval_id text COLLATE "C" NOT NULL,
  action_id   text COLLATE "C" NOT NULL,
  session_id  text COLLATE "C" NOT NULL,
  credential  text COLLATE "C" NOT NULL,
  run         text COLLATE "C",          -- its name, where the run has one
  PRIMARY KEY (tenant, approval_id)
);
SELECT guard_table(each, ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'])
  FROM unnest(ARRAY['counters', 'counter_slots', 'reservations', 'run_holds']) each;
GRANT INSERT, UPDATE, DELETE ON counters, counter_slots, reservations, run_holds TO holdpoint_core;

CREATE FUNCTION slot_ms(p_window_ms bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT greatest(1, p_window_ms / 60) $$;
CREATE FUNCTION now_ms() RETURNS bigint
LANGUAGE sql VOLATILE AS $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

-- Locks in one order for everybody: actions by id, then counters by name. Makes the counters that are not there yet.
CREATE FUNCTION lock_counts(p_tenant text, p_ids text[], p_counters json) RETURNS void
LANGUAGE plpgsql SET search_path = holdpoint, pg_temp AS $$
BEGIN
  PERFORM FROM actions WHERE tenant = p_tenant AND id = ANY (p_ids) ORDER BY id FOR UPDATE;
  INSERT INTO counters (tenant, name, window_ms)
  SELECT p_tenant, x.name, x."windowMs" FROM json_to_recordset(p_counters) AS x(name text, "windowMs" bigint) ORDER BY x.name
  ON CONFLICT DO NOTHING;
  PERFORM FROM counters
    WHERE tenant = p_tenant AND name IN (SELECT x.name FROM json_to_recordset(p_counters) AS x(name text))
    ORDER BY name FOR UPDATE;
END $$;

-- What was counted without the action itself, by counter.
CREATE FUNCTION counted_before(p_tenant text, p_action text, p_counters json) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = holdpoint, pg_temp AS $$
DECLARE v_now bigint := now_ms();
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  RETURN (
    SELECT coalesce(jsonb_object_agg(o.name, CASE WHEN o."windowMs" = 0
             THEN coalesce(c.total, 0) - coalesce(r.amount, 0)
             ELSE coalesce(s.amount, 0) - CASE WHEN r.slot >= o.oldest THEN coalesce(r.amount, 0) ELSE 0 END END), '{}')
      FROM (SELECT x.*, (v_now - x."windowMs") / slot_ms(x."windowMs") AS oldest
              FROM json_to_recordset(p_counters) AS x(name text, "windowMs" bigint)) o
      LEFT JOIN counters c ON c.tenant = p_tenant AND c.name = o.name
      LEFT JOIN reservations r ON r.tenant = p_tenant AND r.action_id = p_action AND r.name = o.name
      LEFT JOIN LATERAL (
        SELECT sum(t.amount)::bigint AS amount FROM counter_slots t
         WHERE o."windowMs" > 0 AND t.tenant = p_tenant AND t.name = o.name AND t.slot >= o.oldest) s ON true);
END $$;

-- Counts an action, if what its verdict rests on is still so. Else what there is by now, and nothing is counted.
-- `p_counts`: {"asks": [{name, own, bounds, held}], "of": [{name, what, windowMs, amount}], "keep": will it be ended by a report or given back?}
CREATE FUNCTION count_action(p_tenant text, p_action text, p_counts json) RETURNS text
LANGUAGE plpgsql SET search_path = holdpoint, pg_temp AS $$
DECLARE
  v_before jsonb;
  v_now bigint;
BEGIN
  IF json_array_length(p_counts -> 'asks') > 0 THEN
    v_before := counted_before(p_tenant, p_action, p_counts -> 'of');
    IF EXISTS (
      SELECT FROM (SELECT q.held, coalesce((v_before ->> q.name)::bigint, 0) + q.own AS value, b.*
                     FROM json_to_recordset(p_counts -> 'asks') AS q(name text, own bigint, bounds json, held boolean)
                    CROSS JOIN LATERAL json_to_record(q.bounds) AS b(gt float8, gte float8, lt float8, lte float8)) a
       WHERE a.held <> ((a.gt IS NULL OR a.value > a.gt) AND (a.gte IS NULL OR a.value >= a.gte)
                    AND (a.lt IS NULL OR a.value < a.lt) AND (a.lte IS NULL OR a.value <= a.lte)))
    THEN
      RETURN v_before::text;
    END IF;
  END IF;
  v_now := now_ms();
  WITH fresh AS MATERIALIZED (
    SELECT o.name, o.what, o."windowMs" AS window_ms, o.amount, v_now / slot_ms(o."windowMs") AS slot
      FROM json_to_recordset(p_counts -> 'of') AS o(name text, what text, "windowMs" bigint, amount bigint)
     WHERE NOT EXISTS (SELECT FROM reservations r WHERE r.tenant = p_tenant AND r.action_id = p_action AND r.name = o.name)
  ), totals AS (
    UPDATE counters c SET total = c.total + f.amount, used_at = clock_timestamp()
      FROM fresh f WHERE c.tenant = p_tenant AND c.name = f.name AND f.amount <> 0
  ), forgotten AS (
    DELETE FROM counter_slots s USING fresh f
     WHERE s.tenant = p_tenant AND s.name = f.name AND s.slot < (v_now - f.window_ms) / slot_ms(f.window_ms) AND f.window_ms > 0
  ), slots AS (
    INSERT INTO counter_slots AS s (tenant, name, slot, amount)
    SELECT p_tenant, f.name, f.slot, f.amount FROM fresh f WHERE f.window_ms > 0 AND f.amount <> 0
    ON CONFLICT (tenant, name, slot) DO UPDATE SET amount = s.amount + excluded.amount
  )
  INSERT INTO reservations (tenant, action_id, name, what, window_ms, slot, amount)
  SELECT p_tenant, p_action, f.name, f.what, f.window_ms, f.slot, f.amount FROM fresh f WHERE (p_counts ->> 'keep')::boolean;
  RETURN NULL;
END $$;

-- Actions have moved; those that ended stop being reserved: what never ran is given back, a report says what was really
-- used. `p_items`: among others {"id", "usage"?: {"costUsd"?, "modelCalls"?, "binding"}} in whole units.
CREATE FUNCTION close_counts(p_tenant text, p_ids text[], p_items json DEFAULT '[]') RETURNS void
LANGUAGE plpgsql SET search_path = holdpoint, pg_temp AS $$
DECLARE
  c record;
  v_now bigint;
  v_ended text[];
BEGIN
  SELECT array_agg(a.id) INTO v_ended FROM actions a
   WHERE a.tenant = p_tenant AND a.id = ANY (p_ids) AND a.due_at IS NULL
     AND EXISTS (SELECT FROM reservations r WHERE r.tenant = p_tenant AND r.action_id = a.id);
  IF v_ended IS NULL THEN RETURN; END IF;
  PERFORM FROM counters
    WHERE tenant = p_tenant AND name IN (SELECT r.name FROM reservations r WHERE r.tenant = p_tenant AND r.action_id = ANY (v_ended))
    ORDER BY name FOR UPDATE;
  v_now := now_ms();
  FOR c IN
    SELECT m.name, m.window_ms, CASE WHEN m.change < 0 THEN m.slot ELSE v_now / slot_ms(m.window_ms) END AS at_slot, sum(m.change)::bigint AS change
      FROM (
        SELECT r.name, r.window_ms, r.slot, CASE
                 WHEN r.what = 'denials' THEN (a.state IN ('denied', 'rejected'))::int
                 WHEN r.what = 'failures' THEN (a.state IN ('failed', 'sandbox_denied'))::int
                 WHEN a.state IN ('denied', 'rejected', 'expired', 'cancelled', 'revoked') THEN -r.amount
                 WHEN u.really IS NULL THEN 0
                 -- an agent's own word may add, an executor's also takes away (rulings §A3)
                 WHEN u.binding THEN u.really - r.amount
                 ELSE greatest(0, u.really - r.amount) END AS change
          FROM reservations r
          JOIN actions a ON a.tenant = r.tenant AND a.id = r.action_id
          LEFT JOIN LATERAL (
            SELECT (x.usage ->> r.what)::bigint AS really, coalesce((x.usage ->> 'binding')::boolean, false) AS binding
              FROM json_to_recordset(p_items) AS x(id text, usage json) WHERE x.id = r.action_id LIMIT 1) u ON r.what IN ('costUsd', 'modelCalls')
         WHERE r.tenant = p_tenant AND r.action_id = ANY (v_ended)) m
     WHERE m.change <> 0
     GROUP BY 1, 2, 3
  LOOP
    UPDATE counters SET total = total + c.change, used_at = clock_timestamp() WHERE tenant = p_tenant AND name = c.name;
    IF c.window_ms > 0 AND c.change < 0 THEN
      UPDATE counter_slots SET amount = amount + c.change WHERE tenant = p_tenant AND name = c.name AND slot = c.at_slot;
    ELSIF c.window_ms > 0 THEN
      INSERT INTO counter_slots AS s (tenant, name, slot, amount) VALUES (p_tenant, c.name, c.at_slot, c.change)
      ON CONFLICT (tenant, name, slot) DO UPDATE SET amount = s.amount + excluded.amount;
    END IF;
  END LOOP;
  DELETE FROM reservations WHERE tenant = p_tenant AND action_id = ANY (v_ended);
END $$;

-- Does a sibling of this action hold its run?
CREATE FUNCTION run_held(p_tenant text, p_action text, p_session text, p_credential text, p_run text) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT h.approval_id
    FROM holdpoint.run_holds h JOIN holdpoint.approvals p ON p.tenant = h.tenant AND p.id = h.approval_id AND p.state = 'pending'
   WHERE h.tenant = p_tenant AND h.action_id <> p_action
     AND ((h.session_id = p_session AND h.credential = p_credential) OR h.run = p_run)
   LIMIT 1
$$;

-- Actions whose run is held no more: they have to be judged again. Counters that no window reaches are forgotten.
CREATE FUNCTION wake_siblings(p_rows int) RETURNS TABLE (r_tenant text, r_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
BEGIN
  DELETE FROM run_holds h
   WHERE NOT EXISTS (SELECT FROM approvals p WHERE p.tenant = h.tenant AND p.id = h.approval_id AND p.state = 'pending');
  RETURN QUERY
    SELECT a.tenant, a.id FROM actions a
     WHERE a.waits_for IS NOT NULL AND a.state = 'received'
       AND NOT EXISTS (SELECT FROM approvals p WHERE p.tenant = a.tenant AND p.id = a.waits_for AND p.state = 'pending')
     LIMIT p_rows;
END $$;
ALTER FUNCTION wake_siblings OWNER TO holdpoint_clock;

-- For the gauges: how many requests wait for people, and since when the oldest does.
CREATE FUNCTION pending_approvals() RETURNS TABLE (r_count int, r_oldest_ms float8)
LANGUAGE sql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
  SELECT count(*)::int, coalesce(extract(epoch FROM clock_timestamp() - min(opened_at)) * 1000, 0)::float8 FROM approvals WHERE state = 'pending'
$$;
ALTER FUNCTION pending_approvals OWNER TO holdpoint_clock;

CREATE FUNCTION prune_counters(p_rows int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE v_count int;
BEGIN
  WITH idle AS MATERIALIZED (
    SELECT tenant, name FROM counters
     WHERE window_ms > 0 AND used_at < clock_timestamp() - window_ms * 2 * interval '1 ms' LIMIT p_rows FOR UPDATE SKIP LOCKED
  ), slots AS (
    DELETE FROM counter_slots s USING idle i WHERE s.tenant = i.tenant AND s.name = i.name
  )
  DELETE FROM counters c USING idle i WHERE c.tenant = i.tenant AND c.name = i.name;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END $$;
ALTER FUNCTION prune_counters OWNER TO holdpoint_clock;
