-- 001_floor.sql — roles, tenants, what stops them, and the lock that policy and decisions meet at

-- holdpoint_app    what our processes become on every connection; owns nothing, so row-level security binds it
-- holdpoint_core   owns the functions that move actions within one tenant; bound by the same row-level security
-- holdpoint_clock  owns the few functions that look across tenants: sweeper, sequencer, key look-up
DO $$
DECLARE wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['holdpoint_app', 'holdpoint_core', 'holdpoint_clock'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL; -- roles belong to the cluster: another database's migration made it meanwhile
    END;
    EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
  END LOOP;
END $$;

-- The schema is the fence: who may not use it can call none of its functions, whatever their own privileges say.
REVOKE ALL ON SCHEMA holdpoint FROM PUBLIC;
GRANT USAGE ON SCHEMA holdpoint TO holdpoint_app, holdpoint_core, holdpoint_clock;

GRANT SELECT ON migrations TO holdpoint_app; -- `ready` asks whether all of ours are applied

-- One condition for every tenant table. `across` names what holdpoint_clock may do beyond it.
CREATE FUNCTION guard_table(p_table text, p_across text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql AS $$
DECLARE may text;
BEGIN
  EXECUTE format('ALTER TABLE holdpoint.%I ENABLE ROW LEVEL SECURITY', p_table);
  EXECUTE format(
    'CREATE POLICY own_tenant ON holdpoint.%I TO holdpoint_app, holdpoint_core
       USING (tenant = current_setting(''holdpoint.tenant'', true))
       WITH CHECK (tenant = current_setting(''holdpoint.tenant'', true))', p_table);
  EXECUTE format('GRANT SELECT ON holdpoint.%I TO holdpoint_app, holdpoint_core', p_table);
  FOREACH may IN ARRAY p_across LOOP
    EXECUTE format('GRANT %s ON holdpoint.%I TO holdpoint_clock', may, p_table);
  END LOOP;
  IF p_across <> '{}' THEN
    EXECUTE format('CREATE POLICY every_tenant ON holdpoint.%I TO holdpoint_clock USING (true) WITH CHECK (true)', p_table);
  END IF;
END $$;

CREATE TABLE tenants (
  tenant        text COLLATE "C" PRIMARY KEY CHECK (tenant <> ''),
  data_key      bytea,             -- sealed by the master key; made at first use
  policy_digest text,              -- the set that is active; no decision may cite another
  created_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
SELECT guard_table('tenants', ARRAY['SELECT']);
GRANT INSERT, UPDATE (data_key, policy_digest) ON tenants TO holdpoint_app;
INSERT INTO tenants (tenant) VALUES ('default');

CREATE TABLE kill_switches (
  tenant     text COLLATE "C" NOT NULL,
  agent      text COLLATE "C" NOT NULL DEFAULT '',   -- '' stops the whole tenant
  reason     text NOT NULL,
  engaged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant, agent)
);
SELECT guard_table('kill_switches');
GRANT INSERT, UPDATE, DELETE ON kill_switches TO holdpoint_app;

CREATE TABLE sessions (
  tenant        text COLLATE "C" NOT NULL,
  session_id    text COLLATE "C" NOT NULL,
  credential    text COLLATE "C" NOT NULL DEFAULT '', -- '' ends the session whoever uses its name
  reason        text NOT NULL,
  terminated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant, session_id, credential)
);
SELECT guard_table('sessions');
GRANT INSERT, UPDATE, DELETE ON sessions TO holdpoint_app;
GRANT INSERT, UPDATE ON sessions TO holdpoint_core;

-- Settles and claims hold it shared, publish and stops hold it alone: none of them can overlap a change of the rules.
CREATE FUNCTION lock_policy(p_tenant text, p_alone boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF p_alone THEN
    PERFORM pg_advisory_xact_lock(1214606948, hashtext(p_tenant));
  ELSE
    PERFORM pg_advisory_xact_lock_shared(1214606948, hashtext(p_tenant));
  END IF;
END $$;

-- Why nothing of this action may run, if so. Read after `lock_policy`, so that a stop is seen by all that follow it.
CREATE FUNCTION stopped_by(p_tenant text, p_agent text, p_session text, p_credential text)
RETURNS TABLE (why text, because text)
LANGUAGE sql STABLE AS $$
  SELECT 'kill_switch', k.reason FROM holdpoint.kill_switches k
   WHERE k.tenant = p_tenant AND k.agent IN ('', p_agent)
  UNION ALL
  SELECT 'session_terminated', s.reason FROM holdpoint.sessions s
   WHERE s.tenant = p_tenant AND s.session_id = p_session AND s.credential IN ('', p_credential)
  LIMIT 1
$$;

-- UUIDv7 with a prefix, for what no process of ours is there to name (the sweeper's events).
CREATE FUNCTION new_id(p_prefix text) RETURNS text
LANGUAGE sql VOLATILE AS $$
  SELECT p_prefix || '_' || substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-7' || substr(u, 16, 3) || '-' || substr(u, 20)
    FROM (SELECT lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') AS h,
                 gen_random_uuid()::text AS u) made
$$;

-- Ids only, and never more than a notification can carry (8,000 bytes).
CREATE FUNCTION notify_ids(p_tenant text, p_kind text, p_ids text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE first int := 1;
BEGIN
  WHILE first <= coalesce(array_length(p_ids, 1), 0) LOOP
    PERFORM pg_notify('holdpoint', json_build_object(
      'kind', p_kind, 'tenant', p_tenant, 'actionIds', p_ids[first:first + 119])::text);
    first := first + 120;
  END LOOP;
END $$;
