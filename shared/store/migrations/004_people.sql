-- 004_people.sql — approvals and votes, policies (the table of seed 001 and what it needs beside), keys, people, workers

CREATE TABLE approvals (
  tenant       text COLLATE "C" NOT NULL,
  id           text COLLATE "C" NOT NULL,
  action_id    text COLLATE "C" NOT NULL,
  state        text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'expired', 'cancelled')),
  agent        text COLLATE "C" NOT NULL,
  requirements jsonb NOT NULL,          -- [{role, quorum}]: all of them
  roles        text[] NOT NULL,
  risk         jsonb NOT NULL,
  card_sha256  text NOT NULL,
  sealed       bytea NOT NULL,          -- the card and the ask: they show the arguments
  basis        text NOT NULL,           -- what votes are given for: they outlive a change of policy only while it is the same
  policy_digest text COLLATE "C" NOT NULL, -- of the set that it was last judged by
  told_steps   int NOT NULL DEFAULT 0,  -- how many steps of its chain were told
  reminders    int NOT NULL DEFAULT 0,
  next_due_at  timestamptz,             -- the next step or reminder
  opened_at    timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  settled_at   timestamptz,
  voted_at     timestamptz,             -- last vote; with state pending: something to apply
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, action_id),
  CHECK ((state = 'pending') = (settled_at IS NULL))
);
ALTER TABLE approvals ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE INDEX approvals_pending ON approvals (tenant, agent) WHERE state = 'pending';
CREATE INDEX approvals_inbox ON approvals (tenant, id) WHERE state = 'pending';
CREATE INDEX approvals_next_due ON approvals (next_due_at) WHERE state = 'pending' AND next_due_at IS NOT NULL;
CREATE INDEX approvals_judged_by ON approvals (tenant, policy_digest) WHERE state = 'pending';
CREATE INDEX approvals_voted ON approvals (voted_at) WHERE state = 'pending' AND voted_at IS NOT NULL;

CREATE TABLE votes (
  tenant      text COLLATE "C" NOT NULL,
  approval_id text COLLATE "C" NOT NULL,
  voter       text COLLATE "C" NOT NULL,
  id          text COLLATE "C" NOT NULL,
  credential  text NOT NULL,
  channel     text NOT NULL,
  vote        text NOT NULL CHECK (vote IN ('approve', 'deny')),
  roles       text[] NOT NULL,          -- those that it counts for
  voices      jsonb NOT NULL,           -- [{role, holder}]: a role that was lent is its lender's voice
  cast_as     jsonb NOT NULL,           -- the voter as known then: roles with their age, assurance, lenders
  reason      bytea,                    -- sealed
  card_sha256 text,
  standing    text,                     -- the standing grant that gave it
  at          timestamptz NOT NULL,
  void        text CHECK (void IN ('withdrawn', 'other question', 'not authorised')), -- kept, not counted
  PRIMARY KEY (tenant, approval_id, id),
  FOREIGN KEY (tenant, approval_id) REFERENCES approvals (tenant, id),
  CHECK (vote = 'deny' OR card_sha256 IS NOT NULL)
);
CREATE UNIQUE INDEX votes_once ON votes (tenant, approval_id, voter) WHERE void IS DISTINCT FROM 'other question'; -- one human, one vote
CREATE INDEX votes_of_voter ON votes (tenant, voter, at);

CREATE TABLE questions (
  tenant      text COLLATE "C" NOT NULL,
  id          text COLLATE "C" NOT NULL,
  approval_id text COLLATE "C" NOT NULL,
  asked_by    text NOT NULL,
  sealed      bytea NOT NULL,
  at          timestamptz NOT NULL,
  answer_by   text,
  answer      bytea,                    -- sealed
  answer_at   timestamptz,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, approval_id) REFERENCES approvals (tenant, id)
);
CREATE INDEX questions_of ON questions (tenant, approval_id);

