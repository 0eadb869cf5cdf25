-- 013_sign_in.sql — people who signed in, terminals that ask to be let in, and changes of people that wait for a second admin

CREATE TABLE sign_ins (
  tenant      text COLLATE "C" NOT NULL,
  id          text COLLATE "C" NOT NULL,
  person      text COLLATE "C" NOT NULL,
  identity    text COLLATE "C" NOT NULL,          -- issuer and subject, as the person's `oidc` identity has it
  kind        text NOT NULL CHECK (kind IN ('browser', 'terminal')),
  secret_hash bytea NOT NULL CHECK (length(secret_hash) = 32),  -- SHA-256 of 32 random bytes: nothing to guess
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, person) REFERENCES people (tenant, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX sign_ins_id ON sign_ins (id);
CREATE INDEX sign_ins_over ON sign_ins (tenant, expires_at);
SELECT guard_table('sign_ins', ARRAY['SELECT']);
GRANT INSERT, DELETE ON sign_ins TO holdpoint_app;

-- An identity that was taken away ends the session that rests on it; `since` says which requests it is too new for.
CREATE POLICY every_tenant ON identities TO holdpoint_clock USING (true) WITH CHECK (true);
GRANT SELECT ON identities TO holdpoint_clock;
CREATE POLICY every_tenant ON person_roles TO holdpoint_clock USING (true) WITH CHECK (true);
GRANT SELECT ON person_roles TO holdpoint_clock;
CREATE FUNCTION find_sign_in(p_id text)
RETURNS TABLE (tenant text, id text, person text, identity text, since timestamptz, roles text[], secret_hash bytea, live boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = holdpoint, pg_temp AS $$
  SELECT s.tenant, s.id, s.person, s.identity, i.since,
         ARRAY(SELECT r.role FROM person_roles r WHERE r.tenant = s.tenant AND r.person = s.person), s.secret_hash, s.expires_at > clock_timestamp()
    FROM sign_ins s
    JOIN identities i ON i.tenant = s.tenant AND i.channel = 'oidc' AND i.channel_id = s.identity AND i.person = s.person
   WHERE s.id = p_id
$$;
ALTER FUNCTION find_sign_in OWNER TO holdpoint_clock;

-- A terminal shows `user_code`; whoever is signed in says yes to it; the terminal then trades its own secret for a session.
CREATE TABLE terminal_asks (
  tenant      text COLLATE "C" NOT NULL,
  user_code   text COLLATE "C" NOT NULL,
  secret_hash bytea NOT NULL CHECK (length(secret_hash) = 32),
  person      text COLLATE "C",
  identity    text COLLATE "C",
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant, user_code),
  FOREIGN KEY (tenant, person) REFERENCES people (tenant, id) ON DELETE CASCADE,
  CHECK ((person IS NULL) = (identity IS NULL))
);
CREATE UNIQUE INDEX terminal_asks_secret ON terminal_asks (tenant, secret_hash);
SELECT guard_table('terminal_asks');
GRANT INSERT, UPDATE, DELETE ON terminal_asks TO holdpoint_app;

-- rulings §D3: in a fleet a change of people takes two; here it waits for the second.
CREATE TABLE proposed_changes (
  tenant      text COLLATE "C" NOT NULL,
  id          text COLLATE "C" NOT NULL,
  change      jsonb NOT NULL,
  proposed_by text COLLATE "C" NOT NULL,
  proposed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant, id)
);
SELECT guard_table('proposed_changes');
GRANT INSERT, DELETE ON proposed_changes TO holdpoint_app;
