-- 003_evidence.sql — events chained by hash, decisions, and the cursor that one sequencer gives them

CREATE TABLE events (
  tenant    text COLLATE "C" NOT NULL,
  id        text COLLATE "C" NOT NULL,
  action_id text COLLATE "C",
  version   int,               -- of the action after this transition; none for what changes no state
  type      text NOT NULL,
  state     text,
  at        timestamptz NOT NULL,
  payload   text NOT NULL,     -- canonical JSON (RFC 8785): what is no content, and salted commitments to what is
  previous  text,              -- hash of the action's event before
  hash      text NOT NULL,
  content   bytea,             -- sealed: the values and salts behind the commitments; erasable, the hashes stay provable
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, action_id, version)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.1);
ALTER TABLE events ALTER COLUMN content SET STORAGE EXTERNAL;

-- What is hashed, itself canonical JSON: {"at","event","previous"?,"version"?}
CREATE FUNCTION event_time(p_at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
END $$;
-- Plain expressions, so that a caller's plan takes them in: as functions of their own they were half of what a hash costs.
-- Not called immutable, what `convert_to` is not either: it would be called for each row after all.
CREATE FUNCTION event_body(p_at text, p_payload text, p_previous text, p_version int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT '{"at":"' || p_at || '","event":' || p_payload
      || CASE WHEN p_previous IS NULL THEN '' ELSE ',"previous":"' || p_previous || '"' END
      || CASE WHEN p_version IS NULL THEN '' ELSE ',"version":' || p_version::text END || '}'
$$;
CREATE FUNCTION event_hash(p_at text, p_payload text, p_previous text, p_version int) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT 'sha256:' || encode(sha256(convert_to(holdpoint.event_body(p_at, p_payload, p_previous, p_version), 'UTF8')), 'hex')
$$;

-- Erasing the content is the one change there is. No WHEN: its text would be copied by every insert (see guard_action).
CREATE FUNCTION guard_event() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.content IS NOT NULL OR
     (OLD.tenant, OLD.id, OLD.action_id, OLD.version, OLD.type, OLD.state, OLD.at, OLD.payload, OLD.previous, OLD.hash) IS DISTINCT FROM
     (NEW.tenant, NEW.id, NEW.action_id, NEW.version, NEW.type, NEW.state, NEW.at, NEW.payload, NEW.previous, NEW.hash)
  THEN
    RAISE EXCEPTION 'an event stays as it is' USING ERRCODE = 'check_violation', CONSTRAINT = 'append_only';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER events_stay BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION guard_event();
CREATE TRIGGER events_kept BEFORE DELETE OR TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE decisions (
  tenant        text COLLATE "C" NOT NULL,
  id            text COLLATE "C" NOT NULL,
  action_id     text COLLATE "C" NOT NULL,
  decided_at    timestamptz NOT NULL,
  effect        text NOT NULL,
  outcome       text NOT NULL,
  tool          text NOT NULL,
  agent         text NOT NULL,
  session_id    text NOT NULL,
  rules         text[] NOT NULL,
  policy_digest text NOT NULL,
  sealed        bytea NOT NULL,   -- decision, verdict, facts, findings: they quote arguments
  PRIMARY KEY (tenant, id)        -- ids rise with time, so this is the order of the list too
) WITH (autovacuum_vacuum_insert_scale_factor = 0.1);
ALTER TABLE decisions ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE TRIGGER decisions_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What a transaction committed, in its order; the sequencer gives a whole batch its cursors at once.
CREATE TABLE event_batches (
  seq          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant       text COLLATE "C" NOT NULL,
  event_ids    text[] NOT NULL,
  first_cursor bigint,
  last_cursor  bigint
) WITH (autovacuum_vacuum_scale_factor = 0.05, fillfactor = 80);
CREATE INDEX event_batches_waiting ON event_batches (seq) WHERE first_cursor IS NULL;
CREATE UNIQUE INDEX event_batches_cursor ON event_batches (tenant, last_cursor) WHERE last_cursor IS NOT NULL;
CREATE TABLE event_heads (
  tenant      text COLLATE "C" PRIMARY KEY,
  last_cursor bigint NOT NULL
);

-- Alerts and approval requests on their way to people; ids only.
CREATE TABLE outbox (
  tenant       text COLLATE "C" NOT NULL,
  id           bigint GENERATED ALWAYS AS IDENTITY,
  topic        text NOT NULL,
  payload      jsonb NOT NULL,
  made_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  delivered_at timestamptz,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX outbox_waiting ON outbox (id) WHERE delivered_at IS NULL;
CREATE INDEX outbox_age ON outbox (made_at);

SELECT guard_table('events', ARRAY['SELECT', 'INSERT']);
SELECT guard_table('decisions');
SELECT guard_table('event_batches', ARRAY['SELECT', 'INSERT', 'UPDATE']);
SELECT guard_table('event_heads', ARRAY['SELECT', 'INSERT', 'UPDATE']);
SELECT guard_table('outbox', ARRAY['SELECT', 'UPDATE', 'DELETE']);
GRANT INSERT ON events, decisions, event_batches, outbox TO holdpoint_core;
GRANT USAGE ON SEQUENCE event_batches_seq_seq, outbox_id_seq TO holdpoint_core, holdpoint_clock;