-- Roles that a person lent to another one: for one request, or for all. Ended rows stay.
CREATE TABLE delegations (
  tenant      text COLLATE "C" NOT NULL,
  id          text COLLATE "C" NOT NULL,
  lender      text COLLATE "C" NOT NULL,
  lent_to     text COLLATE "C" NOT NULL CHECK (lent_to <> lender),
  approval_id text COLLATE "C",
  since       timestamptz NOT NULL,
  until       timestamptz NOT NULL,
  ended_at    timestamptz,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX delegations_to ON delegations (tenant, lent_to) WHERE ended_at IS NULL;
CREATE INDEX delegations_from ON delegations (tenant, lender) WHERE ended_at IS NULL;
SELECT guard_table('questions');
SELECT guard_table('delegations');
GRANT INSERT, UPDATE ON questions, delegations TO holdpoint_core;
SELECT guard_table('approvals', ARRAY['SELECT', 'UPDATE']);
SELECT guard_table('votes', ARRAY['SELECT']);
GRANT INSERT, UPDATE ON approvals TO holdpoint_core;
GRANT INSERT, UPDATE ON votes TO holdpoint_core;

CREATE TABLE policies (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name        text NOT NULL,
  description text,
  scope       text NOT NULL CHECK (scope IN ('global', 'tenant', 'app', 'tool', 'workflow', 'agent')),
  rule_expr   jsonb NOT NULL,
  effect      text NOT NULL,            -- `mixed` where rule_expr holds a whole document
  created_at  timestamptz NOT NULL DEFAULT now(),
  -- beside the seed's columns
  tenant      text COLLATE "C" NOT NULL,
  selector    text,
  status      text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'active', 'shadow', 'retired')),
  version     int NOT NULL DEFAULT 1,
  author      text NOT NULL,
  etag        text NOT NULL,
  updated_at  timestamptz NOT NULL DEFAULT now(),
  written     jsonb NOT NULL,           -- as it was sent
  published   jsonb,                    -- as it runs: a change takes effect by publish only
  UNIQUE (tenant, id)
);
CREATE INDEX policies_running ON policies (tenant, id) WHERE status IN ('active', 'shadow');
SELECT guard_table('policies', ARRAY['SELECT']);
GRANT INSERT, UPDATE, DELETE ON policies TO holdpoint_app;

-- Content-addressed, so it has no tenant: a digest names one list of sources, for ever.
CREATE TABLE policy_sets (
  digest  text COLLATE "C" PRIMARY KEY,
  sources jsonb NOT NULL,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- The files that every tenant's set begins with.
CREATE TABLE policy_base (
  one      boolean PRIMARY KEY DEFAULT true CHECK (one),
  sources  jsonb NOT NULL,
  since    timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT, INSERT ON policy_sets TO holdpoint_app;
GRANT SELECT, INSERT, UPDATE ON policy_base TO holdpoint_app;

CREATE TABLE keys (
  tenant      text COLLATE "C" NOT NULL,
  id          text COLLATE "C" NOT NULL,
  role        text NOT NULL,
  agents      text[] NOT NULL,
  person      text,
  attests     jsonb NOT NULL,
  secret_hash bytea NOT NULL CHECK (length(secret_hash) = 32),  -- SHA-256 of 32 random bytes: nothing to guess
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at  timestamptz,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX keys_id ON keys (id);
SELECT guard_table('keys', ARRAY['SELECT']);
GRANT INSERT, UPDATE, DELETE ON keys TO holdpoint_app;

CREATE TABLE people (
  tenant       text COLLATE "C" NOT NULL,
  id           text COLLATE "C" NOT NULL,
  name         text NOT NULL,
  delegates_to text,
  changed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant, id)
);
-- `since` of each role: what is newer than the action does not count in its votes (rulings §D3)
CREATE TABLE person_roles (
  tenant text COLLATE "C" NOT NULL,
  person text COLLATE "C" NOT NULL,
  role   text COLLATE "C" NOT NULL,
  since  timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
  PRIMARY KEY (tenant, person, role),
  FOREIGN KEY (tenant, person) REFERENCES people (tenant, id) ON DELETE CASCADE
);
CREATE TABLE identities (
  tenant     text COLLATE "C" NOT NULL,
  channel    text COLLATE "C" NOT NULL,
  channel_id text COLLATE "C" NOT NULL,
  person     text COLLATE "C" NOT NULL,
  since      timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
  PRIMARY KEY (tenant, channel, channel_id),
  FOREIGN KEY (tenant, person) REFERENCES people (tenant, id) ON DELETE CASCADE
);
SELECT guard_table('people');
SELECT guard_table('person_roles');
SELECT guard_table('identities');
GRANT INSERT, UPDATE, DELETE ON people, person_roles, identities TO holdpoint_app;

-- Processes that live, and the set that each runs for each tenant.
CREATE TABLE workers (
  id      text COLLATE "C" PRIMARY KEY,
  service text NOT NULL,
  digests jsonb NOT NULL,
  beat_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON workers TO holdpoint_app;
