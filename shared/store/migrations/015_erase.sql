-- 015_erase.sql — what an ended action quoted can be erased; its evidence stays, and its chain stays provable

-- A decision stays as it is, but for what is sealed in it (it quotes arguments).
DROP TRIGGER decisions_stay ON decisions;
CREATE FUNCTION guard_decision() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.tenant, OLD.id, OLD.action_id, OLD.decided_at, OLD.effect, OLD.outcome, OLD.tool, OLD.agent, OLD.session_id, OLD.rules, OLD.policy_digest)
     IS DISTINCT FROM
     (NEW.tenant, NEW.id, NEW.action_id, NEW.decided_at, NEW.effect, NEW.outcome, NEW.tool, NEW.agent, NEW.session_id, NEW.rules, NEW.policy_digest)
  THEN
    RAISE EXCEPTION 'a decision stays as it is' USING ERRCODE = 'check_violation', CONSTRAINT = 'append_only';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions FOR EACH ROW EXECUTE FUNCTION guard_decision();
-- Of an event's content parts may go. What is left must be what its commitments say: `events.verify` tells when it is not.
CREATE OR REPLACE FUNCTION guard_event() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.tenant, OLD.id, OLD.action_id, OLD.version, OLD.type, OLD.state, OLD.at, OLD.payload, OLD.previous, OLD.hash) IS DISTINCT FROM
     (NEW.tenant, NEW.id, NEW.action_id, NEW.version, NEW.type, NEW.state, NEW.at, NEW.payload, NEW.previous, NEW.hash)
     OR (OLD.content IS NULL AND NEW.content IS NOT NULL)
  THEN
    RAISE EXCEPTION 'an event stays as it is' USING ERRCODE = 'check_violation', CONSTRAINT = 'append_only';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER decisions_kept BEFORE DELETE OR TRUNCATE ON decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT UPDATE (sealed) ON decisions TO holdpoint_core;
GRANT UPDATE (content) ON events TO holdpoint_core;

ALTER TABLE actions ADD COLUMN erased_at timestamptz;

-- `p_rows`: what takes the place of the sealed bytes, as {"part": "action"|"decision"|"approval"|"event"|"question", "id", "sealed"
-- (base64; null for an event of which nothing is left)}.
-- All of an action's decisions and its approval must be there: what is not replaced would still quote it.
CREATE FUNCTION erase_action(p_tenant text, p_id text, p_rows json) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
DECLARE
  a record;
BEGIN
  PERFORM set_config('holdpoint.tenant', p_tenant, true);
  SELECT state, due_at, erased_at, approval_id INTO a FROM actions WHERE tenant = p_tenant AND id = p_id FOR UPDATE;
  IF NOT FOUND THEN RETURN 'unknown'; END IF;
  IF a.due_at IS NOT NULL THEN RETURN 'open'; END IF;
  IF a.erased_at IS NOT NULL THEN RETURN 'already'; END IF;
  IF EXISTS (SELECT FROM decisions d WHERE d.tenant = p_tenant AND d.action_id = p_id
              AND NOT EXISTS (SELECT FROM json_to_recordset(p_rows) AS x(part text, id text) WHERE x.part = 'decision' AND x.id = d.id))
  THEN RETURN 'again'; END IF;
  UPDATE actions SET erased_at = clock_timestamp(), sealed = decode(x.sealed, 'base64')
    FROM json_to_recordset(p_rows) AS x(part text, sealed text)
   WHERE tenant = p_tenant AND actions.id = p_id AND x.part = 'action';
  UPDATE decisions d SET sealed = decode(x.sealed, 'base64')
    FROM json_to_recordset(p_rows) AS x(part text, id text, sealed text)
   WHERE d.tenant = p_tenant AND d.action_id = p_id AND x.part = 'decision' AND d.id = x.id;
  UPDATE approvals p SET sealed = decode(x.sealed, 'base64')
    FROM json_to_recordset(p_rows) AS x(part text, id text, sealed text)
   WHERE p.tenant = p_tenant AND p.action_id = p_id AND x.part = 'approval' AND p.id = x.id;
  UPDATE questions q SET sealed = decode(x.sealed, 'base64'), answer = CASE WHEN q.answer IS NULL THEN NULL ELSE decode(x.answer, 'base64') END
    FROM json_to_recordset(p_rows) AS x(part text, id text, sealed text, answer text)
   WHERE q.tenant = p_tenant AND q.approval_id = a.approval_id AND x.part = 'question' AND q.id = x.id;
  UPDATE events e SET content = decode(x.sealed, 'base64')
    FROM json_to_recordset(p_rows) AS x(part text, id text, sealed text)
   WHERE e.tenant = p_tenant AND e.action_id = p_id AND x.part = 'event' AND e.id = x.id;
  RETURN 'erased';
END $$;
ALTER FUNCTION erase_action OWNER TO holdpoint_core;
