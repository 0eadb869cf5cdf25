-- 002_actions.sql — proposed actions: every legal move between their states, and no other

CREATE TABLE actions (
  tenant           text COLLATE "C" NOT NULL,
  id               text COLLATE "C" NOT NULL,
  state            text NOT NULL,
  version          int NOT NULL,                 -- counts transitions; each has its event
  epoch            int NOT NULL,                 -- counts dispatches; only the newest may settle
  credential       text NOT NULL,
  agent            text COLLATE "C" NOT NULL,
  session_id       text COLLATE "C" NOT NULL,
  tool             text NOT NULL,
  mode             text NOT NULL,
  audience         text COLLATE "C",             -- the place that the run is meant for: a claim has to name the same
  tool_version     text COLLATE "C",             -- as the claim has to name it too
  sealed           bytea NOT NULL,               -- the action itself, with its arguments
  join_mac         text COLLATE "C" NOT NULL,    -- keyed: an equal proposal has the same, a guess cannot be checked
  trace            text NOT NULL,
  proposed_at      timestamptz NOT NULL,
  dispatched_at    timestamptz NOT NULL,
  deadline_at      timestamptz NOT NULL,         -- undecided by then: denied
  due_at           timestamptz,                  -- what time alone will do next; none for a terminal state
  decision_id      text COLLATE "C",
  approval_id      text COLLATE "C",
  replaced_by      text COLLATE "C",
  waits_for        text COLLATE "C",             -- a sibling's approval that holds the whole run
  receipt          text NOT NULL,                -- hash of its last event
  claim_number     int NOT NULL DEFAULT 0,
  claim_credential text,
  claim_key        text,
  claim_executor   text,
  PRIMARY KEY (tenant, id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE actions ALTER COLUMN sealed SET STORAGE EXTERNAL; -- cipher text does not compress

CREATE INDEX actions_due ON actions (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX actions_undecided ON actions (dispatched_at) WHERE state = 'received';
CREATE INDEX actions_waiting ON actions (waits_for) WHERE waits_for IS NOT NULL;
CREATE INDEX actions_open ON actions (tenant, agent, session_id) WHERE state IN ('received', 'held');
CREATE INDEX actions_joinable ON actions (tenant, join_mac) WHERE state IN ('held', 'approved');

-- The table of rulings §C1. A test compares it with TRANSITIONS in wire/action.ts, pair by pair.
-- A plain expression, so that the trigger's plan takes it in.
CREATE FUNCTION legal_move(p_from text, p_to text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE p_from
    WHEN 'received'  THEN p_to IN ('allowed', 'held', 'denied', 'cancelled')
    WHEN 'held'      THEN p_to IN ('approved', 'rejected', 'expired', 'denied', 'cancelled')
    WHEN 'allowed'   THEN p_to IN ('executing', 'expired', 'denied', 'cancelled')
    WHEN 'approved'  THEN p_to IN ('executing', 'expired', 'denied', 'held', 'revoked', 'cancelled')
    WHEN 'executing' THEN p_to IN ('succeeded', 'failed', 'sandbox_denied', 'outcome_unknown')
    ELSE false
  END
$$;

-- What holds for every action, whoever writes. One compiled trigger: as CHECK constraints and WHEN conditions the same
-- rules are parsed anew by each statement, which measured as 150 µs against 5.
CREATE FUNCTION guard_action() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'received' OR NEW.version <> 1 OR NEW.due_at IS NULL THEN
      RAISE EXCEPTION 'an action is born received, at version 1, with an end to its waiting'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'actions_legal_move';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.tenant <> OLD.tenant OR NEW.id <> OLD.id OR NEW.credential <> OLD.credential OR NEW.agent <> OLD.agent
     OR NEW.session_id <> OLD.session_id OR NEW.tool <> OLD.tool OR NEW.epoch < OLD.epoch OR NEW.claim_number < OLD.claim_number
     OR (CASE WHEN NEW.state = OLD.state THEN NEW.version <> OLD.version OR NEW.receipt <> OLD.receipt
             ELSE NEW.version <> OLD.version + 1 OR NEW.receipt = OLD.receipt OR NOT holdpoint.legal_move(OLD.state, NEW.state) END)
  THEN
    RAISE EXCEPTION 'action % may not go from % (version %) to % (version %)', OLD.id, OLD.state, OLD.version, NEW.state, NEW.version
      USING ERRCODE = 'check_violation', CONSTRAINT = 'actions_legal_move';
  END IF;
  IF (NEW.decision_id IS NULL AND NEW.state NOT IN ('received', 'cancelled'))
     OR (NEW.approval_id IS NULL AND NEW.state IN ('held', 'approved', 'rejected', 'revoked'))
     OR (NEW.state = 'executing' AND (NEW.claim_credential IS NULL OR NEW.claim_number < 1))
     OR (NEW.due_at IS NULL) = (NEW.state IN ('received', 'held', 'allowed', 'approved', 'executing'))
  THEN
    RAISE EXCEPTION 'action % cannot be % without what that needs', NEW.id, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'actions_complete';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER actions_guard BEFORE INSERT OR UPDATE ON actions FOR EACH ROW EXECUTE FUNCTION guard_action();

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % stay as they are', TG_TABLE_NAME USING ERRCODE = 'check_violation', CONSTRAINT = 'append_only';
END $$;
CREATE TRIGGER actions_stay BEFORE DELETE OR TRUNCATE ON actions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Kept as long as the action (rulings §C9). Apart from it, so that no later move pays for this index.
CREATE TABLE idempotency_keys (
  tenant      text COLLATE "C" NOT NULL,
  credential  text COLLATE "C" NOT NULL,
  key         text COLLATE "C" NOT NULL,
  action_id   text COLLATE "C" NOT NULL,
  request_mac text NOT NULL,
  PRIMARY KEY (tenant, credential, key)
);

SELECT guard_table('actions', ARRAY['SELECT', 'UPDATE']);
SELECT guard_table('idempotency_keys');
GRANT INSERT, UPDATE ON actions TO holdpoint_core;
GRANT INSERT ON idempotency_keys TO holdpoint_core;
