-- 002_actions.sql — proposed actions: every legal move between their states, and no other

CREATE TABLE actions (
  tenant           text COLLATE "C" NOT NULL,
  id               text COLLATE "C" NOT NULL,
  state            text NOT NULL CHECK (state IN ('received', 'held', 'allowed', 'approved', 'denied', 'rejected', 'expired',
                     'cancelled', 'revoked', 'executing', 'succeeded', 'failed', 'sandbox_denied', 'outcome_unknown')),
  version          int NOT NULL,                 -- counts transitions; each has its event
  epoch            int NOT NULL,                 -- counts dispatches; only the newest may settle
  credential       text NOT NULL,
  agent            text COLLATE "C" NOT NULL,
  session_id       text COLLATE "C" NOT NULL,
  tool             text NOT NULL,
  mode             text NOT NULL,
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
  receipt          text NOT NULL,                -- hash of its last event
  claim_number     int NOT NULL DEFAULT 0,
  claim_credential text,
  claim_key        text,
  claim_executor   text,
  PRIMARY KEY (tenant, id),
  -- no state that a decision leads to without the decision; nothing that waits without an end
  CHECK (state IN ('received', 'cancelled') OR decision_id IS NOT NULL),
  CHECK (state NOT IN ('held', 'approved', 'rejected', 'revoked') OR approval_id IS NOT NULL),
  CHECK (state <> 'executing' OR (claim_credential IS NOT NULL AND claim_number > 0)),
  CHECK ((due_at IS NOT NULL) = (state IN ('received', 'held', 'allowed', 'approved', 'executing')))
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE actions ALTER COLUMN sealed SET STORAGE EXTERNAL; -- cipher text does not compress

CREATE INDEX actions_due ON actions (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX actions_undecided ON actions (dispatched_at) WHERE state = 'received';
CREATE INDEX actions_open ON actions (tenant, agent, session_id) WHERE state IN ('received', 'held');
CREATE INDEX actions_joinable ON actions (tenant, join_mac) WHERE state IN ('held', 'approved');

-- The table of rulings §C1. A test compares it with TRANSITIONS in wire/action.ts, pair by pair.
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

CREATE FUNCTION refuse_move() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'action % may not go from % (version %) to % (version %)', OLD.id, OLD.state, OLD.version, NEW.state, NEW.version
      USING ERRCODE = 'check_violation', CONSTRAINT = 'actions_legal_move';
  END IF;
  RAISE EXCEPTION 'actions are neither born in another state than received nor deleted'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'actions_legal_move';
END $$;

-- The condition is evaluated without a call of the function, so a legal move pays next to nothing.
CREATE TRIGGER actions_move BEFORE UPDATE ON actions FOR EACH ROW
  WHEN (NOT (
    (OLD.tenant, OLD.id, OLD.credential, OLD.agent, OLD.session_id, OLD.tool) =
    (NEW.tenant, NEW.id, NEW.credential, NEW.agent, NEW.session_id, NEW.tool)
    AND NEW.epoch >= OLD.epoch AND NEW.claim_number >= OLD.claim_number
    AND CASE WHEN NEW.state = OLD.state THEN NEW.version = OLD.version AND NEW.receipt = OLD.receipt
             ELSE NEW.version = OLD.version + 1 AND NEW.receipt <> OLD.receipt AND holdpoint.legal_move(OLD.state, NEW.state) END))
  EXECUTE FUNCTION refuse_move();
CREATE TRIGGER actions_birth BEFORE INSERT ON actions FOR EACH ROW
  WHEN (NEW.state <> 'received' OR NEW.version <> 1) EXECUTE FUNCTION refuse_move();
CREATE TRIGGER actions_stay BEFORE DELETE OR TRUNCATE ON actions FOR EACH STATEMENT EXECUTE FUNCTION refuse_move();

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
